"""Commit what one act of a desk decides in one transaction, with whatever says that it was done.

Books change at once, as in a step; nothing is sent before the commit, for what is to be sent waits in the
outbox. A process that dies on the way has done nothing.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from holdfast.desk.desk import Desk
from holdfast.domain.bookkeeping import Note
from holdfast.domain.events import Event
from holdfast.domain.market import Candle
from holdfast.engine.books import Books
from holdfast.ledger.port import Ledger


@contextmanager
def together(desk: Desk) -> Iterator[None]:
    """Gather what is committed inside, and commit it as one; an error keeps what the books took in."""
    ledger = desk.ledger
    gathered = _Gathered(ledger)
    desk.ledger = gathered
    try:
        yield
    except Exception:
        desk.ledger = ledger
        gathered.settle()
        raise
    finally:
        desk.ledger = ledger
    gathered.settle()


class _Gathered:
    """A ledger that holds back what it is given."""

    def __init__(self, ledger: Ledger) -> None:
        self.genesis = ledger.genesis
        self.sequence = ledger.sequence
        self._ledger = ledger
        self._at = 0
        self._entries: list[Event | Note] = []

    def settle(self) -> None:
        if self._entries:
            self._ledger.commit(self._at, self._entries)

    def restore(self) -> Books:
        return self._ledger.restore()

    def commit(self, at: int, entries: Sequence[Event | Note]) -> int:
        self._at = max(self._at, at)
        self._entries += entries
        self.sequence += len(entries)
        return self.sequence

    def record_candle(self, candle: Candle) -> None:
        self._ledger.record_candle(candle)

    def event_hash(self) -> str:
        return self._ledger.event_hash()

    def close(self) -> None:
        self._ledger.close()
