"""Answer questions about the knobs themselves: bounds, unit, risk, aliases, what is not built yet.

Rules: nothing is written here twice; every answer is read back from the declarations in
`holdfast.config.families`.
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from holdfast.config.knob import Effect, Kind, OnStale, Value, spell
from holdfast.config.settings import FAMILIES, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Knob:
    """What is known about one knob."""

    name: str
    family: str
    kind: Kind
    default: Value
    meaning: str
    unit: str
    low: int | Decimal | None
    high: int | Decimal | None
    choices: tuple[str, ...]
    synonyms: Mapping[str, str]
    safe: Value
    risk: str | tuple[str, ...]
    on_stale: OnStale
    effect: Effect
    env: bool
    since: str
    aliases: tuple[str, ...]

    @property
    def allowed(self) -> str:
        """Say in words which values the knob takes."""
        if self.kind == "bool":
            return "true, false"
        if self.kind == "choice":
            return ", ".join((*self.choices, *self.synonyms))
        if self.kind == "text":
            return "text"
        noun = "whole number" if self.kind == "int" else "number"
        low, high = self.low, self.high
        if low is None or high is None:
            return noun
        return f"a {noun} from {spell(low)} to {spell(high)}" + (f" {self.unit}" * bool(self.unit))

    @property
    def permitted(self) -> tuple[Value, ...]:
        """List what a knob whose feature is not built may be set to."""
        return (self.safe, self.default)


def nearest(name: str, names: Iterable[str]) -> str:
    """Suggest the known name an unknown one was probably meant to be."""
    found = difflib.get_close_matches(name.lower(), list(names), n=1, cutoff=0.6)
    return f"did you mean {found[0]}?" if found else ""


def _kind(annotation: object) -> tuple[Kind, tuple[str, ...]]:
    if get_origin(annotation) is Literal:
        return "choice", get_args(annotation)
    kinds: dict[object, Kind] = {bool: "bool", int: "int", Decimal: "decimal"}
    return kinds.get(annotation, "text"), ()


def _bounds(field: FieldInfo) -> tuple[int | Decimal | None, int | Decimal | None]:
    return _bound(field, "ge"), _bound(field, "le")


def _bound(field: FieldInfo, side: str) -> int | Decimal | None:
    found = next((getattr(rule, side) for rule in field.metadata if hasattr(rule, side)), None)
    return found if isinstance(found, int | Decimal) else None


def _typed(kind: Kind, text: str, default: Value) -> Value:
    if not text:
        return default
    if kind == "bool":
        return text == "true"
    if kind == "int":
        return int(text)
    return Decimal(text) if kind == "decimal" else text


def _knob(family: str, name: str, field: FieldInfo) -> Knob:
    extra: Any = field.json_schema_extra
    told = extra["knob"]
    kind, choices = _kind(field.annotation)
    low, high = _bounds(field)
    return Knob(
        name=name,
        family=family,
        kind=kind,
        default=field.default,
        meaning=field.description or "",
        unit=told["unit"],
        low=low,
        high=high,
        choices=choices,
        synonyms=MappingProxyType(told["synonyms"]),
        safe=_typed(kind, told["safe"], field.default),
        risk=told["risk"] if isinstance(told["risk"], str) else tuple(told["risk"]),
        on_stale=told["on_stale"],
        effect=told["effect"],
        env=told["env"],
        since=told["since"],
        aliases=tuple(told["aliases"]),
    )


def _all_knobs() -> dict[str, Knob]:
    return {
        name: _knob(family, name, Settings.model_fields[name])
        for family, knobs in FAMILIES.items()
        for name in knobs.model_fields
    }


CATALOGUE: Mapping[str, Knob] = MappingProxyType(_all_knobs())
CANONICAL: Mapping[str, str] = MappingProxyType(
    {name: name for name in CATALOGUE}
    | {alias: knob.name for knob in CATALOGUE.values() for alias in knob.aliases}
)
