"""Run a drill's desk inside this process, with the real parts, for what no other process can be given.

It ticks only when the stage's clock is moved on, and by a clock whose wall may be put wrong.
"""

from contextlib import ExitStack
from pathlib import Path

from holdfast.desk.inbox import Inbox
from holdfast.desk.tick import tick
from holdfast.domain.market import SECOND
from holdfast.wiring.drills.house import PROFILE
from holdfast.wiring.drills.stage import TICK, SceneBroken, Stage
from holdfast.wiring.exchange import ExchangeDesk
from holdfast.wiring.live import DeskOptions, open_desk
from holdfast.wiring.venue_time import VenueTime


class JumpingTime(VenueTime):
    """The exchange's time, with a wall clock that can be put wrong; waiting moves the exchange's."""

    def __init__(self, folder: Path, name: str) -> None:
        self.shift = 0
        super().__init__(folder, name)

    def wall(self) -> int:
        """Return the time of a wall clock that somebody set."""
        return super().wall() + self.shift

    def sleep(self, seconds: float) -> None:
        """Move the exchange's clock on: nobody else waits for it here."""
        self._admin.advance(round(seconds * SECOND))
        self.follow()


class InnerDesk:
    """The desk of a stage, opened here."""

    def __init__(self, stage: Stage) -> None:
        self.clock = JumpingTime(stage.house.exchange, "inner")
        self._inbox = Inbox()
        self._stack = ExitStack()
        self._stack.enter_context(stage.house.lived_in())
        options = DeskOptions(profile=PROFILE, profiles=stage.house.profiles)
        try:
            self._held = open_desk(options, self._stack, self.clock)
        except BaseException:
            self._stack.close()
            raise

    @property
    def exchange(self) -> ExchangeDesk:
        """What only a desk on an exchange has."""
        if self._held.exchange is None:
            raise SceneBroken("the drill's desk is not on an exchange")
        return self._held.exchange

    def tick(self, seconds: float = TICK) -> None:
        """Move the clock on, and tick once."""
        self.clock.sleep(seconds)
        desk = self._held.desk
        self._inbox.drain(desk)
        self.exchange(desk)
        tick(desk, self._inbox)

    def close(self) -> None:
        """Let go of everything."""
        self._stack.close()
