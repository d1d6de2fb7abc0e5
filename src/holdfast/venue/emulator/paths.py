"""Make the prices of a pair: seeded candles, walked in quarters, reachable at any virtual time.

Rules: a path is a function of the market's settings alone and is never written down; candle 0 opens
a stretch of history before the first moment of the exchange; step 4k+q is quarter q of candle k.
"""

from decimal import ROUND_HALF_EVEN, Decimal

import msgspec

from holdfast.domain.market import DAY, MINUTE, Candle, path
from holdfast.venue.candles import Candles, length_of
from holdfast.venue.emulator.listing import Pair
from holdfast.venue.market import GeneratedFeed, Regime

QUARTERS = 4
HISTORY = DAY
BUSY_QUOTE = Decimal("0.10")  # volume is made for a thing of this price, and scaled to others


class MarketSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What decides every price: the same settings give the same market."""

    seed: int
    regime: Regime
    origin: int
    candle_seconds: int = 60
    participation: Decimal = Decimal("0.25")
    starts: dict[str, Decimal] = msgspec.field(default_factory=dict)

    @property
    def first(self) -> int:
        """The opening time of the first candle."""
        return self.origin // MINUTE * MINUTE - HISTORY

    @property
    def quarter(self) -> int:
        """The time between two steps."""
        return length_of(self.candle_seconds) // QUARTERS

    def step_at(self, at: int) -> int:
        """Say which step holds at a time."""
        return (at - self.first) // self.quarter

    def time_of(self, step: int) -> int:
        """Say when a step begins."""
        return self.first + step * self.quarter


class PricePath:
    """The candles of one pair, made as far as they were asked for."""

    def __init__(self, pair: Pair, settings: MarketSettings) -> None:
        start = settings.starts.get(pair.name, pair.start)
        self._settings = settings
        self._pair, self._start = pair, start
        self._scale = (BUSY_QUOTE / start).quantize(Decimal("1E-8"))
        self._lot = pair.lot
        self._feed: GeneratedFeed | None = None
        self._blocks: list[Candles] = []
        self._walked: tuple[int, tuple[Decimal, Decimal, Decimal, Decimal]] | None = None

    def candle(self, index: int) -> Candle:
        """Return a candle, with its volume in base of this pair."""
        found = self._raw(index)
        volume = (found.volume * self._scale).quantize(self._lot, ROUND_HALF_EVEN)
        return Candle(found.at, found.open, found.high, found.low, found.close, volume)

    def price(self, step: int) -> Decimal:
        """Return the price that holds from a step on."""
        index, quarter = divmod(step, QUARTERS)
        if self._walked is None or self._walked[0] != index:
            self._walked = index, path(self._raw(index))
        return self._walked[1][quarter]

    def budget(self, index: int) -> Decimal:
        """Say how much of a candle's volume resting orders may have."""
        return self.candle(index).volume * self._settings.participation

    def _raw(self, index: int) -> Candle:
        while not self._blocks or index >= len(self._blocks) * len(self._blocks[0]):
            self._feed = self._feed or self._opened()
            window = self._feed.window()
            self._blocks.append(window.candles)
            self._feed.skip(window.stop - window.start)
        block, place = divmod(index, len(self._blocks[0]))
        return self._blocks[block].row(place)

    def _opened(self) -> GeneratedFeed:
        settings = self._settings
        return GeneratedFeed(
            settings.seed * 1000 + self._pair.seed,
            settings.regime,
            self._start,
            settings.first,
            settings.candle_seconds,
            self._pair.tick,
        )
