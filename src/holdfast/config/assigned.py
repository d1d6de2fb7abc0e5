"""Read `settings:` and `set:` mappings into checked values that know where they stand.

Rules: an alias becomes its knob's own name here and nowhere later; a value of a feature that is not
built is refused here, with the capability it waits for.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from holdfast.config.catalogue import CANONICAL, CATALOGUE, Knob, nearest
from holdfast.config.errors import ConfigError, quoted
from holdfast.config.knob import Value, spell
from holdfast.config.profile import Layer, Origin
from holdfast.config.values import Misfit, fit
from holdfast.config.yaml_strict import Spot


@dataclass(frozen=True, slots=True)
class Assigned:
    """One value one layer gives to one knob."""

    key: str
    value: Value
    origin: Origin

    def fault(self, problem: str, *, allowed: str = "", hint: str = "") -> ConfigError:
        """Make the error that points at this value."""
        return ConfigError(
            problem,
            file=self.origin.file or self.origin.where,
            line=self.origin.line,
            column=self.origin.column,
            key=f"settings.{self.key}",
            allowed=allowed,
            hint=hint,
        )


def read_settings(
    block: Spot | None,
    label: str,
    layer: Layer,
    *,
    within: str,
    built: bool = True,
    stage: str = "",
) -> tuple[Assigned, ...]:
    """Read one mapping of knobs; `built` also refuses what waits for a later feature."""
    if block is None or block.value is None:
        return ()
    if not isinstance(block.value, Mapping):
        raise _fault(block, label, within, "is not a mapping", "`knob: value` lines")
    found: dict[str, Assigned] = {}
    for name, spot in block.value.items():
        knob = known(name, spot, label, within)
        if knob.name in found:
            raise key_fault(
                spot, label, f"{within}.{name}", f"is another name of {knob.name}, set above"
            )
        value = _value(knob, spot, label, f"{within}.{name}", built=built)
        origin = Origin(layer, spell(value), label, spot.key_line, spot.key_column, stage)
        found[knob.name] = Assigned(knob.name, value, origin)
    return tuple(found.values())


def known(name: str, spot: Spot, label: str, within: str) -> Knob:
    """Find the knob of a name, or refuse the name."""
    if name in CANONICAL:
        return CATALOGUE[CANONICAL[name]]
    hint = nearest(name, CANONICAL) or "see docs/settings.md"
    raise key_fault(spot, label, f"{within}.{shown(name)}", "is not a known setting", hint)


def refuse_unbuilt(knob: Knob, value: Value) -> str:
    """Say why a value cannot be had yet, or nothing."""
    if not knob.since or value in knob.permitted:
        return ""
    return f"not built yet: {spell(value)} waits for `{knob.since}`"


def shown(name: str) -> str:
    """Show a foreign key without its quotes, safely."""
    return quoted(name).strip("'\"")


def key_fault(spot: Spot, label: str, key: str, problem: str, hint: str = "") -> ConfigError:
    """Make the error that points at a key."""
    return ConfigError(
        problem,
        file=label,
        line=spot.key_line or spot.line,
        column=spot.key_column or spot.column,
        key=key,
        hint=hint or "keep one of them",
    )


def _value(knob: Knob, spot: Spot, label: str, key: str, *, built: bool) -> Value:
    try:
        value = fit(knob, spot.value)
    except Misfit as misfit:
        raise _fault(spot, label, key, str(misfit), knob.allowed) from None
    unbuilt = refuse_unbuilt(knob, value) if built else ""
    if unbuilt:
        raise _fault(spot, label, key, unbuilt, spell(knob.safe) or "leave it out")
    return value


def _fault(spot: Spot, label: str, key: str, problem: str, allowed: str) -> ConfigError:
    return ConfigError(
        problem,
        file=label,
        line=spot.line,
        column=spot.column,
        key=key,
        allowed=allowed,
        hint="correct the value",
    )
