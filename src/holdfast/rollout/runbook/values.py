"""Say which plain values a runbook may hold, for pydantic and for its JSON Schema.

Rules: a value is taken as written or refused with a sentence; spans of time are text with a unit.
"""

import re
from decimal import Decimal
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from holdfast.rollout.runbook.json_path import parse_path

NAME = r"^[a-z0-9][a-z0-9-]{0,63}$"
_SPAN = re.compile(r"([1-9][0-9]{0,5})(ms|s|m|h|d)")
SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
LONGEST_SPAN = 86_400.0
LONGEST_TEXT = 1000


class Matches(NamedTuple):
    """One of several answers that are allowed: any text that matches."""

    pattern: str


def _span(value: object) -> float:
    found = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("must be a whole number and its unit, as 500ms, 5s, 3m or 2h")
    seconds = int(found[1]) * SECONDS[found[2]]
    if seconds > LONGEST_SPAN:
        raise ValueError("must be at most 1d; a longer wait is no part of a run")
    return seconds


def _plain(value: object) -> object:
    if isinstance(value, bool | int | Decimal | str | None):
        return value
    raise ValueError("must be text, a number, true, false or null")


def _number(value: object) -> Decimal:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    raise ValueError("must be a number")


def _option(value: object) -> object:
    if isinstance(value, dict):
        if value.keys() != {"matches"} or not isinstance(value["matches"], str):
            raise ValueError("must be a plain value or {matches: a regular expression}")
        return Matches(_pattern(value["matches"]))
    return _plain(value)


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"is not a regular expression: {error}") from None
    return value


def _path(value: str) -> str:
    parse_path(value)
    return value


_PLAIN_SCHEMA = {"type": ["string", "number", "boolean", "null"]}
_OPTION_SCHEMA = {
    "anyOf": [
        _PLAIN_SCHEMA,
        {
            "type": "object",
            "properties": {"matches": {"type": "string", "format": "regex"}},
            "required": ["matches"],
            "additionalProperties": False,
        },
    ]
}
Name = Annotated[str, Field(pattern=NAME)]
Line = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
Span = Annotated[
    float,
    BeforeValidator(_span),
    WithJsonSchema({"type": "string", "pattern": f"^{_SPAN.pattern}$"}),
]
Plain = Annotated[object, BeforeValidator(_plain), WithJsonSchema(_PLAIN_SCHEMA)]
Option = Annotated[object, BeforeValidator(_option), WithJsonSchema(_OPTION_SCHEMA)]
Number = Annotated[Decimal, BeforeValidator(_number), WithJsonSchema({"type": "number"})]
Pattern = Annotated[Line, AfterValidator(_pattern)]
JsonPath = Annotated[Line, AfterValidator(_path)]
