"""Find the profiles folder and the home of everything a desk writes.

Rules: what is named wins (`--profiles`, `HOLDFAST_PROFILES`, `HOLDFAST_HOME`), then the working
directory, then the profiles that came with the package; home is the folder that holds `profiles/`.
"""

from collections.abc import Mapping
from pathlib import Path

from holdfast.config.errors import ConfigError

PACKAGED = Path(__file__).parent.parent / "_profiles"


def find_profiles(
    environ: Mapping[str, str], *, named: Path | None = None, start: Path | None = None
) -> Path:
    """Find the folder profiles are read from."""
    told = named or (Path(text) if (text := environ.get("HOLDFAST_PROFILES", "")) else None)
    if told is not None:
        if told.is_dir():
            return told.absolute()
        raise ConfigError(
            "no such folder",
            file=str(told),
            key="profiles",
            hint="correct --profiles or HOLDFAST_PROFILES",
        )
    for folder in _candidates(environ, start or Path.cwd()):
        if folder.is_dir():
            return folder.absolute()
    raise ConfigError(
        "no profiles folder found",
        key="profiles",
        hint="run in the folder that holds profiles/, or give --profiles",
    )


def home(
    environ: Mapping[str, str], *, named: Path | None = None, start: Path | None = None
) -> Path:
    """Find the folder under which `var/` lies."""
    if told := environ.get("HOLDFAST_HOME", ""):
        return Path(told).absolute()
    here = (start or Path.cwd()).absolute()
    if named is None and not environ.get("HOLDFAST_PROFILES", ""):
        return here
    folder = find_profiles(environ, named=named, start=here)
    return folder.parent if folder != PACKAGED else here


def _candidates(environ: Mapping[str, str], start: Path) -> tuple[Path, ...]:
    told = environ.get("HOLDFAST_HOME", "")
    homes = (Path(told),) if told else ()
    return (*(folder / "profiles" for folder in (*homes, start)), PACKAGED)
