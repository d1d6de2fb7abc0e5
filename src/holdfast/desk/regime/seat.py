"""Read the market at the close of each signal candle and lay the reading on the desk.

It decides nothing. Every policy and adviser reads `desk.readings`; those who act on a change of it
sit after this one.
"""

from collections.abc import Callable

from holdfast.desk.desk import Desk
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

    def __init__(self, tape: Tape, lens: Lens, monotonic: Seconds) -> None:
        self.seconds = 0.0  # spent reading, of machine time
        self._tape = tape
        self._indicators = Indicators(lens)
        self._gatherer = Gatherer(SIGNAL_CANDLE)
        self._monotonic = monotonic
        self._due = 0

    def due(self) -> int:
        """Return the close of the signal candle at hand."""
        return self._due

    def decide(self, turn: Turn) -> None:
        """Take in what has closed and say what it shows."""
        begun = self._monotonic()
        self.look(turn.desk, turn.at)
        self.seconds += self._monotonic() - begun

    def look(self, desk: Desk, now: int) -> None:
        """Read up to a market time."""
        closed = False
        for candle in self._tape.until(now):
            for bar in self._gatherer.add(candle):
                self._take(bar)
                closed = True
        for bar in self._gatherer.until(now):
            self._take(bar)
            closed = True
        self._due = now - now % SIGNAL_CANDLE + SIGNAL_CANDLE
        if closed:
            desk.readings = self._reading(self._due - SIGNAL_CANDLE)

    def _take(self, bar: Bar) -> None:
        if self._gatherer.broken:
            self._indicators.renew()
        self._indicators.add(bar)

    def _reading(self, at: int) -> Readings:
        return self._indicators.reading(at)
