"""Read what a command was given, strictly: known names, right types, within bounds, or not at all.

A number may come as a JSON number or as decimal text, never as a boolean; it must be finite. A
lenient parameter takes its default in place of a bad value.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, Literal

import msgspec

from holdfast.domain.errors import CommandRefused

Kind = Literal["integer", "number", "boolean", "text"]
Arguments = Mapping[str, Any]
SHOWN = 40
BITS = 128
DECIMALS = 12


class BadPayload(CommandRefused):
    """A command cannot be understood; nothing was written."""


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a verb may be given; a text is at most `most` characters long."""

    name: str
    kind: Kind
    help: str
    required: bool = False
    default: int | bool | str | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    lenient: bool = False


def read(parameters: Sequence[Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """Turn what was given into arguments; raise BadPayload, naming what is allowed."""
    known = {parameter.name: parameter for parameter in parameters}
    unknown = sorted(given.keys() - known.keys())
    if unknown:
        allowed = ", ".join(known) or "nothing"
        raise BadPayload(f"unknown parameter: {shown(unknown[0])}; allowed: {allowed}")
    return {name: _value(parameter, given) for name, parameter in known.items()}


def shown(value: object) -> str:
    """Write a value from outside short enough to be shown."""
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > BITS:
        return "a number of more than 38 digits"
    text = str(value)
    text = "".join(sign if sign.isprintable() else "?" for sign in text[: SHOWN + 1])
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def allowed(parameter: Parameter) -> str:
    """Say in words what a parameter takes."""
    if parameter.kind == "boolean":
        return "true or false"
    if parameter.kind == "text":
        return f"text of at most {parameter.most} characters"
    noun = "a whole number" if parameter.kind == "integer" else "a number"
    bounds = [
        f"{word} {bound}"
        for word, bound in (("at least", parameter.least), ("at most", parameter.most))
        if bound is not None
    ]
    return f"{noun} of {' and '.join(bounds)}" if bounds else noun


def _value(parameter: Parameter, given: Mapping[str, Any]) -> object:
    value = given.get(parameter.name)
    if value is None:
        if parameter.required:
            raise BadPayload(f"{parameter.name} is missing; allowed: {allowed(parameter)}")
        return parameter.default
    try:
        return _READERS[parameter.kind](parameter, value)
    except BadPayload:
        if parameter.lenient:
            return parameter.default
        raise


def _bad(parameter: Parameter, value: object) -> BadPayload:
    return BadPayload(f"{parameter.name} {shown(value)} is not {allowed(parameter)}")


def _integer(parameter: Parameter, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _bad(parameter, value)
    _within(parameter, Decimal(value) if value.bit_length() <= BITS else None, value)
    return value


def _number(parameter: Parameter, value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise _bad(parameter, value)
    if (isinstance(value, int) and value.bit_length() > BITS) or len(shown(value)) > SHOWN:
        raise _bad(parameter, value)
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise _bad(parameter, value) from None
    _within(parameter, number if number.is_finite() else None, value)
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -DECIMALS:
        raise BadPayload(f"{parameter.name} {shown(value)} has more than {DECIMALS} decimals")
    return number


def _within(parameter: Parameter, number: Decimal | None, value: object) -> None:
    least, most = parameter.least, parameter.most
    if (
        number is None
        or (least is not None and number < least)
        or (most is not None and number > most)
    ):
        raise _bad(parameter, value)


def _boolean(parameter: Parameter, value: object) -> bool:
    if not isinstance(value, bool):
        raise _bad(parameter, value)
    return value


def _text(parameter: Parameter, value: object) -> str:
    most = parameter.most
    if not isinstance(value, str) or (most is not None and len(value) > most):
        raise _bad(parameter, value)
    if not value.isprintable():
        raise BadPayload(f"{parameter.name} holds characters that cannot be printed")
    return value


_READERS: Mapping[Kind, Callable[[Parameter, object], object]] = MappingProxyType(
    {"integer": _integer, "number": _number, "boolean": _boolean, "text": _text}
)
