"""Fold from the ledger's rows what a policy asks about the past: rates, losses, the peak.

It is shown every committed row; at the start of a desk it begins with what its ledger says.
Days are UTC days of market time. A winning cycle does not take a loss back.
"""

from collections import deque
from collections.abc import Sequence
from decimal import Decimal

from holdfast.domain.bookkeeping import Note
from holdfast.domain.events import BalanceOpened, CycleBooked, Event, OrderPlaced
from holdfast.domain.market import DAY, MINUTE
from holdfast.domain.money import ZERO
from holdfast.domain.slots import ENTRY


class RiskMemory:
    """What happened so far, as far as a limit counts it."""

    def __init__(self, quote: str) -> None:
        self._quote = quote
        self._mid = ZERO
        self.day = 0
        self.day_loss = ZERO
        self.day_orders = 0
        self.total_loss = ZERO
        self.peak = ZERO
        self._entries: deque[int] = deque()

    def begin(
        self, now: int, *, total_loss: Decimal, day_loss: Decimal, entries: Sequence[int]
    ) -> None:
        """Begin with what a ledger says as of now; `entries` are the times of the newest entries."""
        self.day = now // DAY
        self.total_loss, self.day_loss = total_loss, day_loss
        self.day_orders = sum(at // DAY == self.day for at in entries)
        self._entries = deque(entries)
        self._forget(now)

    def apply(self, at: int, entry: Event | Note) -> None:
        """Take one row in."""
        if type(entry) is OrderPlaced and entry.role is ENTRY:
            self._roll(at)
            self.day_orders += 1
            self._entries.append(at)
            self._forget(at)
        elif type(entry) is CycleBooked and entry.net < ZERO:
            self._roll(at)
            self.day_loss -= entry.net
            self.total_loss -= entry.net
        elif type(entry) is BalanceOpened:
            self._flow(entry)

    def entries_of_a_minute(self, now: int) -> int:
        """Count the entries placed in the minute before now."""
        self._forget(now)
        return len(self._entries)

    def entries_of_the_day(self, now: int) -> int:
        """Count the entries placed since midnight."""
        self._roll(now)
        return self.day_orders

    def loss_of_the_day(self, now: int) -> Decimal:
        """Say what losing cycles of today come to."""
        self._roll(now)
        return self.day_loss

    def see(self, equity: Decimal, mid: Decimal) -> Decimal:
        """Take a look at the equity in; return the highest so far."""
        self._mid = mid
        self.peak = max(self.peak, equity)
        return self.peak

    def _flow(self, event: BalanceOpened) -> None:
        if self.peak > ZERO:  # money from outside is no profit, and what leaves is no loss
            worth = event.amount if event.asset == self._quote else event.amount * self._mid
            self.peak = max(ZERO, self.peak + worth)

    def _roll(self, now: int) -> None:
        if now // DAY > self.day:
            self.day, self.day_loss, self.day_orders = now // DAY, ZERO, 0

    def _forget(self, now: int) -> None:
        while self._entries and self._entries[0] <= now - MINUTE:
            self._entries.popleft()
