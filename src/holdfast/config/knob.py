"""Declare one knob: its value and everything the rest of the product may ask about it.

Rules: a declaration is a pydantic field; what pydantic has no word for (unit, safe value, direction of
risk, …) travels as text beside it and is read back by `holdfast.config.catalogue`.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

Value = bool | int | Decimal | str | None
Effect = Literal["hot", "restart", "never_live"]
OnStale = Literal["safe", "hold_last"]
Kind = Literal["bool", "int", "decimal", "choice", "text"]
T = TypeVar("T")


class Knobs(BaseModel):
    """One family of knobs."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def knob(
    default: T,
    meaning: str,
    unit: str = "",
    *,
    ge: int | Decimal | None = None,
    le: int | Decimal | None = None,
    safe: Value = None,
    risk: str | Sequence[str] = "none",
    on_stale: OnStale = "hold_last",
    effect: Effect = "hot",
    env: bool = True,
    since: str = "",
    aliases: Sequence[str] = (),
    synonyms: Mapping[str, str] | None = None,
) -> T:
    """Declare a knob: default, meaning and unit first, what differs from the usual after them."""
    extra: JsonDict = {
        "unit": unit,
        "safe": "" if safe is None else spell(safe),
        "risk": risk if isinstance(risk, str) else list(risk),
        "on_stale": on_stale,
        "effect": effect,
        "env": env,
        "since": since,
        "aliases": list(aliases),
        "synonyms": dict(synonyms or {}),
    }
    return Field(default, description=meaning, ge=ge, le=le, json_schema_extra={"knob": extra})


def spell(value: Value) -> str:
    """Write a value the one way it is written in files, digests and tables."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return "" if value is None else str(value)
