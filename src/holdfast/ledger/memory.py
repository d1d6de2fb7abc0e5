"""Keep the ledger in memory: the reference every other kind is compared with."""

from collections.abc import Sequence

from holdfast.domain.bookkeeping import Note
from holdfast.domain.events import Event
from holdfast.domain.market import Candle
from holdfast.engine.books import Books
from holdfast.ledger.codec import EventHash

PORTION = 256  # commits encoded in one go


class MemoryLedger:
    """A list of commits and, when asked for, the digest over what they say."""

    def __init__(self, base: str, quote: str, genesis: str = "paper") -> None:
        self.genesis = genesis
        self.sequence = 0
        self._commits: list[tuple[int, tuple[Event | Note, ...]]] = []
        self._hashed = 0
        self.candles: list[Candle] = []
        self._hash = EventHash()
        self._assets = (base, quote)

    @property
    def rows(self) -> list[tuple[int, Event | Note]]:
        """List every row with its market time, oldest first."""
        return [(at, entry) for at, entries in self._commits for entry in entries]

    def restore(self) -> Books:
        """Fold the rows."""
        books = Books(*self._assets)
        for at, entry in self.rows:
            books.apply(at, entry)
        return books

    def commit(self, at: int, entries: Sequence[Event | Note]) -> int:
        """Append rows of one market time."""
        self._commits.append((at, tuple(entries)))
        self.sequence += len(entries)
        return self.sequence

    def record_candle(self, candle: Candle) -> None:
        """Keep a candle."""
        self.candles.append(candle)

    def event_hash(self) -> str:
        """Return the digest over all domain events so far."""
        while self._hashed < len(self._commits):
            portion = self._commits[self._hashed : self._hashed + PORTION]
            self._hash.take(portion)
            self._hashed += len(portion)
        return self._hash.hexdigest()

    def close(self) -> None:
        """Do nothing: memory goes with the process."""
