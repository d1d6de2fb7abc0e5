"""Let a tally, and others, hear everything a ledger is given, and time each commit."""

from collections.abc import Callable, Sequence

from holdfast.clock import Clock
from holdfast.desk.status.tally import Tally
from holdfast.domain.bookkeeping import Note
from holdfast.domain.events import Event
from holdfast.domain.market import Candle
from holdfast.engine.books import Books
from holdfast.ledger.port import Ledger

Hearer = Callable[[int, Sequence[Event | Note]], None]


class HeardLedger:
    """A ledger in front of another; what the other refuses, nobody hears."""

    def __init__(
        self,
        inner: Ledger,
        tally: Tally,
        clock: Clock,
        tell: Callable[[float], None] | None = None,
        hearers: Sequence[Hearer] = (),
    ) -> None:
        self.inner = inner
        self.genesis = inner.genesis
        self.sequence = inner.sequence
        self._tally = tally
        self._clock = clock
        self._tell = tell
        self._hearers = hearers

    def restore(self) -> Books:
        """Return the books as the ledger has them."""
        return self.inner.restore()

    def commit(self, at: int, entries: Sequence[Event | Note]) -> int:
        """Append rows, then let the tally hear of them."""
        started = self._clock.monotonic()
        try:
            self.sequence = self.inner.commit(at, entries)
        except Exception:
            self._tally.counts.add("ledger_write_errors")
            raise
        if self._tell is not None:
            self._tell(self._clock.monotonic() - started)
        self._tally.take(at, entries)
        for hear in self._hearers:
            hear(at, entries)
        return self.sequence

    def record_candle(self, candle: Candle) -> None:
        """Keep a candle."""
        self.inner.record_candle(candle)

    def event_hash(self) -> str:
        """Return the digest over all domain events so far."""
        return self.inner.event_hash()

    def close(self) -> None:
        """Write what is pending and let go."""
        self.inner.close()
