"""Model Kraken's two counters on our side, so that a call that would be refused is not made.

Rules: the REST counter is one per key and rises with private reads; the engine counter is one per
pair and rises with orders, more so when a young order is changed or taken away. Both fall with time.
Within one life the model may overstate what the venue counts and never understates it: an order of a
batch counts whole. A new life begins at zero and takes the venue's word when it is turned away. A
cancel is counted and never held back.
"""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from holdfast.clock import Clock

TIERS = ("starter", "intermediate", "pro")
VOLUNTARY = 0.6  # of the engine's threshold: above it no amend is sent that can wait
HEAVY: frozenset[str] = frozenset({"TradesHistory", "Ledgers", "QueryLedgers"})
UNCOUNTED: frozenset[str] = frozenset(
    {"AddOrder", "AddOrderBatch", "AmendOrder", "CancelOrder", "CancelOrderBatch"}
)
_AMENDED_YOUNG = ((5.0, 3), (10.0, 2), (15.0, 1))
_CANCELED_YOUNG = ((5.0, 8), (10.0, 6), (15.0, 5), (45.0, 4), (90.0, 2), (300.0, 1))
_HAIR = 1e-9


class Bucket(msgspec.Struct, frozen=True):
    """A counter's ceiling, and how much it falls in a second."""

    limit: float
    decay: float


REST: Mapping[str, Bucket] = MappingProxyType(
    {"starter": Bucket(15, 0.33), "intermediate": Bucket(20, 0.5), "pro": Bucket(20, 1.0)}
)
ENGINE: Mapping[str, Bucket] = MappingProxyType(
    {"starter": Bucket(60, 1.0), "intermediate": Bucket(125, 2.34), "pro": Bucket(180, 3.75)}
)


class Counter:
    """What has been counted and has not fallen yet."""

    def __init__(self, bucket: Bucket, clock: Clock) -> None:
        self.bucket = bucket
        self._clock = clock
        self._level = 0.0
        self._at = clock.monotonic()

    def level(self) -> float:
        """Say where the counter stands now."""
        now = self._clock.monotonic()
        self._level = max(0.0, self._level - (now - self._at) * self.bucket.decay)
        self._at = now
        return self._level

    def add(self, cost: float) -> None:
        """Count a call that is made."""
        self._level = self.level() + cost

    def fill(self) -> None:
        """Take the venue's word that the counter is at its ceiling."""
        self._level = max(self.level(), self.bucket.limit)

    def wait(self, cost: float, share: float = 1.0) -> float:
        """Say in how many seconds a call of this cost fits under a share of the ceiling."""
        above = self.level() + cost - self.bucket.limit * share
        return 0.0 if above <= _HAIR else above / self.bucket.decay


class RestCounter(Counter):
    """The counter of private calls, one per key."""

    def __init__(self, tier: str, clock: Clock) -> None:
        super().__init__(REST[tier], clock)

    @staticmethod
    def cost(endpoint: str) -> int:
        """Say what one private call counts.

        >>> RestCounter.cost("OpenOrders"), RestCounter.cost("TradesHistory")
        (1, 2)
        """
        if endpoint in UNCOUNTED:
            return 0
        return 2 if endpoint in HEAVY else 1


class EngineCounter(Counter):
    """The counter of the matching engine, one per pair."""

    def __init__(self, tier: str, clock: Clock) -> None:
        super().__init__(ENGINE[tier], clock)

    def may_add(self, orders: int) -> bool:
        """Say whether so many orders can be placed now."""
        return self.wait(orders) <= 0

    def may_amend(self, age: float) -> bool:
        """Say whether an amend that can wait may be sent now; `age` is seconds since it last changed."""
        return self.wait(amend_cost(age), VOLUNTARY) <= 0


def amend_cost(age: float) -> int:
    """Say what changing an order counts, by the seconds since it was placed or last changed.

    >>> amend_cost(4.9), amend_cost(5.0), amend_cost(15.0)
    (4, 3, 1)
    """
    return 1 + _penalty(age, _AMENDED_YOUNG)


def cancel_cost(age: float) -> int:
    """Say what taking an order away counts, by the seconds since it was placed or last changed.

    >>> cancel_cost(4.9), cancel_cost(299.9), cancel_cost(300.0)
    (8, 1, 0)
    """
    return _penalty(age, _CANCELED_YOUNG)


def _penalty(age: float, steps: tuple[tuple[float, int], ...]) -> int:
    return next((cost for below, cost in steps if age < below), 0)
