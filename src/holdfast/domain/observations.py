"""Name what a venue tells the desk: the market's price, executions, and the ends of orders."""

from decimal import Decimal

import msgspec


class Execution(msgspec.Struct, frozen=True, gc=False):
    """A part of one of our orders traded; `liquidity` is maker or taker, amounts are exact."""

    client_order_id: str
    fill_id: str
    price: Decimal
    size: Decimal
    cost: Decimal
    fee: Decimal
    liquidity: str


class End(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An order is over without filling whole: canceled, expired or refused."""

    client_order_id: str
    status: str
    reason: str = ""


class Observation(msgspec.Struct, frozen=True, gc=False):
    """One look at the market: a step. `fresh` is False while the price counts as stale."""

    at: int
    mark: Decimal
    executions: tuple[Execution, ...] = ()
    ends: tuple[End, ...] = ()
    fresh: bool = True


class Receipt(msgspec.Struct, frozen=True, gc=False):
    """A venue's answer to one intent: accepted, refused (with reason) or unknown.

    `venue_order_id` is the venue's own name of the order, where it has one and said it.
    """

    client_order_id: str
    outcome: str
    reason: str = ""
    venue_order_id: str = ""
