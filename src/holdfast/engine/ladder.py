"""Keep every price rule in one place: which keys wake when the mark reaches where.

A key sleeps between its two bounds and wakes at or beyond either. Two sorted lists make the nearest
bound on each side a look at their ends, whatever the number of keys.
"""

from bisect import bisect_left, insort
from decimal import Decimal

Key = tuple[int, str]  # slot, leg


class Ladder:
    """Keys by the marks that wake them."""

    def __init__(self) -> None:
        self._bounds: dict[Key, tuple[Decimal, Decimal]] = {}
        self._lows: list[tuple[Decimal, Key]] = []
        self._highs: list[tuple[Decimal, Key]] = []

    def __len__(self) -> int:
        return len(self._bounds)

    def set(self, key: Key, low: Decimal, high: Decimal) -> None:
        """Let a key sleep while low < mark < high."""
        if self._bounds.get(key) == (low, high):
            return
        self.remove(key)
        self._bounds[key] = (low, high)
        insort(self._lows, (low, key))
        insort(self._highs, (high, key))

    def remove(self, key: Key) -> None:
        """Forget a key."""
        bounds = self._bounds.pop(key, None)
        if bounds is None:
            return
        _drop(self._lows, (bounds[0], key))
        _drop(self._highs, (bounds[1], key))

    def floor(self) -> Decimal | None:
        """Return the highest mark at or below which a key wakes."""
        return self._lows[-1][0] if self._lows else None

    def ceiling(self) -> Decimal | None:
        """Return the lowest mark at or above which a key wakes."""
        return self._highs[0][0] if self._highs else None

    def woken(self, mark: Decimal) -> list[Key]:
        """List the keys a mark wakes, in order of slot and leg; they stay until set or removed."""
        found = set()
        for price, key in reversed(self._lows):
            if price < mark:
                break
            found.add(key)
        for price, key in self._highs:
            if price > mark:
                break
            found.add(key)
        return sorted(found)


def _drop(rows: list[tuple[Decimal, Key]], row: tuple[Decimal, Key]) -> None:
    del rows[bisect_left(rows, row)]
