"""Check every profile and track of a folder without running any of them."""

from collections.abc import Iterable
from pathlib import Path

from holdfast.config.chain import SUFFIX, label_of, read_chain
from holdfast.config.errors import ConfigError
from holdfast.config.loader import check_profile, load_profile
from holdfast.config.tracks import read_track

COMPOUNDS = "legacy_profit"


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
            _refuse_fixed_in_production(path)
    except ConfigError as error:
        return error
    return None


def _refuse_fixed_in_production(path: Path) -> None:
    """Demand that sticky slots compound where money is real; a running desk may fall back for a reason."""
    if read_chain(path, path.parent).leaf.abstract:
        return
    profile = load_profile(path, profiles=path.parent, environ={}, overrides={})
    settings, mode = profile.settings, "sticky_compounding_mode"
    fixed = settings.sticky_mode_enabled and settings.sticky_compounding_mode != COMPOUNDS
    if profile.env != "live" or not fixed:
        return
    origin = profile.origins[mode][-1]
    raise ConfigError(
        f"{settings.sticky_compounding_mode} beside sticky slots in production",
        file=origin.file or label_of(path),
        line=origin.line,
        column=origin.column,
        key=mode,
        allowed=COMPOUNDS,
        hint="take the line out; as a fallback in an emergency it runs, but is not shipped",
    )
