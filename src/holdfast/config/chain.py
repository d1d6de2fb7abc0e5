"""Find a profile and the parents it extends.

Rules: a profile is a name in the profiles folder or a path to a file; a parent is always a neighbour
of its child; a chain never turns back on itself.
"""

from dataclasses import dataclass
from pathlib import Path

from holdfast.config.catalogue import nearest
from holdfast.config.errors import ConfigError, quoted
from holdfast.config.page import NAME, Page, read_page
from holdfast.config.yaml_strict import read_sheet

SUFFIX = ".yaml"


@dataclass(frozen=True, slots=True)
class Chain:
    """A profile with all its parents, the farthest first."""

    parents: tuple[Page, ...]
    leaf: Page
    folder: Path

    @property
    def pages(self) -> tuple[Page, ...]:
        """List parents and leaf, the leaf last."""
        return (*self.parents, self.leaf)


def read_chain(name_or_path: str | Path, profiles: Path) -> Chain:
    """Read a profile and every parent it names."""
    path = _locate(name_or_path, profiles)
    leaf = read_page(read_sheet(path, label_of(path)), "profile")
    parents: list[Page] = []
    seen = [path.stem]
    child = leaf
    while child.extends:
        if child.extends in seen:
            ring = " → ".join((*seen, child.extends))
            raise child.fault("extends", f"the chain turns back on itself: {ring}", hint="cut it")
        seen.append(child.extends)
        child = _parent(child, path.parent)
        parents.append(child)
    return Chain(tuple(reversed(parents)), leaf, path.parent)


def profile_paths(profiles: Path) -> tuple[Path, ...]:
    """List the profile files of a folder, by name."""
    return tuple(sorted(path for path in profiles.glob(f"*{SUFFIX}") if path.is_file()))


def label_of(path: Path) -> str:
    """Name a file the way messages do: its folder and itself, tracks with both folders."""
    depth = 3 if path.parent.name == "tracks" else 2
    return "/".join(path.absolute().parts[-depth:])


def _locate(name_or_path: str | Path, profiles: Path) -> Path:
    text = str(name_or_path)
    if isinstance(name_or_path, Path) or "/" in text or text.endswith((SUFFIX, ".yml")):
        path = Path(text).absolute()
    elif NAME.fullmatch(text):
        path = (profiles / f"{text}{SUFFIX}").absolute()
    else:
        raise ConfigError(
            f"{quoted(text)} is not the name of a profile",
            key="profile",
            allowed="small letters, digits, - and _, or a path",
            hint="see `holdfast profile list`",
        )
    if not path.is_file():
        names = [each.stem for each in profile_paths(path.parent)]
        hint = nearest(path.stem, names) or f"use one of {', '.join(names) or '(none here)'}"
        raise ConfigError("no such profile", file=label_of(path), key="profile", hint=hint)
    if not NAME.fullmatch(path.stem):
        raise ConfigError(
            "a profile's file name becomes its name and does not fit",
            file=label_of(path),
            key="profile",
            allowed="small letters, digits, - and _",
            hint="rename the file",
        )
    return path


def _parent(child: Page, folder: Path) -> Page:
    path = folder / f"{child.extends}{SUFFIX}"
    if not path.is_file():
        names = [each.stem for each in profile_paths(folder)]
        hint = nearest(child.extends, names) or "check the name"
        raise child.fault("extends", f"no profile {quoted(child.extends)} beside it", hint=hint)
    return read_page(read_sheet(path, label_of(path)), "parent")
