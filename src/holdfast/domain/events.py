"""Name what happened, in the past tense; the ledger is a list of these.

An event is an outcome and carries what a fold needs, so that the books can be folded again without
rules or reducer. Its market time, stream and sequence belong to the ledger row. Events born of a
decision carry `mark` and the digest of the `rules` in force. No event holds machine time or a path.
The three that come by the thousand may be built by position, which costs an eighth of names.
"""

from decimal import Decimal
from typing import ClassVar

import msgspec

from holdfast.domain.market import Regime
from holdfast.domain.money import ZERO
from holdfast.domain.slots import Block, Close, Direction, LegName, Role, Side, Slot


class _Event(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    stream: ClassVar[str]
    version: ClassVar[int] = 1


class SlotAdded(_Event, frozen=True, kw_only=True, gc=False):
    """A slot joined the desk."""

    stream: ClassVar[str] = "slot"
    slot: int
    sticky: bool
    profit_pct: Decimal = ZERO


class SlotImported(_Event, frozen=True, kw_only=True, gc=False):
    """A slot joined as an earlier bot saved it; orders that rested follow, placed under ids of ours.

    `resting` holds the venue's own name of each of them by ours, `source` the digest of the file.
    """

    stream: ClassVar[str] = "slot"
    slot: int
    saved: Slot
    resting: dict[str, str]
    source: str


class SlotDrained(_Event, frozen=True, kw_only=True, gc=False):
    """A slot was told to leave once it is flat: entries go, exits stay."""

    stream: ClassVar[str] = "slot"
    slot: int
    reason: str


class SlotRetired(_Event, frozen=True, kw_only=True, gc=False):
    """A flat slot left the desk."""

    stream: ClassVar[str] = "slot"
    slot: int


class StickySet(_Event, frozen=True, kw_only=True, gc=False):
    """A slot was made patient, or cycling."""

    stream: ClassVar[str] = "slot"
    slot: int
    sticky: bool


class LegBlocked(_Event, frozen=True, kw_only=True, gc=False):
    """An idle leg has no entry, and this is why; `until` is 0 where no time is known."""

    stream: ClassVar[str] = "slot"
    slot: int
    leg: LegName
    block: Block
    until: int = 0


class RefreshPaused(_Event, frozen=True, kw_only=True, gc=False):
    """A leg chased the market too often in one direction and keeps its entry for a while."""

    stream: ClassVar[str] = "slot"
    slot: int
    leg: LegName
    refreshes: int
    direction: Direction
    until: int


class BothOpenNoted(_Event, frozen=True, kw_only=True, gc=False):
    """A cycling slot was first seen with both exits open."""

    stream: ClassVar[str] = "slot"
    slot: int


class ExitOrphaned(_Event, frozen=True, kw_only=True, gc=False):
    """An exit was set aside as a recovery so that its leg can go on."""

    stream: ClassVar[str] = "slot"
    slot: int
    leg: LegName
    recovery_id: int
    reason: str
    cooldown_until: int
    mark: Decimal
    rules: str


class EvictionStarted(_Event, frozen=True, kw_only=True, gc=False):
    """A recovery above the cap is being cancelled."""

    stream: ClassVar[str] = "slot"
    slot: int
    recovery_id: int


class ReleaseStarted(_Event, frozen=True, kw_only=True, gc=False):
    """A waiting exit is given up, by an operator or a tier; its order has to end first."""

    stream: ClassVar[str] = "slot"
    slot: int
    leg: LegName
    cycle: int
    close: Close
    reason: str
    mark: Decimal
    rules: str


class ReleaseEnded(_Event, frozen=True, kw_only=True, gc=False):
    """A release came to nothing: its cancel was refused, or nobody took its sale; the exit stays owed."""

    stream: ClassVar[str] = "slot"
    slot: int
    leg: LegName
    cycle: int
    reason: str


class OrderPlaced(_Event, frozen=True, gc=False):
    """An order was decided and is to be sent; `hold` is what it holds back of its asset."""

    stream: ClassVar[str] = "order"
    slot: int
    leg: LegName
    role: Role
    side: Side
    client_order_id: str
    local_id: int
    cycle: int
    attempt: int
    price: Decimal
    size: Decimal
    hold: Decimal
    reason: str
    mark: Decimal
    rules: str
    recovery_id: int = 0


class OrderRepriced(_Event, frozen=True, kw_only=True, gc=False):
    """A resting entry is to be moved; it keeps its id, gains a revision, frees its old hold."""

    stream: ClassVar[str] = "order"
    slot: int
    leg: LegName
    client_order_id: str
    local_id: int
    revision: int
    price: Decimal
    size: Decimal
    hold: Decimal
    released: Decimal
    reason: str
    refreshes: int
    direction: Direction
    mark: Decimal
    rules: str


class CancelAsked(_Event, frozen=True, kw_only=True, gc=False):
    """An order is to be cancelled; it is gone only when its end is known."""

    stream: ClassVar[str] = "order"
    slot: int
    leg: LegName
    role: Role
    client_order_id: str
    reason: str
    refreshes: int = 0
    direction: Direction | None = None


class OrderEnded(_Event, frozen=True, kw_only=True, gc=False):
    """An order ended without filling whole: canceled, expired or refused; `released` is freed."""

    stream: ClassVar[str] = "order"
    slot: int
    leg: LegName
    role: Role
    client_order_id: str
    side: Side
    status: str
    reason: str
    filled: Decimal
    released: Decimal
    recovery_id: int = 0


class OrderFilled(_Event, frozen=True, gc=False):
    """One execution: `size` of an order traded at `price`; `released` is what it held back."""

    stream: ClassVar[str] = "fill"
    slot: int
    leg: LegName
    role: Role
    side: Side
    client_order_id: str
    fill_id: str
    cycle: int
    price: Decimal
    size: Decimal
    cost: Decimal
    fee: Decimal
    liquidity: str
    released: Decimal
    complete: bool
    mark: Decimal
    recovery_id: int = 0
    regime: Regime | None = None


class LateFilled(_Event, frozen=True, kw_only=True, gc=False):
    """An order of ours traded after it was proven over; what moved is nobody's until a person acts."""

    stream: ClassVar[str] = "fill"
    of_slot: int
    side: Side
    client_order_id: str
    fill_id: str
    price: Decimal
    size: Decimal
    cost: Decimal
    fee: Decimal
    mark: Decimal


class CycleBooked(_Event, frozen=True, gc=False):
    """A round trip is closed (core F6, F7); `unpaid_fee` is booked though nothing traded."""

    stream: ClassVar[str] = "cycle"
    slot: int
    leg: LegName
    cycle: int
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
    losses: int
    cooldown_until: int
    next_cycle: int
    mark: Decimal
    rules: str
    recovery_id: int = 0
    regime: Regime | None = None
    unpaid_fee: Decimal = ZERO
    reason: str = "filled"


class LotDusted(_Event, frozen=True, kw_only=True, gc=False):
    """What an entry left is too small for an exit; it goes to dust at cost."""

    stream: ClassVar[str] = "cycle"
    slot: int
    leg: LegName
    cycle: int
    size: Decimal
    cost: Decimal
    next_cycle: int


class RecoveryDropped(_Event, frozen=True, kw_only=True, gc=False):
    """A recovery's order ended at the venue; its exit is owed again, or its lot was moved away."""

    stream: ClassVar[str] = "slot"
    slot: int
    recovery_id: int
    reason: str


class InventoryMoved(_Event, frozen=True, kw_only=True, gc=False):
    """Holdings changed their owner, without a trade; quote is negative where it is owed."""

    stream: ClassVar[str] = "account"
    slot: int
    source: str
    target: str
    base: Decimal
    quote: Decimal
    reason: str
    mark: Decimal


class BalanceOpened(_Event, frozen=True, kw_only=True, gc=False):
    """Money or inventory came in from outside (negative: went out)."""

    stream: ClassVar[str] = "account"
    asset: str
    amount: Decimal
    reason: str


class PositionOpened(_Event, frozen=True, kw_only=True, gc=False):
    """An entry filled and its exit is owed; entry facts are written once (core 4.1)."""

    stream: ClassVar[str] = "position"
    position_id: str
    slot: int
    leg: LegName
    cycle: int
    slot_mode: str
    entry_price: Decimal
    entry_cost: Decimal
    entry_fee: Decimal
    entry_size: Decimal
    entry_time: int
    entry_regime: Regime | None = None
    exit_price: Decimal
    target_profit_pct: Decimal


class PositionImported(PositionOpened, frozen=True, kw_only=True, gc=False):
    """An exit was owed before the ledger began; entry facts are those of the earlier bot (core 4.9)."""


class PositionClosed(_Event, frozen=True, kw_only=True, gc=False):
    """A position is closed for good; its outcome is written once (core 4.1)."""

    stream: ClassVar[str] = "position"
    position_id: str
    slot: int
    exit_price: Decimal
    exit_cost: Decimal
    exit_fee: Decimal
    net: Decimal
    reason: str


class RulesChanged(_Event, frozen=True, kw_only=True, gc=False):
    """The rules in force changed; `changes` holds old and new text of each key."""

    stream: ClassVar[str] = "rules"
    digest: str
    changes: dict[str, tuple[str, str]]
    reason: str


Event = (
    SlotAdded
    | SlotImported
    | SlotDrained
    | SlotRetired
    | StickySet
    | LegBlocked
    | RefreshPaused
    | BothOpenNoted
    | ExitOrphaned
    | EvictionStarted
    | ReleaseStarted
    | ReleaseEnded
    | OrderPlaced
    | OrderRepriced
    | CancelAsked
    | OrderEnded
    | OrderFilled
    | LateFilled
    | CycleBooked
    | LotDusted
    | RecoveryDropped
    | InventoryMoved
    | BalanceOpened
    | PositionOpened
    | PositionImported
    | PositionClosed
    | RulesChanged
)
