"""Compare the books of a desk with its venue's own balances, to the last unit.

Rules: no difference is too small to be named. An order in flight is one the desk has decided about and
the venue has not done, or not told, yet: a call that did not fit the last tick's budget, or a cancel
in the last step. Such an order holds back in the books what was decided and at the venue what is so;
just that much is allowed for, order by order, and they are counted.
"""

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from holdfast.desk.desk import Desk
from holdfast.domain.money import ZERO, held_for_buy
from holdfast.domain.slots import Order, OrderStatus, Side
from holdfast.engine.fold import order_of
from holdfast.venue.port import Balance


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What was found: differences in words, and how many orders were in flight."""

    differences: list[str]
    in_flight: int


def compare(desk: Desk) -> Comparison:
    """Compare every venue account of the books with the venue, and check that accounts sum to zero."""
    accounts, balances = desk.books.accounts, desk.venue.balances()
    early, flying = _early(desk)
    found: list[str] = []
    none = Balance(ZERO, ZERO)
    for asset in sorted({*balances, accounts.base, accounts.quote}):
        there, shift = balances.get(asset, none), early.get(asset, ZERO)
        found += _differs(asset, "free", accounts.free(asset) + shift, there.free)
        found += _differs(asset, "held", accounts.held(asset) - shift, there.held)
    for asset, total in accounts.sums().items():
        if total:
            found.append(f"all accounts together hold {total:f} {asset}, and must hold 0")
    return Comparison(differences=found, in_flight=flying)


def _differs(asset: str, name: str, ours: Decimal, theirs: Decimal) -> list[str]:
    if ours == theirs:
        return []
    text = f"the ledger has {ours:f} {asset} {name}, the venue {theirs:f}"
    return [f"{text}; difference {ours - theirs:f}"]


def _early(desk: Desk) -> tuple[dict[str, Decimal], int]:
    """Say how much more the books hold back than the venue for orders in flight, per asset."""
    accounts, flying = desk.books.accounts, 0
    early: dict[str, Decimal] = {}
    for order in _in_flight(desk):
        asset = accounts.quote if order.side is Side.BUY else accounts.base
        early[asset] = early.get(asset, ZERO) + order.hold - _held_there(desk, order)
        flying += 1
    return early, flying


def _in_flight(desk: Desk) -> Iterator[Order]:
    unsent = {intent.client_order_id for intent in desk.outbox}
    for client_order_id, slot_id in desk.books.orders.items():
        order = order_of(desk.books.slots[slot_id], client_order_id)
        if client_order_id in unsent or order.status is OrderStatus.CANCELING:
            yield order


def _held_there(desk: Desk, order: Order) -> Decimal:
    found = desk.venue.order(order.client_order_id)
    if found is None or found.status != "open":
        return ZERO
    left = found.size - found.filled
    if order.side is Side.BUY:
        return held_for_buy(found.price, left, desk.rules.instrument)
    return left
