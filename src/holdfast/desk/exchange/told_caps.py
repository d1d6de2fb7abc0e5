"""Say how much of each limit of the risk policy is used, for the status."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from holdfast.desk.desk import Desk
from holdfast.desk.risk_room import RiskRoom
from holdfast.domain.money import ZERO
from holdfast.engine.books import Books
from holdfast.safety.risk_policy import RiskPolicy
from holdfast.safety.risk_state import RiskState

# The limit of the policy, what of the state counts against it, its unit, and whether 0 means off.
_SUMS = (
    ("max_symbol_exposure_usd", "symbol_exposure", "quote", False),
    ("max_total_exposure_usd", "total_exposure", "quote", False),
    ("max_open_notional_usd", "open_notional", "quote", False),
    ("max_open_orders", "open_orders", "orders", False),
    ("max_orders_per_minute", "minute_orders", "entries", False),
    ("max_daily_orders", "day_orders", "entries", False),
    ("daily_loss_limit", "day_loss", "quote", True),
    ("max_total_loss_usd", "total_loss", "quote", True),
    ("max_drawdown_pct", "drawdown_pct", "percent", False),
)


def risk_block(desk: Desk, room: RiskRoom) -> Mapping[str, Any]:
    """Tell the policy in force and each of its limits beside what is used of it.

    Before the first price nothing can be worth anything, so nothing is told as used.
    """
    policy = room.policy()
    state = room.state(desk) if desk.mark > ZERO else None
    largest = None if state is None else largest_order(desk.books)
    first = _cap("max_order_notional_usd", largest, policy, "quote", off=False)
    return {
        "policy": policy.version,
        "circuit_breaker": policy.circuit_breaker,
        "caps": [first, *(_sum(row, policy, state) for row in _SUMS)],
    }


def largest_order(books: Books) -> Decimal:
    """Say what the largest open order of a leg or a recovery comes to, in quote."""
    found = [ZERO]
    for slot in books.slots.values():
        orders = (slot.a.order, slot.b.order, *(one.order for one in slot.recoveries))
        found += [one.price * one.size for one in orders if one is not None]
    return max(found)


def _sum(
    row: tuple[str, str, str, bool], policy: RiskPolicy, state: RiskState | None
) -> dict[str, Any]:
    name, counted, unit, off = row
    used = None if state is None else getattr(state, counted)
    return _cap(name, used, policy, unit, off=off)


def _cap(
    name: str, used: Decimal | int | None, policy: RiskPolicy, unit: str, *, off: bool
) -> dict[str, Any]:
    limit = getattr(policy, name)
    return {"name": name, "used": used, "limit": None if off and not limit else limit, "unit": unit}
