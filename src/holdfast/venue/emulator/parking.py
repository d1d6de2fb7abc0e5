"""Let callers wait for a virtual time, and know who waits until when.

Rules: a caller that goes away is forgotten at once; in lock-step only a moved clock wakes anybody.
"""

import asyncio
import contextlib
from collections.abc import Iterator

import msgspec

from holdfast.venue.emulator.clock import VirtualClock


class Parked(msgspec.Struct, frozen=True):
    """One caller that waits."""

    name: str
    until_us: int


class Parking:
    """All that wait."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._waiting: dict[object, tuple[Parked, asyncio.Event]] = {}
        self._came = asyncio.Event()

    def list(self) -> list[Parked]:
        """Say who waits until when."""
        return [parked for parked, _ in self._waiting.values()]

    async def wait(self, name: str, until: int) -> None:
        """Come back when virtual time has reached `until`."""
        with self._place(Parked(name, until)) as woken:
            while self._clock.now() < until:
                if self._clock.settings.lock_step:
                    await woken.wait()
                else:
                    await asyncio.sleep(self._clock.wait_seconds(until))

    def wake(self) -> None:
        """Wake those whose time has come."""
        now = self._clock.now()
        for parked, woken in self._waiting.values():
            if parked.until_us <= now:
                woken.set()

    async def until_parked(self, count: int, seconds: float) -> None:
        """Wait until so many wait, or the machine's seconds are over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while len(self._waiting) < count:
                    self._came.clear()
                    await self._came.wait()

    @contextlib.contextmanager
    def _place(self, parked: Parked) -> Iterator[asyncio.Event]:
        place, woken = object(), asyncio.Event()
        self._waiting[place] = parked, woken
        self._came.set()
        try:
            yield woken
        finally:
            del self._waiting[place]
