"""Name the lines of the paper venue's journal: what was asked of it, and what it did on its own.

Rules: every record says its outcome in full (holds, fees, ids), so that reading it back needs no
rule that may have changed since. A snapshot stands for everything before it.
"""

from decimal import Decimal

import msgspec

from holdfast.domain.market import Candle
from holdfast.domain.observations import End, Execution
from holdfast.venue.book import Resting
from holdfast.venue.port import Balance

FeedState = dict[str, int | float | str]


class Placed(msgspec.Struct, frozen=True, tag="place"):
    """An order was accepted."""

    client_order_id: str
    buys: bool
    price: Decimal
    size: Decimal
    hold: Decimal
    takes: bool = False


class Repriced(msgspec.Struct, frozen=True, tag="reprice"):
    """An order was moved."""

    client_order_id: str
    revision: int
    price: Decimal
    size: Decimal
    hold: Decimal


class Canceled(msgspec.Struct, frozen=True, tag="cancel"):
    """An order was taken off the book."""

    client_order_id: str


class Traded(msgspec.Struct, frozen=True, gc=False):
    """A part of an order traded; `hold` is what the rest still holds back."""

    execution: Execution
    hold: Decimal


class Stepped(msgspec.Struct, frozen=True, tag="step"):
    """A step was walked; `candle` and `feed` come with the first record of a candle.

    `heard` of the pending ends were heard before it. Step 4 means the candle is done with.
    """

    step: int
    mark: Decimal | None
    budget: Decimal | None
    heard: int = 0
    fills: tuple[Traded, ...] = ()
    candle: Candle | None = None
    feed: FeedState | None = None


class Cursor(msgspec.Struct, frozen=True):
    """Where in the market the venue stands: the next step of a candle, and the feed behind it."""

    step: int
    mark: Decimal | None
    budget: Decimal | None
    candle: Candle | None
    feed: FeedState


class Snapshot(msgspec.Struct, frozen=True, tag="snapshot"):
    """Everything the venue knows."""

    market: str
    balances: dict[str, Balance]
    orders: tuple[Resting, ...]
    executions: tuple[tuple[int, Execution], ...]
    ends: tuple[End, ...]
    fills: int
    ranks: int
    kept_from: int
    cursor: Cursor


Record = Placed | Repriced | Canceled | Stepped | Snapshot
