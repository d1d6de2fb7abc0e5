"""Find the folder of a desk from the name of its profile, the same way for every command.

An operator must reach a running desk even while its profile cannot be read: then the runtime that
bears the profile's name is taken, where there is one, and the fault is said.
"""

import os
from pathlib import Path

from holdfast.config.errors import ConfigError
from holdfast.config.folders import find_profiles, home
from holdfast.config.loader import load_profile
from holdfast.ledger.paths import Runtime, runtime
from holdfast.telemetry import log


def place_of(profile: str, profiles: Path | None = None) -> Runtime:
    """Name the runtime folder of a profile; nothing is made."""
    root = home(os.environ, named=profiles)
    try:
        folder = find_profiles(os.environ, named=profiles)
        loaded = load_profile(profile, profiles=folder, environ=os.environ, overrides={})
    except ConfigError as fault:
        place = runtime(Path(profile).stem, root)
        if not place.folder.is_dir():
            raise
        log.warning(f"the profile cannot be read, its runtime is: {fault}")
        return place
    return runtime(loaded.runtime, root)
