"""Find the folder of a desk that is to be stopped, without reading what it is allowed to do.

A stop must be quick, and work where a profile is broken: of the file only `runtime:` counts, and where
even that cannot be read, the folder that bears the profile's name.
"""

import os
import re
from pathlib import Path

import yaml

from holdfast.config.errors import ConfigError
from holdfast.config.folders import find_profiles, home
from holdfast.ledger.paths import Runtime, runtime

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def place_to_stop(profile: str, profiles: Path | None = None) -> Runtime:
    """Name the folder of a desk; raise ConfigError where neither profile nor folder is there."""
    root = home(os.environ, named=profiles)
    path = _file(profile, profiles)
    place = runtime(_runtime(path) or path.stem, root)
    if not path.is_file() and not place.folder.is_dir():
        raise ConfigError(
            f"there is no profile {profile}, and no folder {place.folder.name} under var/",
            key="--profile",
            hint="name the profile of the desk that is to stop",
        )
    return place


def _file(profile: str, profiles: Path | None) -> Path:
    if "/" in profile or profile.endswith(".yaml"):
        return Path(profile)
    try:
        folder = find_profiles(os.environ, named=profiles)
    except ConfigError:
        return Path(f"{profile}.yaml")
    return folder / f"{profile}.yaml"


def _runtime(path: Path) -> str:
    try:
        page = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return ""
    named = page.get("runtime") if isinstance(page, dict) else None
    return named if isinstance(named, str) and _NAME.fullmatch(named) else ""
