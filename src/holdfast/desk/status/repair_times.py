"""Measure how long a missing side takes to come back, folded from committed events."""

from collections import deque

from holdfast.domain.events import LegBlocked, OrderPlaced
from holdfast.domain.market import DAY, SECOND
from holdfast.domain.slots import Block, LegName, is_idle
from holdfast.engine.books import Books

KEPT = 1_000
Key = tuple[int, LegName]


class RepairTimes:
    """How long sides were missing that have come back, in market time.

    A side the regime kept away counts from the moment it no longer did: until then it was meant.
    """

    def __init__(self) -> None:
        self.done: deque[tuple[int, int]] = deque(maxlen=KEPT)
        self._missing: dict[Key, tuple[int, Block, Block]] = {}  # since, what for, and what for now

    def know(self, books: Books) -> None:
        """Take in which sides are missing, and since when."""
        for slot in books.slots.values():
            for leg in (slot.b, slot.a):
                if is_idle(leg):
                    since = leg.blocked_at or books.market_time
                    self._missing[slot.slot_id, leg.name] = since, leg.block, leg.block

    def blocked(self, at: int, event: LegBlocked) -> None:
        """Take in why a side is missing now."""
        key, block = (event.slot, event.leg), event.block
        since, source, before = self._missing.get(key, (at, block, block))
        if before is Block.REGIME and block is not Block.REGIME:
            since = at
        self._missing[key] = since, block if block is Block.REGIME else source, block

    def placed(self, at: int, event: OrderPlaced) -> tuple[float, str] | None:
        """Say how many seconds the side was missing, and for what; None where it was not."""
        found = self._missing.pop((event.slot, event.leg), None)
        if found is None:
            return None
        since, source, now = found
        length = 0 if now is Block.REGIME else max(0, at - since)
        self.done.append((at, length))
        return length / SECOND, source.value

    def of_a_day(self, now: int) -> list[int]:
        """List the times of the last 24 hours in whole seconds."""
        return [length // SECOND for at, length in self.done if at > now - DAY]
