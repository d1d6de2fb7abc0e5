"""Remember the newest closed cycles of a desk, and how quickly their kinds close.

It hears every booked cycle and begins with those of the ledger, so that a restart changes nothing.
"""

from collections import deque
from collections.abc import Iterable
from decimal import Decimal

from msgspec.structs import replace

from holdfast.domain.events import CycleBooked
from holdfast.domain.market import MINUTE, SECOND
from holdfast.domain.slots import Slot
from holdfast.engine.throughput import (
    Closed,
    Paces,
    Pressure,
    Throughput,
    Waits,
    paces_of,
    pressure_of,
)

CHURNED = "churner"
ADVICE_EVERY = 5 * MINUTE


class ClosedCycles:
    """The newest cycles, and what was last worked out of them."""

    def __init__(self, knobs: Throughput) -> None:
        self.knobs = knobs
        self.looks = 0  # tables worked out so far
        self._closed: deque[Closed] = deque(maxlen=knobs.lookback)
        self._stamp: tuple[int, int] = (-1, -1)
        self._count = 0
        self._found: tuple[Paces, Pressure] | None = None

    def take(self, at: int, event: CycleBooked) -> None:
        """Take a cycle in; those of churners are none of the slots' own."""
        if event.reason.startswith(CHURNED):
            return
        seconds = Decimal(at - event.entry_time) / SECOND
        one = Closed(event.entry_time, at, seconds, event.net, event.leg, event.regime)
        self._closed.append(one)
        self._count += 1

    @property
    def as_if_on(self) -> Throughput:
        """Return the knobs as they would be if the sizer acted."""
        return replace(self.knobs, enabled=True)

    def adopt(self, knobs: Throughput) -> None:
        """Go on by other knobs; a longer look back fills as cycles close."""
        if knobs != self.knobs:
            self.knobs = knobs
            self._closed = deque(self._closed, maxlen=knobs.lookback)
            self._stamp = (-1, -1)

    def table(
        self, tick: int, now: int, slots: Iterable[Slot], free_base: Decimal
    ) -> tuple[Paces, Pressure]:
        """Say how quickly kinds close and what old exits leave: once a tick, as advice less often."""
        turn = tick if self.knobs.enabled else now // ADVICE_EVERY
        stamp = (turn, self._count)
        if self._found is None or stamp != self._stamp:
            waits = waiting(slots, now)
            paces = paces_of(self.knobs, self._closed, waits)
            self._found = paces, pressure_of(self.knobs, paces, waits, free_base)
            self._stamp = stamp
            self.looks += 1
        return self._found


def waiting(slots: Iterable[Slot], now: int) -> list[Waits]:
    """List the exits that are open, recoveries included."""
    return [
        Waits(
            Decimal(max(0, now - lot.opened_at)) / SECOND, lot.size - lot.closed, name, lot.regime
        )
        for slot in slots
        for name, lot in (
            *((leg.name, leg.lot) for leg in (slot.a, slot.b)),
            *((one.leg, one.lot) for one in slot.recoveries),
        )
        if lot is not None
    ]
