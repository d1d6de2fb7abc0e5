"""Read the market at the close of each signal candle and lay the reading on the desk.

It decides nothing. Every policy and adviser reads `desk.readings`; those who act on a change of it
sit after this one.
"""

from collections.abc import Callable

from holdfast.desk.desk import Desk
from holdfast.desk.regime.detector import Detector
from holdfast.desk.regime.tape import Tape
from holdfast.desk.turn import Turn
from holdfast.domain.market import MINUTE
from holdfast.engine.readings import Readings
from holdfast.signals.bars import Bar, Gatherer
from holdfast.signals.look import Indicators, Lens

SIGNAL_CANDLE = 5 * MINUTE
Seconds = Callable[[], float]


class SignalSeat:
    """The policy that sets `desk.readings`, once a closed signal candle."""

    def __init__(
        self, tape: Tape, lens: Lens, monotonic: Seconds, detector: Detector | None = None
    ) -> None:
        self.seconds = 0.0  # spent reading, of machine time
        self.detector = detector
        self._tape = tape
        self._indicators = Indicators(lens)
        self._gatherer = Gatherer(SIGNAL_CANDLE)
        self._monotonic = monotonic
        self._due = 0
        self._looked = -1
        self._ahead: tuple[int, Readings | None] = (-1, None)  # up to when it was read, and what
        self._shown: Readings | None = None

    def due(self) -> int:
        """Return the close of the signal candle at hand."""
        return self._due

    def decide(self, turn: Turn) -> None:
        """Take in what has closed and say what it shows."""
        begun = self._monotonic()
        self.look(turn.desk, turn.at)
        self.seconds += self._monotonic() - begun

    def look(self, desk: Desk, now: int) -> None:
        """Read up to a market time, once."""
        if now == self._looked:
            return
        self._looked = now
        seen = self._ahead[1] if self._ahead[0] == now else self._read(now)
        self._due = next_close(now)
        if seen is not None:
            desk.readings = seen

    def ahead(self, at: int) -> Readings | None:
        """Read up to a market time whose step is still to come: that step will find it read."""
        if self._ahead[0] != at:
            begun = self._monotonic()
            self._ahead = at, self._read(at)
            self.seconds += self._monotonic() - begun
        return self._ahead[1]

    def _read(self, now: int) -> Readings | None:
        if self._closed(now):
            self._shown = self._indicators.reading(now - now % SIGNAL_CANDLE)
        if self._shown is None or self.detector is None:
            return self._shown
        return self.detector.read(self._shown, now)

    def _take(self, bar: Bar) -> None:
        if self._gatherer.broken:
            self._indicators.renew()
        self._indicators.add(bar)

    def _closed(self, now: int) -> bool:
        closed = False
        for candle in self._tape.until(now):
            if self.detector is not None:
                self.detector.take(candle)
            for bar in self._gatherer.add(candle):
                self._take(bar)
                closed = True
        for bar in self._gatherer.until(now):
            self._take(bar)
            closed = True
        return closed


def next_close(now: int) -> int:
    """Return the close of the signal candle at hand."""
    return now - now % SIGNAL_CANDLE + SIGNAL_CANDLE
