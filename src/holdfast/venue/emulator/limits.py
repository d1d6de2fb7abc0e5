"""Count calls and order transactions as the exchange does, by tier.

Rules: a counter falls with virtual time, never below zero; what would lift it above its limit is
refused and not counted; a cancel is counted and never refused. The exchange rounds nothing: counters
are exact decimals.
"""

from decimal import Decimal
from types import MappingProxyType

import msgspec

from holdfast.domain.market import SECOND
from holdfast.venue.emulator.state import ZERO, Counter


class Tier(msgspec.Struct, frozen=True):
    """What an account of one verification level may do."""

    rest_limit: Decimal
    rest_decay: Decimal
    engine_limit: Decimal
    engine_decay: Decimal
    open_orders: int


TIERS = MappingProxyType(
    {
        "starter": Tier(Decimal(15), Decimal("0.33"), Decimal(60), Decimal(1), 60),
        "intermediate": Tier(Decimal(20), Decimal("0.5"), Decimal(125), Decimal("2.34"), 80),
        "pro": Tier(Decimal(20), Decimal(1), Decimal(180), Decimal("3.75"), 225),
    }
)
ADD = Decimal(1)
AMEND = Decimal(1)
BATCH_SHARE = Decimal("0.5")
_AMENDED = ((5, 3), (10, 2), (15, 1))
_CANCELED = ((5, 8), (10, 6), (15, 5), (45, 4), (90, 2), (300, 1))
_DEAR = frozenset({"Ledgers", "QueryLedgers", "TradesHistory"})
_FREE = frozenset(
    {"AddOrder", "AddOrderBatch", "AmendOrder", "CancelOrder", "CancelOrderBatch"}
)  # fmt: skip


def rest_cost(endpoint: str) -> Decimal:
    """Say what a private call costs on the REST counter.

    >>> rest_cost("BalanceEx"), rest_cost("Ledgers"), rest_cost("AddOrder")
    (Decimal('1'), Decimal('2'), Decimal('0'))
    """
    return Decimal(0 if endpoint in _FREE else 2 if endpoint in _DEAR else 1)


def amend_cost(age: int) -> Decimal:
    """Say what amending an order costs, by the µs since it was placed or amended."""
    return AMEND + _penalty(_AMENDED, age)


def cancel_cost(age: int) -> Decimal:
    """Say what cancelling an order costs, by the µs since it was placed or amended."""
    return _penalty(_CANCELED, age)


def spend(counter: Counter, cost: Decimal, limit: Decimal, decay: Decimal, now: int) -> bool:
    """Count a cost where the limit allows it, and say whether it did."""
    settle(counter, decay, now)
    if counter.value + cost > limit:
        return False
    charge(counter, cost)
    return True


def charge(counter: Counter, cost: Decimal) -> None:
    """Count a cost whatever the limit."""
    counter.value += cost
    counter.high = max(counter.high, counter.value)


def settle(counter: Counter, decay: Decimal, now: int) -> None:
    """Let a counter fall by the time that went by."""
    passed = max(0, now - counter.at)
    counter.value = max(ZERO, counter.value - decay * passed / SECOND)
    counter.at = max(now, counter.at)


def _penalty(table: tuple[tuple[int, int], ...], age: int) -> Decimal:
    return Decimal(next((cost for seconds, cost in table if age < seconds * SECOND), 0))
