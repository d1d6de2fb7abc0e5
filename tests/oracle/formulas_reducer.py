"""Answer the recorded formulas of the reducer."""

from typing import Any

from msgspec.structs import replace
from recorded import Json, block_of, exact, flags_of, instrument_of, slot_of

from holdfast.domain.money import ZERO
from holdfast.domain.slots import (
    Side,
    Slot,
    phase,
)
from holdfast.engine.invariants import breaches
from holdfast.engine.pricing import backoff_multiplier, entry_size, exit_price
from holdfast.engine.rules import Rules


def _exit_price(given: Json) -> float:
    rules = _bare_rules(given)
    side = Side(given["side"])
    entry, mark = exact(given["entry_fill"]), exact(given["market_price"])
    return float(exit_price(rules, side, entry, mark, exact(given["profit_pct"])))


def _multiplier(given: Json) -> float:
    return float(
        backoff_multiplier(
            given["loss_count"],
            given["loss_backoff_start"],
            exact(given["backoff_factor"]),
            exact(given["backoff_max_multiplier"]),
        )
    )


def _volume(given: Json) -> float | None:
    rules = _bare_rules(given["config"])
    size = entry_size(rules, exact(given["price"]), exact(given["order_size_usd"]))
    return None if size is None else float(size)


def _bare_rules(given: Json) -> Rules:
    config = {"volume_decimals": 0, "min_volume": 0.0, "min_cost_usd": 0.0, **given}
    return Rules(
        genesis="paper",
        instrument=instrument_of(config),
        entry_pct=exact(given.get("entry_pct", 0.2)),
        profit_pct=exact(given.get("profit_pct", 1.0)),
        refresh_pct=ZERO,
    )


def _scenario_slot(given: Json) -> Slot:
    row = given["slots"][0]
    return slot_of(row["state"], sticky=row.get("sticky", True))


def _check_invariants(given: Json) -> list[str]:
    return breaches(_scenario_slot(given))


def _normalize(given: Json) -> Any:
    slot = _scenario_slot(given)
    why = block_of(given["slots"][0]["state"])
    slot = replace(slot, a=replace(slot.a, block=why), b=replace(slot.b, block=why))
    long_only, short_only, source = flags_of(slot)
    flags = {"long_only": long_only, "short_only": short_only, "mode_source": source}
    return {"phase": phase(slot).value, **flags}


FORMULAS = {
    "exit_price": _exit_price,
    "entry_backoff_multiplier": _multiplier,
    "compute_order_volume": _volume,
    "check_invariants": _check_invariants,
    "normalize_slot_mode": _normalize,
}
