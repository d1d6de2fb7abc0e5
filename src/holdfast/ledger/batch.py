"""Gather rows to add and rows to change between two writes of the projections.

A row that was added in the same batch is not changed again: the added row is the same object.
"""

from collections import defaultdict
from typing import Any

from holdfast.ledger.row import Row


class Batch:
    """Rows waiting to be written."""

    def __init__(self) -> None:
        self.added: defaultdict[type[Row], list[Row]] = defaultdict(list)
        self.changed: defaultdict[type[Row], dict[Any, Row]] = defaultdict(dict)
        self._new: defaultdict[type[Row], set[Any]] = defaultdict(set)

    def add(self, row: Row) -> None:
        """Take in a row that the tables do not have yet."""
        kind = type(row)
        self.added[kind].append(row)
        if kind.KEY:
            self._new[kind].add(getattr(row, kind.KEY))

    def change(self, row: Row) -> None:
        """Take in a row that was added before, now or earlier, and differs since."""
        kind = type(row)
        key = getattr(row, kind.KEY)
        if key not in self._new[kind]:
            self.changed[kind][key] = row

    def clear(self) -> None:
        """Forget what has been written."""
        self.added.clear()
        self.changed.clear()
        self._new.clear()
