"""Read a declared YAML file into a strict model; whatever is wrong is one line with file, line and key.

Rules: the file is read strictly before the model sees it; of several flaws an unknown key is told
first, since it often is why another one is missing.
"""

from collections.abc import Mapping
from typing import NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from holdfast.config.errors import ConfigError, quoted
from holdfast.config.yaml_strict import Sheet, Spot

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
Model = TypeVar("Model", bound=BaseModel)


class _Flaw(NamedTuple):
    kind: str
    place: Place
    text: str


def model_of(sheet: Sheet, model: type[Model]) -> Model:
    """Make a model of a sheet; raise ConfigError."""
    try:
        return model.model_validate({key: _bare(spot) for key, spot in sheet.root.items()})
    except ValidationError as error:
        raise _told(sheet, _first(error)) from None


def flaw_of(
    sheet: Sheet, place: Place, problem: str, *, allowed: str = "", hint: str = "correct the line"
) -> ConfigError:
    """Say what is wrong at a place of a sheet."""
    line, column, key = _seen(sheet, place)
    return ConfigError(
        problem, file=sheet.label, line=line, column=column, key=key, allowed=allowed, hint=hint
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
        return flaw_of(sheet, place, "is not a known key", hint="correct it or take it away")
    if flaw.kind == "missing":
        return flaw_of(sheet, place, "is missing", hint="say it")
    problem = _WORDS.get(flaw.kind) or flaw.text.removeprefix("Value error, ")
    return flaw_of(sheet, place, problem[:1].lower() + problem[1:])


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
