"""Say what a slot is: two legs, each idle, resting an entry, or owing an exit.

Leg A sells first and buys back; leg B buys first and sells. An exit is an obligation: while a leg
has a lot it owes an exit, whether or not an order for it rests. The seeds' phases S0, S1a, S1b, S2
and the flags long_only, short_only are read off the legs and never stored.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Final

import msgspec

from holdfast.domain.market import Regime
from holdfast.domain.money import ZERO


class Side(StrEnum):
    """Which way an order trades."""

    BUY = "buy"
    SELL = "sell"


class Role(StrEnum):
    """What an order is for: to open a position or to close it."""

    ENTRY = "entry"
    EXIT = "exit"


class LegName(StrEnum):
    """A leg: A sells first, B buys first."""

    A = "A"
    B = "B"


class Phase(StrEnum):
    """The label of a slot: which of its legs owe an exit."""

    S0 = "S0"
    S1A = "S1a"
    S1B = "S1b"
    S2 = "S2"


class Block(StrEnum):
    """Why an idle leg has no entry."""

    NONE = "none"
    BALANCE = "balance"
    REGIME = "regime"
    COOLDOWN = "cooldown"
    CAPACITY = "capacity"
    DEFERRED = "deferred"
    MOMENTUM = "momentum"
    MIN_SIZE = "min_size"
    PACING = "pacing"
    BUDGET = "budget"
    HOLD = "hold"
    UNKNOWN = "unknown"
    STALE_PRICE = "stale_price"
    OPERATOR = "operator"
    RISK = "risk"


class Direction(StrEnum):
    """Which way the market ran from an entry that was moved."""

    UP = "up"
    DOWN = "down"


class OrderStatus(StrEnum):
    """How far a placed order is: wanted by us, or asked to be cancelled."""

    PLACED = "placed"
    CANCELING = "canceling"


# Members by names of their own: CPython 3.11 finds a member through its class fifty times slower,
# and every fill asks for dozens.
BUY: Final = Side.BUY
SELL: Final = Side.SELL
ENTRY: Final = Role.ENTRY
EXIT: Final = Role.EXIT
LEG_A: Final = LegName.A
LEG_B: Final = LegName.B
FREE_TO_ENTER: Final = Block.NONE
SOFT_CLOSE: Final = "soft_close"  # reason of a recovery that an operator sent to just off the mark
SALE: Final = "release_sale"  # the reason of an order that takes what there is and does not rest


class Order(msgspec.Struct, frozen=True, gc=False):
    """One order that was decided and is not known to have ended."""

    client_order_id: str
    local_id: int
    role: Role
    side: Side
    cycle: int
    attempt: int
    price: Decimal
    size: Decimal
    placed_at: int
    reason: str
    hold: Decimal = ZERO
    revision: int = 0
    filled: Decimal = ZERO
    cost: Decimal = ZERO
    fee: Decimal = ZERO
    status: OrderStatus = OrderStatus.PLACED


class Close(StrEnum):
    """How a released exit is closed: its inventory moved away at mark, or sold for real."""

    TRANSFER = "transfer"
    LIMIT_IOC = "limit_ioc"


class Release(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An exit is being given up: how, by whose word, and since when."""

    close: Close
    reason: str
    asked_at: int


class Lot(msgspec.Struct, frozen=True, gc=False):
    """What a filled entry left: the exit that is owed, and what of it is closed already.

    `cost`, `fee` are the entry's; `proceeds`, `exit_fee` the exit's so far; all in quote. `release` is
    unset, and in no row, while nobody gives the exit up.
    """

    cycle: int
    price: Decimal
    size: Decimal
    cost: Decimal
    fee: Decimal
    opened_at: int
    exit_price: Decimal = ZERO
    closed: Decimal = ZERO
    proceeds: Decimal = ZERO
    exit_fee: Decimal = ZERO
    regime: Regime | None = None
    release: Release | msgspec.UnsetType = msgspec.UNSET


class Leg(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One side of a slot, with its cycle counter and its memory of losses and refreshes."""

    name: LegName
    cycle: int = 1
    attempts: int = 0
    order: Order | None = None
    lot: Lot | None = None
    block: Block = Block.NONE
    blocked_at: int = 0
    losses: int = 0
    cooldown_until: int = 0
    refreshes: int = 0
    refresh_direction: Direction | None = None
    refresh_cooldown_until: int = 0


class Recovery(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An exit that was set aside so that its leg can go on; it keeps its order and its id."""

    recovery_id: int
    leg: LegName
    order: Order | None
    lot: Lot
    orphaned_at: int
    reason: str
    attempts: int = 1
    evicting: bool = False


class Slot(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One unit of capital: two legs, its recoveries, and what it has earned.

    `profit_pct` 0 means the profile's; totals are in quote.
    """

    slot_id: int
    sticky: bool
    created_at: int
    a: Leg = Leg(name=LegName.A)
    b: Leg = Leg(name=LegName.B)
    recoveries: tuple[Recovery, ...] = ()
    next_local_id: int = 1
    next_recovery_id: int = 1
    profit_pct: Decimal = ZERO
    s2_entered_at: int | None = None
    draining: bool = False
    net_profit: Decimal = ZERO
    settled: Decimal = ZERO
    fees: Decimal = ZERO
    realized_loss: Decimal = ZERO
    round_trips: int = 0


def entry_side(leg: LegName) -> Side:
    """Say which way a leg opens."""
    return SELL if leg is LEG_A else BUY


def exit_side(leg: LegName) -> Side:
    """Say which way a leg closes."""
    return BUY if leg is LEG_A else SELL


def phase(slot: Slot) -> Phase:
    """Label a slot by the legs that owe an exit."""
    if slot.a.lot is not None:
        return Phase.S2 if slot.b.lot is not None else Phase.S1A
    return Phase.S1B if slot.b.lot is not None else Phase.S0


def is_idle(leg: Leg) -> bool:
    """Say whether a leg has neither an order nor an exit to place."""
    return leg.order is None and leg.lot is None


def one_sided(slot: Slot) -> tuple[bool, bool, Block]:
    """Derive the flags (long_only, short_only, mode_source) of a slot (core 1.8)."""
    idle_a, idle_b = is_idle(slot.a), is_idle(slot.b)
    if idle_a == idle_b:
        return False, False, Block.NONE
    leg = slot.a if idle_a else slot.b
    return idle_a, idle_b, leg.block if leg.block is not Block.NONE else Block.BALANCE
