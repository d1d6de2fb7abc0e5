"""Find and read the declarations of drills in `profiles/drills/`."""

from dataclasses import dataclass
from pathlib import Path

from holdfast.config.catalogue import nearest
from holdfast.config.errors import ConfigError, quoted
from holdfast.config.yaml_strict import read_sheet
from holdfast.rollout.drills.model import Drill
from holdfast.rollout.strict import flaw_of, model_of

FOLDER, SUFFIX = "drills", ".yaml"


@dataclass(frozen=True, slots=True)
class LoadedDrill:
    """A drill as read, and the digest of its file."""

    drill: Drill
    digest: str


def load_drill(name: str, profiles: Path) -> LoadedDrill:
    """Read a drill by its id."""
    known = {path.stem: path for path in drill_paths(profiles)}
    path = known.get(name.upper())
    if path is None:
        raise ConfigError(
            "no such drill",
            key=quoted(name),
            allowed=", ".join(known) or "none: profiles/drills is empty",
            hint=nearest(name.upper(), list(known)) or "`holdfast drill list` names them",
        )
    sheet = read_sheet(path, "/".join(path.absolute().parts[-3:]))
    drill = model_of(sheet, Drill)
    if drill.drill != path.stem:
        problem = f"{quoted(drill.drill)} is not the file's name"
        raise flaw_of(sheet, ("drill",), problem, allowed=path.stem)
    return LoadedDrill(drill, sheet.digest)


def drill_paths(profiles: Path) -> tuple[Path, ...]:
    """List the declarations of a folder of profiles, in the order of their numbers."""
    paths = (profiles / FOLDER).glob(f"*{SUFFIX}")
    return tuple(sorted(paths, key=lambda path: (len(path.stem), path.stem)))
