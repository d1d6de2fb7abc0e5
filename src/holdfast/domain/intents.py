"""Name what is to be done at a venue, in the imperative."""

from decimal import Decimal

import msgspec

from holdfast.domain.slots import Role, Side


class PlaceOrder(msgspec.Struct, frozen=True, gc=False):
    """Rest a post-only limit order; one that `takes` trades at once what it can, and never rests."""

    client_order_id: str
    side: Side
    role: Role
    price: Decimal
    size: Decimal
    takes: bool = False


class RepriceOrder(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Move a resting order to a new price and size under the same id."""

    client_order_id: str
    revision: int
    price: Decimal
    size: Decimal


class CancelOrder(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Take a resting order off the book."""

    client_order_id: str
    role: Role


Intent = PlaceOrder | RepriceOrder | CancelOrder


class Submission(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A request that left, or was about to, and whose answer is not known yet.

    `deadline` is wall time (µs UTC) after which the venue itself refuses it; `at` is market time.
    """

    action: str
    deadline: int
    epoch: int
    revision: int
    at: int
