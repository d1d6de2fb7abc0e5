"""Count the entries that rest, looking at the slots once a tick and only where somebody asks."""

from typing import TYPE_CHECKING

from holdfast.engine.allocation import resting_entries

if TYPE_CHECKING:  # a desk holds its count
    from holdfast.desk.desk import Desk


class EntryCount:
    """What was counted last; entries of this tick are added, fills within it are not taken off."""

    __slots__ = ("_found", "_tick", "_used")

    def __init__(self) -> None:
        self._tick = -1
        self._found = self._used = 0

    def now(self, desk: "Desk") -> int:
        """Say how many entries rest, at most."""
        used = desk.counters.entries_used + desk.counters.exempt_used
        if self._tick != desk.tick_number:
            self._tick, self._used = desk.tick_number, used
            self._found = resting_entries(desk.books.slots.values())
        return self._found + used - self._used
