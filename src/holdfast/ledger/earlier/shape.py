"""Say what a saved state of the earlier bot holds, in its own words (core 1.1, 4.1).

Keys of a slot, an order, a recovery and a position are known or refused: each of them is money or time.
What the earlier bot did not write yet has the value it gave it then.
"""

from decimal import Decimal
from typing import Any, Literal

import msgspec

from holdfast.domain.money import ZERO
from holdfast.domain.slots import Direction, LegName, Phase, Role, Side

Tag = int | str | None  # a regime: 0 to 2, its name, or nothing


class _Saved(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a saved state."""


class SavedOrder(_Saved, frozen=True, kw_only=True):
    """An entry or an exit; without a txid it never left, times are seconds."""

    local_id: int
    side: Side
    role: Role
    price: Decimal
    volume: Decimal
    trade_id: LegName
    cycle: int
    txid: str = ""
    placed_at: Decimal = ZERO
    entry_price: Decimal = ZERO
    entry_fee: Decimal = ZERO
    entry_filled_at: Decimal = ZERO
    regime_at_entry: Tag = None


class SavedRecovery(_Saved, frozen=True, kw_only=True):
    """An exit that was set aside."""

    recovery_id: int
    side: Side
    price: Decimal
    volume: Decimal
    trade_id: LegName
    cycle: int
    entry_price: Decimal
    orphaned_at: Decimal
    entry_fee: Decimal = ZERO
    entry_filled_at: Decimal = ZERO
    txid: str = ""
    reason: str = "stale"
    regime_at_entry: Tag = None


class SavedState(_Saved, frozen=True, kw_only=True):
    """One slot: what it rests, its counters and its totals."""

    market_price: Decimal
    now: Decimal
    orders: tuple[SavedOrder, ...]
    recovery_orders: tuple[SavedRecovery, ...] = ()
    cycle_a: int
    cycle_b: int
    next_order_id: int
    next_recovery_id: int = 1
    total_profit: Decimal = ZERO
    total_settled_usd: Decimal | None = None
    total_fees: Decimal = ZERO
    today_realized_loss: Decimal = ZERO
    total_round_trips: int = 0
    s2_entered_at: Decimal | None = None
    consecutive_losses_a: int = 0
    consecutive_losses_b: int = 0
    cooldown_until_a: Decimal = ZERO
    cooldown_until_b: Decimal = ZERO
    long_only: bool = False
    short_only: bool = False
    mode_source: Literal["none", "balance", "regime"] = "none"
    consecutive_refreshes_a: int = 0
    consecutive_refreshes_b: int = 0
    last_refresh_direction_a: Direction | None = None
    last_refresh_direction_b: Direction | None = None
    refresh_cooldown_until_a: Decimal = ZERO
    refresh_cooldown_until_b: Decimal = ZERO
    phase: Phase | None = None
    # Not carried: the target and the price come from the profile and its market, cycles are counted.
    profit_pct_runtime: Decimal | None = None
    profit_pct: Decimal | None = None
    last_price_update_at: Decimal | None = None
    completed_cycles: Any = None
    completed_cycles_count: Any = None
    last_cycle: Any = None


class SavedSlot(_Saved, frozen=True, kw_only=True):
    """A slot and whether it is patient; one that does not say is."""

    slot_id: int
    sticky: bool = True
    alias: str = ""
    state: SavedState


class SavedPosition(_Saved, frozen=True, kw_only=True):
    """A row of the earlier bot's position ledger: what an entry really cost."""

    position_id: int
    slot_id: int
    trade_id: LegName
    cycle: int
    slot_mode: Literal["legacy", "sticky", "churner"]
    entry_price: Decimal
    entry_cost: Decimal
    entry_fee: Decimal
    entry_volume: Decimal
    entry_time: Decimal
    entry_regime: Tag = None
    entry_volatility: Decimal = ZERO
    current_exit_price: Decimal
    original_exit_price: Decimal
    target_profit_pct: Decimal
    exit_txid: str = ""
    status: Literal["open", "closed"]
    times_repriced: int = 0
    exit_price: Decimal | None = None
    exit_cost: Decimal | None = None
    exit_fee: Decimal | None = None
    exit_time: Decimal | None = None
    exit_regime: Tag = None
    net_profit: Decimal | None = None
    close_reason: str | None = None


class SavedFile(_Saved, frozen=True, kw_only=True):
    """What of the whole file is used."""

    slots: tuple[SavedSlot, ...]
    version: Literal["doge-v1"] = "doge-v1"
    symbol: str = ""
    pair: str = ""
    profit_pct: Decimal | None = None
    position_ledger: tuple[SavedPosition, ...] = ()


class Saved(msgspec.Struct, frozen=True):
    """A file that was read: its name, its digest, and the keys of it that are left behind."""

    name: str
    digest: str
    file: SavedFile
    left_behind: tuple[str, ...]
