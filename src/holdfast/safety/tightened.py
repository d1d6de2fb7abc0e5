"""Find the open entries that no longer fit when a cap was tightened; exits are never among them.

An entry above the cap of one order goes first. Of the rest the newest go, until counts and sums fit.
"""

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from holdfast.domain.money import ZERO
from holdfast.domain.slots import ENTRY
from holdfast.engine.books import Books
from holdfast.safety.risk_case import notional_of
from holdfast.safety.risk_policy import RiskPolicy
from holdfast.safety.risk_state import RiskState


class Resting(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that rests: what is left of it, at its price."""

    client_order_id: str
    placed_at: int
    notional: Decimal


def resting_entries(books: Books) -> tuple[Resting, ...]:
    """List the open entries of a desk."""
    orders = [leg.order for slot in books.slots.values() for leg in (slot.a, slot.b)]
    return tuple(
        Resting(
            client_order_id=order.client_order_id,
            placed_at=order.placed_at,
            notional=notional_of(order.price, order.size - order.filled),
        )
        for order in orders
        if order is not None and order.role is ENTRY
    )


def no_longer_fits(
    policy: RiskPolicy, state: RiskState, entries: Iterable[Resting]
) -> tuple[str, ...]:
    """Name the entries to cancel so that what stays is within the policy, as far as entries can."""
    going: list[str] = []
    gone = ZERO
    newest = sorted(entries, key=lambda one: (-one.placed_at, one.client_order_id))
    kept = []
    for one in newest:
        if one.notional > policy.max_order_notional_usd:
            going.append(one.client_order_id)
            gone += one.notional
        else:
            kept.append(one)
    for one in kept:
        if _fits(policy, state, gone, len(going)):
            break
        going.append(one.client_order_id)
        gone += one.notional
    return tuple(going)


def _fits(policy: RiskPolicy, state: RiskState, gone: Decimal, count: int) -> bool:
    known = state.symbol_exposure if state.total_exposure is None else state.total_exposure
    return (
        state.symbol_exposure - gone <= policy.max_symbol_exposure_usd
        and known - gone <= policy.max_total_exposure_usd
        and state.open_notional - gone <= policy.max_open_notional_usd
        and state.open_orders - count <= policy.max_open_orders
    )
