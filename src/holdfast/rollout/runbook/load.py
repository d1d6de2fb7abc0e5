"""Find and read a runbook; whatever is wrong is one line with file, line and key.

Rules: the file is read strictly before the model sees it; ids and evidence names occur once; an
address outside this machine must be listed under `hosts`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from holdfast.config.catalogue import nearest
from holdfast.config.errors import ConfigError, quoted
from holdfast.config.yaml_strict import Sheet, read_sheet
from holdfast.rollout.runbook.model import Runbook, Step
from holdfast.rollout.runbook.target import LOOPBACK, parse_target
from holdfast.rollout.strict import Place, flaw_of, model_of

FOLDER, SUFFIX = "runbooks", ".yaml"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A runbook as read, and the digest of its file."""

    book: Runbook
    digest: str


def load_runbook(name: str, profiles: Path) -> Loaded:
    """Read a runbook by its name in `profiles/runbooks/`, or by the path of a file."""
    path = _find(name, profiles)
    sheet = read_sheet(path, _label(path))
    book = model_of(sheet, Runbook)
    if book.runbook != path.stem:
        problem = f"{quoted(book.runbook)} is not the file's name"
        raise flaw_of(sheet, ("runbook",), problem, allowed=path.stem)
    _once(sheet, _ids(book))
    _once(sheet, _names(book))
    for place, text in _addresses(book):
        host = parse_target(text).host
        if host and host not in LOOPBACK and host not in book.hosts:
            problem = f"host {quoted(host)} is not this machine"
            raise flaw_of(sheet, place, problem, hint="list it under hosts, or ask another")
    return Loaded(book, sheet.digest)


def runbook_paths(profiles: Path) -> tuple[Path, ...]:
    """List the runbooks of a folder of profiles, by name."""
    return tuple(sorted((profiles / FOLDER).glob(f"*{SUFFIX}")))


def check_runbooks(profiles: Path) -> dict[str, ConfigError | None]:
    """Check every runbook of a folder: the label of each, and what is wrong with it."""
    return {_label(path): _wrong(path, profiles) for path in runbook_paths(profiles)}


def _wrong(path: Path, profiles: Path) -> ConfigError | None:
    try:
        load_runbook(str(path), profiles)
    except ConfigError as error:
        return error
    return None


def _label(path: Path) -> str:
    return "/".join(path.absolute().parts[-3:])


def _find(name: str, profiles: Path) -> Path:
    if name.endswith(SUFFIX):
        return Path(name)
    known = [path.stem for path in runbook_paths(profiles)]
    if name in known:
        return profiles / FOLDER / f"{name}{SUFFIX}"
    raise ConfigError(
        "no such runbook",
        key=quoted(name),
        allowed=", ".join(known) or "a path to a file",
        hint=nearest(name, known) or "name one of them, or a file",
    )


def _once(sheet: Sheet, found: Iterator[tuple[Place, str]]) -> None:
    seen: set[str] = set()
    for place, name in found:
        if name in seen:
            raise flaw_of(sheet, place, f"{quoted(name)} stands twice", hint="rename one of them")
        seen.add(name)


def _ids(book: Runbook) -> Iterator[tuple[Place, str]]:
    for number, phase in enumerate(book.phases):
        yield ("phases", number, "id"), phase.id
        for place, step in _steps(book, number):
            yield (*place, "id"), step.id


def _names(book: Runbook) -> Iterator[tuple[Place, str]]:
    for number in range(len(book.phases)):
        for place, step in _steps(book, number):
            if step.evidence is not None:
                yield (*place, "evidence", "as"), step.evidence.name


def _addresses(book: Runbook) -> Iterator[tuple[Place, str]]:
    for number in range(len(book.phases)):
        for place, step in _steps(book, number):
            for key, check in (("applies_if", step.applies_if), ("check", step.check)):
                if check is not None and check.http is not None:
                    yield (*place, key, "http"), check.http


def _steps(book: Runbook, number: int) -> Iterator[tuple[Place, Step]]:
    for index, step in enumerate(book.phases[number].steps):
        yield ("phases", number, "steps", index), step
