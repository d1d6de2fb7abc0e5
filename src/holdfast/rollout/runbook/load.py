"""Find and read a runbook; whatever is wrong is one line with file, line and key.

Rules: the file is read strictly before the model sees it; ids and evidence names occur once; an
address outside this machine must be listed under `hosts`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from holdfast.config.catalogue import nearest
from holdfast.config.errors import ConfigError, quoted
from holdfast.config.yaml_strict import Sheet, Spot, read_sheet
from holdfast.rollout.runbook.model import Runbook, Step
from holdfast.rollout.runbook.target import LOOPBACK, parse_target

FOLDER, SUFFIX = "runbooks", ".yaml"
UNKNOWN = "extra_forbidden"
_WORDS = {
    "string_pattern_mismatch": "must be small letters, digits and dashes",
    "string_type": "must be text",
    "string_too_short": "is empty",
    "string_too_long": "is too long",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "too_short": "is an empty list",
    "too_long": "is too long a list",
    "model_type": "must be a mapping",
}
Place = tuple[int | str, ...]


class _Flaw(NamedTuple):
    kind: str
    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """A runbook as read, and the digest of its file."""

    book: Runbook
    digest: str


def load_runbook(name: str, profiles: Path) -> Loaded:
    """Read a runbook by its name in `profiles/runbooks/`, or by the path of a file."""
    path = _find(name, profiles)
    sheet = read_sheet(path, _label(path))
    try:
        book = Runbook.model_validate({key: _bare(spot) for key, spot in sheet.root.items()})
    except ValidationError as error:
        raise _told(sheet, _first(error)) from None
    if book.runbook != path.stem:
        problem = f"{quoted(book.runbook)} is not the file's name"
        raise _fault(sheet, ("runbook",), problem, allowed=path.stem)
    _once(sheet, _ids(book))
    _once(sheet, _names(book))
    for place, text in _addresses(book):
        host = parse_target(text).host
        if host and host not in LOOPBACK and host not in book.hosts:
            problem = f"host {quoted(host)} is not this machine"
            raise _fault(sheet, place, problem, hint="list it under hosts, or ask another")
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


def _bare(spot: Spot) -> object:
    if isinstance(spot.value, tuple):
        return tuple(_bare(each) for each in spot.value)
    if isinstance(spot.value, Mapping):
        return {key: _bare(each) for key, each in spot.value.items()}
    return spot.value


def _first(error: ValidationError) -> _Flaw:
    """Choose what to tell: an unknown key first, it often is why another one is missing."""
    found = error.errors(include_url=False)
    flaws = [_Flaw(each["type"], tuple(each["loc"]), each["msg"]) for each in found]
    return next((each for each in flaws if each.kind == UNKNOWN), flaws[0])


def _told(sheet: Sheet, flaw: _Flaw) -> ConfigError:
    place = flaw.place
    if flaw.kind == UNKNOWN:
        return _fault(sheet, place, "is not a known key", hint="correct it or take it away")
    if flaw.kind == "missing":
        return _fault(sheet, place, "is missing", hint="say it")
    problem = _WORDS.get(flaw.kind) or flaw.text.removeprefix("Value error, ")
    return _fault(sheet, place, problem[:1].lower() + problem[1:])


def _fault(
    sheet: Sheet, place: Place, problem: str, *, allowed: str = "", hint: str = "correct the line"
) -> ConfigError:
    line, column, key = _seen(sheet, place)
    return ConfigError(
        problem, file=sheet.label, line=line, column=column, key=key, allowed=allowed, hint=hint
    )


def _seen(sheet: Sheet, place: Place) -> tuple[int, int, str]:
    """Find the line of a place: as deep as it goes in the file, at the key where there is one."""
    here = Spot(sheet.root, 1, 1)
    words: list[str] = []
    for part in place:
        inner = _inner(here, part)
        words.append(quoted(str(part)).strip("'\""))
        if inner is None:
            continue
        here = inner
    return here.key_line or here.line, here.key_column or here.column, ".".join(words)


def _inner(spot: Spot, part: int | str) -> Spot | None:
    value = spot.value
    if isinstance(value, Mapping):
        return value.get(str(part))
    if isinstance(value, tuple) and isinstance(part, int) and part < len(value):
        return value[part]
    return None


def _once(sheet: Sheet, found: Iterator[tuple[Place, str]]) -> None:
    seen: set[str] = set()
    for place, name in found:
        if name in seen:
            raise _fault(sheet, place, f"{quoted(name)} stands twice", hint="rename one of them")
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
