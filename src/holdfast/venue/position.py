"""Know where in the market a paper venue stands: the step of a candle, and the volume left in it.

Rules: it only moves forward. A step is a quarter of a candle; a candle at step 4 is done with.
"""

from decimal import Decimal

from holdfast.domain.market import Candle, path
from holdfast.venue.candles import Feed, Window, length_of
from holdfast.venue.records import Cursor, FeedState, Stepped

STEPS = 4


class Position:
    """A place in a feed of candles."""

    def __init__(self, feed: Feed, participation: Decimal) -> None:
        self.feed = feed
        self.quarter = length_of(feed.seconds) // STEPS
        self.candle: Candle | None = None
        self.step = STEPS
        self.mark: Decimal | None = None
        self.budget: Decimal | None = None
        self.path: tuple[Decimal, ...] = ()
        self.begins = 0
        self._participation = participation
        self._is_unlimited = participation == 1
        self._is_new = False
        self._followed: FeedState | None = None

    def take(self) -> bool:
        """Go to the first step of the next candle; False where there is none."""
        candle = self.feed.next()
        if candle is None:
            return False
        self._enter(candle)
        self.budget = self._share(candle)
        self.step, self._is_new = 0, True
        return True

    def time_of(self, step: int) -> int:
        """Say when a step of the candle is."""
        return self.begins + step * self.quarter

    def pass_over(self, window: Window, count: int) -> Candle:
        """Go to the end of the last of so many candles, and return it."""
        self.feed.skip(count)
        candle = window.candles.row(window.start + count - 1)
        self.candle = candle
        self.mark, self.budget = candle.close, self._share(candle)
        self._is_new = True
        return candle

    def record(self, step: int) -> Stepped:
        """Write down where this is, with the candle the first time."""
        is_new, self._is_new = self._is_new, False
        return Stepped(
            step=step,
            mark=self.mark,
            budget=self.budget,
            candle=self.candle if is_new else None,
            feed=self.feed.state() if is_new else None,
        )

    def follow(self, record: Stepped) -> None:
        """Go where a record says."""
        if record.candle is not None:
            self._enter(record.candle)
            self._followed = record.feed
        self.mark, self.budget = record.mark, record.budget
        self.step = min(record.step + 1, STEPS)

    def cursor(self) -> Cursor:
        """Say where this is."""
        return Cursor(
            step=self.step,
            mark=self.mark,
            budget=self.budget,
            candle=self.candle,
            feed=self.feed.state(),
        )

    def restore(self, cursor: Cursor) -> None:
        """Go where a cursor says."""
        if cursor.candle is not None:
            self._enter(cursor.candle)
        self.step, self.mark, self.budget = cursor.step, cursor.mark, cursor.budget
        self._followed = cursor.feed

    def catch_up(self) -> None:
        """Bring the feed to where the records have led."""
        if self._followed is not None:
            self.feed.restore(self._followed)

    def _enter(self, candle: Candle) -> None:
        self.candle = candle
        self.begins, self.path = candle.at, path(candle)

    def _share(self, candle: Candle) -> Decimal | None:
        if self._is_unlimited and candle.volume:
            return None
        return self._participation * candle.volume
