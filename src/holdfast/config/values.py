"""Read one value for one knob, or say why it does not fit.

Rules: a file's value is taken as it stands or refused, never bent; text from the environment or the
command line is read into the same shapes first. `nearest_bound` is for the environment alone.
"""

import re
from decimal import Decimal

from holdfast.config.catalogue import Knob
from holdfast.config.errors import quoted
from holdfast.config.knob import Value

NUMBER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", re.ASCII)
LONGEST_NUMBER = 40
LONGEST_TEXT = 1024
WORDS = {"true": True, "1": True, "yes": True, "on": True} | {
    "false": False,
    "0": False,
    "no": False,
    "off": False,
}


class Misfit(ValueError):
    """A value that does not fit its knob."""


class OutOfRange(Misfit):
    """A number of the right kind beyond a bound of its knob."""

    def __init__(self, problem: str, number: int | Decimal) -> None:
        super().__init__(problem)
        self.number = number


def fit(knob: Knob, raw: object) -> Value:
    """Take a file's value for a knob, or raise what is wrong with it."""
    if knob.kind == "bool":
        if isinstance(raw, bool):
            return raw
        raise Misfit(f"{quoted(raw)} is not true or false")
    if knob.kind == "choice":
        return _choice(knob, raw)
    if knob.kind == "text":
        return _text(raw)
    return _number(knob, raw)


def fit_text(knob: Knob, text: str) -> Value:
    """Take a text from outside (environment, command line) for a knob, or raise."""
    word = text.strip()
    if knob.kind == "bool":
        return fit(knob, WORDS.get(word.lower(), word))
    if knob.kind == "choice":
        spelled = {known.lower(): known for known in (*knob.choices, *knob.synonyms)}
        return fit(knob, spelled.get(word.lower(), word))
    if knob.kind == "int" and re.fullmatch(r"[-+]?[0-9]+\.0+", word, re.ASCII):
        word = word.partition(".")[0]
    number = exact(word) if knob.kind in {"int", "decimal"} else None
    return fit(knob, word if number is None else number)


def nearest_bound(knob: Knob, number: int | Decimal) -> Value:
    """Move a number out of range to the bound next to it."""
    if knob.low is not None and number < knob.low:
        return knob.low
    return knob.high


def exact(text: str) -> int | Decimal | None:
    """Read a plain number exactly: no exponent, no underscore, no leading zero."""
    if len(text) > LONGEST_NUMBER or not NUMBER.fullmatch(text):
        return None
    return Decimal(text) if "." in text else int(text)


def _choice(knob: Knob, raw: object) -> str:
    if isinstance(raw, str):
        if raw in knob.synonyms:
            return knob.synonyms[raw]
        if raw in knob.choices:
            return raw
    raise Misfit(f"{quoted(raw)} is not one of its values")


def _text(raw: object) -> str | None:
    if raw is None or raw == "":
        return None
    if isinstance(raw, str) and len(raw) <= LONGEST_TEXT and raw.isprintable():
        return raw
    raise Misfit(f"{quoted(raw)} is not a line of text")


def _number(knob: Knob, raw: object) -> int | Decimal:
    number = exact(raw) if isinstance(raw, str) and knob.kind == "decimal" else raw
    if isinstance(number, bool) or not isinstance(number, int | Decimal):
        raise Misfit(f"{quoted(raw)} is not a number")
    if knob.kind == "int" and not isinstance(number, int):
        raise Misfit(f"{quoted(raw)} is not a whole number")
    if knob.low is not None and number < knob.low:
        raise OutOfRange(f"{quoted(raw)} is too small", number)
    if knob.high is not None and number > knob.high:
        raise OutOfRange(f"{quoted(raw)} is too large", number)
    return Decimal(number) if knob.kind == "decimal" else number
