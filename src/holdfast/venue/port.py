"""Say what a desk may ask of any venue: one look at the market, three writes, two lists.

Rules: `observe` yields the steps of one tick; the desk acts between them. A write answers with a
receipt and never raises for a refusal; an outcome that is not known is `unknown`, never `refused`.
Asking again for an id that is known changes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

import msgspec

from holdfast.domain.intents import CancelOrder, Intent, PlaceOrder, RepriceOrder
from holdfast.domain.market import Candle
from holdfast.domain.money import ZERO, Instrument
from holdfast.domain.observations import Execution, Observation, Receipt

NO_CANDLE = -1


class Watch:
    """What the desk waits for; steps outside of it need not be shown to it.

    A step is shown when an order of ours traded or ended, when the mark is at or beyond `floor` or
    `ceiling`, when market time has reached `due`, or when `always` is set. In the candle that begins at
    `spared` it is `until` that counts for `due`: a venue may show more than is asked for, never less.
    """

    __slots__ = ("always", "ceiling", "due", "floor", "spared", "until")

    def __init__(self) -> None:
        self.always = True
        self.due = 0
        self.spared = NO_CANDLE
        self.until = 0
        self.floor: Decimal | None = None
        self.ceiling: Decimal | None = None


class VenueOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order as the venue knows it: `status` is open, filled, canceled, expired or refused.

    `opened` and `closed` are the venue's times (µs UTC), 0 where it did not say.
    """

    client_order_id: str
    side: str
    price: Decimal
    size: Decimal
    filled: Decimal
    status: str
    revision: int = 0
    venue_order_id: str = ""
    opened: int = 0
    closed: int = 0


class Balance(msgspec.Struct, frozen=True):
    """What the venue says it owes us of one asset.

    `free` and `held` are what orders can use and do use. `flexible` earns elsewhere in the account and
    comes back by itself at a trade; `locked` names what does not, by kind, and is in no total.
    """

    free: Decimal
    held: Decimal
    flexible: Decimal = ZERO
    locked: tuple[tuple[str, Decimal], ...] = ()

    @property
    def total(self) -> Decimal:
        """Say what the account holds of it that trading can reach."""
        return self.free + self.held + self.flexible


class Resumed(msgspec.Struct, frozen=True):
    """An order of an earlier life; without a venue_order_id it is not known to have arrived."""

    client_order_id: str
    venue_order_id: str
    filled: Decimal


class Counters(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a venue's limits is used, by our own count."""

    rest: float
    rest_limit: float
    engine: float
    engine_limit: float
    calls_last_hour: dict[str, int]
    throttle_waits: int
    throttle_seconds: float


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """A movement of the account that was no trade; `amount` is signed and does not hold the fee.

    `part` names where in the account it moved: empty for what orders can use, else the venue's suffix.
    """

    flow_id: str
    at: int
    kind: str
    asset: str
    part: str
    amount: Decimal
    fee: Decimal


class Boundary(Protocol):
    """Judge a write in the moment before it leaves the process."""

    def refusal(self, intent: Intent, notional: Decimal) -> str:
        """Say why a call must not be made, empty where it may; `notional` is in quote."""


class Venue(Protocol):
    """One market of one account; an endless one is never over, however long it is silent."""

    instrument: Instrument
    endless: bool

    def observe(self, watch: Watch) -> Iterator[Observation]:
        """Look at the market once (a tick), step by step; an empty iterator means no news."""

    def place(self, order: PlaceOrder) -> Receipt:
        """Rest a post-only limit order."""

    def reprice(self, change: RepriceOrder) -> Receipt:
        """Move a resting order in place."""

    def cancel(self, order: CancelOrder) -> Receipt:
        """Ask for an order's end; the end itself comes as an observation."""

    def open_orders(self) -> Sequence[VenueOrder]:
        """List what rests; raise VenueUnavailable where that cannot be known."""

    def order(self, client_order_id: str) -> VenueOrder | None:
        """Look one order up, open or closed; None is proof that it never arrived."""

    def executions(self, after: int) -> Sequence[tuple[int, Execution]]:
        """List executions at or after a market time, with their times, oldest first."""

    def balances(self) -> dict[str, Balance]:
        """Say what the account holds, per asset."""

    def candle(self) -> Candle | None:
        """Return the candle of the last tick where the venue has one."""

    def close(self) -> None:
        """Let go of files and connections."""


class Exchange(Venue, Protocol):
    """A real venue: an answer may be lost, and silence proves nothing before a deadline.

    Every write passes the boundary it was made with. A deadline is wall time in µs UTC; after it the
    venue refuses the request by itself. Reads, `observe` among them, are all or nothing: they raise
    VenueUnavailable where another try may help and VenueRefused where it will not, and what they would
    have told is told by the next that succeeds. An observation counts as told when the desk asks for
    the one after it. Of `order`, None proves nothing before the deadline.
    """

    largest_batch: int

    @property
    def calls(self) -> int:
        """Count the private requests made so far."""

    def wall(self) -> int:
        """Return the venue's clock as last heard, in µs UTC, moved on by the machine's."""

    def submit(self, orders: Sequence[PlaceOrder], deadline: int) -> Sequence[Receipt]:
        """Rest up to `largest_batch` orders in one call; a receipt for each, in their order."""

    def amend(self, change: RepriceOrder, deadline: int) -> Receipt:
        """Move a resting order in place."""

    def find(self, client_order_ids: Sequence[str], since: int) -> dict[str, VenueOrder]:
        """Look orders up by our ids among open ones and those closed since a time (µs UTC)."""

    def ended(self, since: int) -> Sequence[VenueOrder]:
        """List the orders of our market that ended since a time (µs UTC), whoever placed them."""

    def claim(self, orders: Iterable[VenueOrder]) -> None:
        """Take orders for ours that an earlier life placed: their executions are told from now on."""

    def resume(self, after: int, told: Iterable[str], orders: Iterable[Resumed]) -> None:
        """Take up where an earlier life ended, before the first look."""

    def skew_seconds(self) -> float:
        """Ask for the venue's clock, and say by how much it is ahead of ours; 0 if it may agree."""

    def counters(self) -> Counters:
        """Say how much of the venue's limits is used."""

    def flows(self, after: int) -> Sequence[Flow]:
        """List what moved the market's two assets since a time and was no trade, oldest first."""

    def key_info(self) -> Mapping[str, Any]:
        """Ask what the key in use may do, in the venue's own words."""
