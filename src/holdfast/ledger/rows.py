"""Say what the rows of the projections are: one type a table, one field a column.

Rules: a field of `KEY` names the row; fields of `CHANGING` may change after the row was added, all
others are written once. The SQL of the tables is in migrations/, a test holds both together.
"""

from decimal import Decimal
from typing import ClassVar

from holdfast.domain.money import ZERO
from holdfast.ledger.row import Row


class SlotRow(Row, kw_only=True):
    """A slot as its events left it."""

    TABLE: ClassVar[str] = "slots"
    KEY: ClassVar[str] = "slot_id"
    CHANGING: ClassVar[tuple[str, ...]] = (
        *("sticky", "phase", "long_only", "short_only", "mode_source", "draining"),
        *("cycle_a", "cycle_b", "recoveries", "profit_pct", "net_profit", "settled", "fees"),
        *("realized_loss", "round_trips", "retired_at", "updated_seq", "state"),
    )
    slot_id: int
    sticky: bool
    phase: str
    long_only: bool
    short_only: bool
    mode_source: str
    draining: bool
    cycle_a: int
    cycle_b: int
    recoveries: int
    profit_pct: Decimal
    net_profit: Decimal
    settled: Decimal
    fees: Decimal
    realized_loss: Decimal
    round_trips: int
    created_at: int
    retired_at: int | None
    updated_seq: int
    state: str


class OrderRow(Row, kw_only=True):
    """An order's life: placed, open, canceling or unknown, then filled, canceled, expired, refused."""

    TABLE: ClassVar[str] = "orders"
    KEY: ClassVar[str] = "client_order_id"
    CHANGING: ClassVar[tuple[str, ...]] = (
        *("local_id", "recovery_id", "revision", "price", "size", "hold", "filled", "cost", "fee"),
        *("status", "reason", "end_reason", "acked_at", "ended_at", "updated_seq"),
    )
    client_order_id: str
    slot_id: int
    leg: str
    role: str
    side: str
    cycle: int
    attempt: int
    local_id: int
    recovery_id: int
    revision: int = 0
    price: Decimal
    size: Decimal
    hold: Decimal
    filled: Decimal = ZERO
    cost: Decimal = ZERO
    fee: Decimal = ZERO
    status: str = "placed"
    reason: str
    end_reason: str = ""
    placed_seq: int
    placed_at: int
    acked_at: int | None = None
    ended_at: int | None = None
    updated_seq: int


class IntentRow(Row, kw_only=True):
    """One thing the venue was to do, and what came of it."""

    TABLE: ClassVar[str] = "intents"
    KEY: ClassVar[str] = "seq"
    CHANGING: ClassVar[tuple[str, ...]] = ("status", "answered_at")
    seq: int
    market_time: int
    kind: str
    client_order_id: str
    slot_id: int
    revision: int
    price: Decimal | None
    size: Decimal | None
    reason: str
    status: str = "created"
    answered_at: int | None = None


class FillRow(Row, kw_only=True):
    """One execution."""

    TABLE: ClassVar[str] = "fills"
    seq: int
    market_time: int
    fill_id: str
    client_order_id: str
    slot_id: int
    leg: str
    role: str
    side: str
    cycle: int
    recovery_id: int
    price: Decimal
    size: Decimal
    cost: Decimal
    fee: Decimal
    liquidity: str
    complete: bool
    regime: str | None
    mark: Decimal


class CycleRow(Row, kw_only=True):
    """One closed round trip."""

    TABLE: ClassVar[str] = "cycles"
    seq: int
    market_time: int
    slot_id: int
    leg: str
    cycle: int
    recovery_id: int
    entry_price: Decimal
    exit_price: Decimal
    size: Decimal
    gross: Decimal
    entry_fee: Decimal
    exit_fee: Decimal
    net: Decimal
    settled: Decimal
    quote_fee: Decimal
    entry_time: int
    regime: str | None
    losses: int
    reason: str
    mark: Decimal


class PositionRow(Row, kw_only=True):
    """One filled entry and the exit it owes (core 4.1)."""

    TABLE: ClassVar[str] = "positions"
    KEY: ClassVar[str] = "position_id"
    CHANGING: ClassVar[tuple[str, ...]] = (
        *("current_exit_price", "exit_order_id", "times_repriced", "status", "exit_price"),
        *("exit_cost", "exit_fee", "exit_time", "net_profit", "close_reason", "updated_seq"),
    )
    position_id: str
    slot_id: int
    leg: str
    cycle: int
    slot_mode: str
    entry_price: Decimal
    entry_cost: Decimal
    entry_fee: Decimal
    entry_size: Decimal
    entry_time: int
    entry_regime: str | None
    original_exit_price: Decimal
    target_profit_pct: Decimal
    current_exit_price: Decimal
    exit_order_id: str | None = None
    times_repriced: int = 0
    status: str = "open"
    exit_price: Decimal | None = None
    exit_cost: Decimal | None = None
    exit_fee: Decimal | None = None
    exit_time: int | None = None
    net_profit: Decimal | None = None
    close_reason: str | None = None
    opened_seq: int
    updated_seq: int


class JournalRow(Row, kw_only=True):
    """One thing that happened to a position (core 4.2); credit and debit are its subsidy."""

    TABLE: ClassVar[str] = "position_journal"
    seq: int
    ordinal: int = 0
    market_time: int
    position_id: str
    slot_id: int
    event_type: str
    details: str
    credit: Decimal = ZERO
    debit: Decimal = ZERO


class EntryRow(Row, kw_only=True):
    """One side of a movement between two accounts."""

    TABLE: ClassVar[str] = "entries"
    seq: int
    market_time: int
    account: str
    asset: str
    amount: Decimal


class HoldRow(Row, kw_only=True):
    """An operational stop, from its setting to its clearing."""

    TABLE: ClassVar[str] = "holds"
    KEY: ClassVar[str] = "set_seq"
    CHANGING: ClassVar[tuple[str, ...]] = ("cleared_seq", "cleared_at", "cleared_reason")
    set_seq: int
    name: str
    reason: str
    set_at: int
    cleared_seq: int | None = None
    cleared_at: int | None = None
    cleared_reason: str | None = None


class SessionRow(Row, kw_only=True):
    """One desk's time with the ledger; no end means it was killed, or still runs."""

    TABLE: ClassVar[str] = "sessions"
    KEY: ClassVar[str] = "started_seq"
    CHANGING: ClassVar[tuple[str, ...]] = ("stopped_at", "stop_reason")
    started_seq: int
    epoch: int
    started_at: int
    pid: int
    profile: str
    version_text: str
    stopped_at: int | None = None
    stop_reason: str | None = None


class TickRow(Row, kw_only=True):
    """One tick that changed the ledger."""

    TABLE: ClassVar[str] = "ticks"
    seq: int
    market_time: int
    recorded_at: int
    tick: int
    mark: Decimal | None
    events: int
    fills: int
    orders: int
    orchestrated: bool
    task_run: str


class CommandRow(Row, kw_only=True):
    """One command of an operator, and the answer."""

    TABLE: ClassVar[str] = "commands"
    seq: int
    market_time: int
    recorded_at: int
    action: str
    arguments: str
    principal: str
    accepted: bool
    message: str


class RulesRow(Row, kw_only=True):
    """One change of the rules in force."""

    TABLE: ClassVar[str] = "rules"
    seq: int
    market_time: int
    digest: str
    reason: str
    changes: str
