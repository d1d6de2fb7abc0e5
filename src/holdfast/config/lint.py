"""Check every profile and track of a folder without running any of them."""

from collections.abc import Iterable
from pathlib import Path

from holdfast.config.chain import SUFFIX, label_of
from holdfast.config.errors import ConfigError
from holdfast.config.loader import check_profile
from holdfast.config.tracks import read_track


def track_paths(profiles: Path) -> tuple[Path, ...]:
    """List the track files of a folder, by name."""
    return tuple(sorted((profiles / "tracks").glob(f"*{SUFFIX}")))


def check(paths: Iterable[Path]) -> dict[str, ConfigError | None]:
    """Check files one by one: the label of each, and what is wrong with it."""
    return {label_of(path): _fault(path) for path in paths}


def _fault(path: Path) -> ConfigError | None:
    try:
        if path.parent.name == "tracks":
            read_track(path, label_of(path))
        else:
            check_profile(path)
    except ConfigError as error:
        return error
    return None
