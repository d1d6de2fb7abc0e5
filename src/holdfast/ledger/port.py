"""Say what a desk asks of any ledger: one transaction a step, and the books it folds to."""

from collections.abc import Sequence
from typing import Protocol

from holdfast.domain.bookkeeping import Note
from holdfast.domain.events import Event
from holdfast.domain.market import Candle
from holdfast.engine.books import Books


class Ledger(Protocol):
    """The memory of one desk; it has one writer."""

    genesis: str
    sequence: int

    def restore(self) -> Books:
        """Return the books as the ledger has them."""

    def commit(self, at: int, entries: Sequence[Event | Note]) -> int:
        """Append rows of one market time in one transaction; return the last sequence."""

    def record_candle(self, candle: Candle) -> None:
        """Keep a candle the desk traded on; it is written with the next commit at the latest."""

    def event_hash(self) -> str:
        """Return the digest over all domain events so far."""

    def close(self) -> None:
        """Write what is pending and let go."""
