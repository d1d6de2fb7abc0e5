"""Go by the clock of an emulated exchange: for drills and crash tests in lock step.

The exchange moves its clock only while everybody who goes by it waits, so the time that was heard last
stays right until the next wait.
"""

from pathlib import Path

from holdfast.clock import SystemClock
from holdfast.domain.errors import VenueUnavailable
from holdfast.venue.emulator.process import AdminClient, read_address
from holdfast.venue.emulator.server import Address

FOLDER = "exchange"  # where the exchange of a runtime keeps its memory
PATIENCE = 30.0
LOOK_SECONDS = 0.1


class VenueTime:
    """The clock of an exchange as a desk's own."""

    def __init__(self, admin: AdminClient, name: str) -> None:
        self._admin = admin
        self._name = name
        self._now = admin.now()

    def wall(self) -> int:
        """Return the exchange's time in microseconds UTC."""
        return self._now

    def monotonic(self) -> float:
        """Return the same time in seconds."""
        return self._now / 1_000_000

    def sleep(self, seconds: float) -> None:
        """Wait until the exchange's clock was moved on so far."""
        self._now = self._admin.park(self._now + round(seconds * 1_000_000), self._name)

    def follow(self) -> None:
        """Hear the time again."""
        self._now = self._admin.now()


def await_exchange(folder: Path) -> Address:
    """Find the exchange of a runtime; one that is starting is waited for."""
    clock = SystemClock()
    deadline = clock.monotonic() + PATIENCE
    while (address := read_address(folder)) is None:
        if clock.monotonic() >= deadline:
            raise VenueUnavailable(
                f"no exchange serves {folder.name}; do: `holdfast venue serve --state {folder}`"
            )
        clock.sleep(LOOK_SECONDS)
    return address
