"""Keep the ledger in memory: the reference every other kind is compared with."""

from collections.abc import Sequence

from holdfast.domain.bookkeeping import Note
from holdfast.domain.events import Event
from holdfast.domain.market import Candle
from holdfast.engine.books import Books
from holdfast.ledger.codec import EventHash


class MemoryLedger:
    """A list of rows and their digest."""

    def __init__(self, base: str, quote: str, genesis: str = "paper") -> None:
        self.genesis = genesis
        self.sequence = 0
        self.rows: list[tuple[int, Event | Note]] = []
        self.candles: list[Candle] = []
        self._hash = EventHash()
        self._assets = (base, quote)

    def restore(self) -> Books:
        """Fold the rows."""
        books = Books(*self._assets)
        for at, entry in self.rows:
            books.apply(at, entry)
        return books

    def commit(self, at: int, entries: Sequence[Event | Note]) -> int:
        """Append rows of one market time."""
        self.rows += [(at, entry) for entry in entries]
        self._hash.take(at, entries)
        self.sequence += len(entries)
        return self.sequence

    def record_candle(self, candle: Candle) -> None:
        """Keep a candle."""
        self.candles.append(candle)

    def event_hash(self) -> str:
        """Return the digest over all domain events so far."""
        return self._hash.hexdigest()

    def close(self) -> None:
        """Do nothing: memory goes with the process."""
