"""Go by the clock of an emulated exchange: for drills and crash tests in lock step.

The exchange moves its clock only while everybody who goes by it waits, so the time that was heard last
stays right until the next wait. An exchange that dies is waited for: its time stands still meanwhile.
"""

from collections.abc import Callable
from pathlib import Path

import httpx

from holdfast.clock import Clock, SystemClock
from holdfast.domain.errors import VenueUnavailable
from holdfast.venue.emulator.process import AdminClient, read_address
from holdfast.venue.emulator.server import Address

FOLDER = "exchange"  # where the exchange of a runtime keeps its memory
PATIENCE = 30.0
LOOK_SECONDS = 0.1


class VenueTime:
    """The clock of an exchange as a desk's own."""

    def __init__(self, folder: Path, name: str, machine: Clock | None = None) -> None:
        self._folder = folder
        self._name = name
        self._machine = machine or SystemClock()
        self._admin = AdminClient(await_exchange(folder))
        self._now = self._heard(AdminClient.now)

    def wall(self) -> int:
        """Return the exchange's time in microseconds UTC."""
        return self._now

    def monotonic(self) -> float:
        """Return the same time in seconds."""
        return self._now / 1_000_000

    def sleep(self, seconds: float) -> None:
        """Wait until the exchange's clock was moved on so far."""
        until = self._now + round(seconds * 1_000_000)
        while self._now < until:
            self._now = self._heard(lambda admin: admin.park(until, self._name))

    def follow(self) -> None:
        """Hear the time again."""
        self._now = self._heard(AdminClient.now)

    def _heard(self, ask: Callable[[AdminClient], int]) -> int:
        deadline = self._machine.monotonic() + PATIENCE
        while True:
            try:
                return ask(self._admin)
            except httpx.ReadTimeout:  # nobody moved the clock: that is no fault
                return self._now
            except httpx.HTTPError as error:
                if self._machine.monotonic() >= deadline:
                    raise VenueUnavailable(
                        f"the exchange and its clock are gone: {error}"
                    ) from error
                self._machine.sleep(LOOK_SECONDS)
                self._look_again()

    def _look_again(self) -> None:
        address = read_address(self._folder)
        if address is not None and address != self._admin.address:
            self._admin.close()
            self._admin = AdminClient(address)


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
