"""Read a closed candle between two ticks, and spare the desk the step in which nothing would be decided.

A simulated market is still between two candles, so that what a close shows is known before its step
comes. Where the tiers stay, no leg waits for advice and nothing else is due, that step would change
nothing but the reading: the venue need not show it, and the reading counts from the next step on.
A command between two ticks undoes that: the step is taken then, and finds the market read.
"""

from holdfast.desk.desk import Desk
from holdfast.desk.regime.policy import RegimePolicy, Rest
from holdfast.desk.regime.seat import SignalSeat, next_close
from holdfast.desk.waiting import ADVISED
from holdfast.venue.port import NO_CANDLE


class Ahead:
    """Looks ahead after each tick of a desk on a simulated market."""

    def __init__(self, desk: Desk, seat: SignalSeat, policy: RegimePolicy, length: int) -> None:
        self.spared = 0  # steps so far
        self._desk = desk
        self._seat = seat
        self._policy = policy
        self._length = length
        self._at = 0
        self._rest = Rest(0, "")

    def __call__(self, desk: Desk, summary: object = None) -> None:
        """Catch up with the step of the tick that just ended, and look at the one that comes."""
        del summary
        if desk.outlook.passed is not None:
            desk.outlook.passed(self._at + self._length)
        candle = desk.venue.candle()
        if candle is not None and desk.watch.due <= candle.at + self._length:
            self._look(candle.at + self._length)

    def _look(self, at: int) -> None:
        desk, seat, policy = self._desk, self._seat, self._policy
        if min(seat.due(), policy.due()) > at:
            return
        found = policy.rests(seat.ahead(at), at)
        if found is None or self._awaited(at):
            return
        others = (one.due() for one in desk.policies if one is not seat and one is not policy)
        until = min(desk.index.timers.next(), found.due, next_close(at), *others)
        if until > at:
            self._at, self._rest = at, found
            desk.watch.spared, desk.watch.until = at, until
            desk.outlook.passed = self._passed

    def _awaited(self, at: int) -> bool:
        """Say whether a step would do more than read: it tells slots what advisers say now."""
        desk, line = self._desk, self._desk.index.waiting.line
        if desk.watch.always or any(line(block) for block in ADVISED):
            return True
        return self._policy.suppresses(at) != desk.outlook.suppressed

    def _passed(self, at: int) -> None:
        """Catch up where the step was spared: not where it is taken now, or no candle began there."""
        desk, watch = self._desk, self._desk.watch
        spared, candle = watch.spared, desk.venue.candle()
        desk.outlook.passed, watch.spared = None, NO_CANDLE
        if spared != self._at or at == self._at or candle is None or candle.at != self._at:
            return
        self._seat.look(desk, self._at)
        self._policy.rest(self._rest)
        desk.chances.readvised = True
        watch.due = watch.until
        self.spared += 1
