"""Read the recorded bot's states as ours: orders, lots, legs, slots, rules."""

from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from holdfast.domain.market import Regime
from holdfast.domain.money import ZERO, Instrument
from holdfast.domain.slots import (
    Block,
    Direction,
    Leg,
    LegName,
    Lot,
    Order,
    Recovery,
    Role,
    Side,
    Slot,
    one_sided,
)
from holdfast.engine.rules import NEVER, Rules

REGIMES = (Regime.BEARISH, Regime.RANGING, Regime.BULLISH)
HAIR = Decimal("1E-13")  # a drift of exactly refresh_pct came out a hair above it in doubles
Json = dict[str, Any]


def exact(number: float | None) -> Decimal:
    """Read a recorded double by its shortest text."""
    return ZERO if number is None else Decimal(repr(number))


def micros(seconds: float | None) -> int:
    """Read a recorded time."""
    return 0 if seconds is None else int((exact(seconds) * 1_000_000).to_integral_value())


def rules_of(config: Json) -> Rules:
    """Read the recorded engine configuration."""

    def wait(key: str) -> int:
        return NEVER if config[key] >= 1e14 else micros(config[key])

    return Rules(
        genesis="paper",
        instrument=instrument_of(config),
        entry_pct=exact(config["entry_pct"]),
        entry_pct_a=exact(config["entry_pct_a"]),
        entry_pct_b=exact(config["entry_pct_b"]),
        profit_pct=exact(config["profit_pct"]),
        refresh_pct=exact(config["refresh_pct"]) * (1 - HAIR),
        max_refreshes=config["max_consecutive_refreshes"],
        refresh_cooldown=micros(config["refresh_cooldown_sec"]),
        loss_backoff_start=config["loss_backoff_start"],
        backoff_factor=exact(config["backoff_factor"]),
        backoff_max=exact(config["backoff_max_multiplier"]),
        loss_cooldown_start=config["loss_cooldown_start"],
        loss_cooldown=micros(config["loss_cooldown_sec"]),
        reentry_cooldown=micros(config["reentry_base_cooldown_sec"]),
        s1_orphan_after=wait("s1_orphan_after_sec"),
        s2_orphan_after=wait("s2_orphan_after_sec"),
        max_recoveries=config["max_recovery_slots"],
    )


def rules_of_scenario(given: Json) -> Rules:
    """Read the few rules a recorded scenario names beside its venue constraints."""
    return Rules(
        genesis="paper",
        instrument=instrument_of(given["constraints"]),
        entry_pct=exact(given["entry_pct"]),
        profit_pct=exact(given["profit_pct"]),
        refresh_pct=ZERO,
    )


def instrument_of(config: Json) -> Instrument:
    """Read the recorded venue constraints."""
    return Instrument(
        symbol="DOGE/USD",
        base="DOGE",
        quote="USD",
        price_tick=Decimal(1).scaleb(-config.get("price_decimals", 6)),
        size_step=Decimal(1).scaleb(-max(0, config["volume_decimals"])),
        min_base=exact(config["min_volume"]),
        min_quote=exact(config["min_cost_usd"]),
        maker_fee_pct=exact(config.get("maker_fee_pct", 0.25)),
        taker_fee_pct=Decimal("0.4"),
    )


def order_key(local_id: int) -> str:
    return f"o{local_id}"


def recovery_key(recovery_id: int) -> str:
    return f"r{recovery_id}"


def _order(row: Json, now: float) -> Order:
    del now
    return Order(
        client_order_id=order_key(row["local_id"]),
        local_id=row["local_id"],
        role=Role(row["role"]),
        side=Side(row["side"]),
        cycle=row["cycle"],
        attempt=1,
        price=exact(row["price"]),
        size=exact(row["volume"]),
        placed_at=micros(row["placed_at"]),
        reason="",
    )


def _lot(row: Json, opened_at: float) -> Lot:
    size, price = exact(row["volume"]), exact(row["entry_price"])
    tag = row["regime_at_entry"] if row.get("regime_at_entry") is not None else None
    return Lot(
        cycle=row["cycle"],
        price=price,
        size=size,
        cost=price * size,
        fee=exact(row["entry_fee"]),
        opened_at=micros(opened_at),
        exit_price=exact(row["price"]),
        regime=None if tag is None else REGIMES[tag],
    )


def block_of(state: Json) -> Block:
    return Block.REGIME if state["mode_source"] == "regime" else Block.BALANCE


def _leg(state: Json, name: LegName) -> Leg:
    low = name.lower()
    rows = [row for row in state["orders"] if row["trade_id"] == name]
    if len(rows) > 1:
        raise NotImplementedError("a leg of ours rests one order")
    row = rows[0] if rows else None
    direction = state.get(f"last_refresh_direction_{low}")
    flagged = state["long_only"] if name is LegName.A else state["short_only"]
    leg = Leg(
        name=name,
        cycle=state[f"cycle_{low}"],
        block=block_of(state) if row is None and flagged else Block.NONE,
        losses=state.get(f"consecutive_losses_{low}", 0),
        cooldown_until=micros(state.get(f"cooldown_until_{low}")),
        refreshes=state.get(f"consecutive_refreshes_{low}", 0),
        refresh_direction=Direction(direction) if direction else None,
        refresh_cooldown_until=micros(state.get(f"refresh_cooldown_until_{low}")),
    )
    if row is None:
        return leg
    lot = None
    if row["role"] == "exit":
        lot = _lot(row, row["entry_filled_at"] or row["placed_at"] or state["now"])
    return replace(leg, order=_order(row, state["now"]), lot=lot, attempts=1)


def _recovery(row: Json) -> Recovery:
    order = Order(
        client_order_id=recovery_key(row["recovery_id"]),
        local_id=0,
        role=Role.EXIT,
        side=Side(row["side"]),
        cycle=row["cycle"],
        attempt=1,
        price=exact(row["price"]),
        size=exact(row["volume"]),
        placed_at=0,
        reason=row["reason"],
    )
    return Recovery(
        recovery_id=row["recovery_id"],
        leg=LegName(row["trade_id"]),
        order=order if row["txid"] else None,
        lot=_lot(row, row["entry_filled_at"] or row["orphaned_at"]),
        orphaned_at=micros(row["orphaned_at"]),
        reason=row["reason"],
    )


def slot_of(state: Json, *, sticky: bool) -> Slot:
    """Read a recorded slot state."""
    anchor = state["s2_entered_at"]
    return Slot(
        slot_id=0,
        sticky=sticky,
        created_at=0,
        a=_leg(state, LegName.A),
        b=_leg(state, LegName.B),
        recoveries=tuple(_recovery(row) for row in state["recovery_orders"]),
        next_local_id=state["next_order_id"],
        next_recovery_id=state.get("next_recovery_id", 1),
        profit_pct=exact(state["profit_pct_runtime"]),
        s2_entered_at=None if anchor is None else micros(anchor),
        net_profit=exact(state["total_profit"]),
        settled=exact(state.get("total_settled_usd", 0)),
        fees=exact(state.get("total_fees", 0)),
        realized_loss=exact(state.get("today_realized_loss", 0)),
        round_trips=state["total_round_trips"],
    )


def flags_of(slot: Slot) -> tuple[bool, bool, str]:
    """Derive the one-sided flags; every reason of ours but the regime reads as `balance`."""
    long_only, short_only, block = one_sided(slot)
    named = {Block.NONE: "none", Block.REGIME: "regime"}
    return long_only, short_only, named.get(block, "balance")
