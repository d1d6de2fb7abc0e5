"""Make up a market: endless seeded candles that range, trend or jump, each with its regime's label.

Rules: the same seed and settings give the same candles on every machine and after every restart.
Candles come in blocks of half a day; block k draws from (seed, k) and starts from the price the block
before ended at. A mixed market plays all three regimes in each block, hours at a time, in an order
drawn from the seed alone, so that any candle's label is known without its price; it opens ranging.
"""

from decimal import Decimal
from functools import lru_cache
from math import exp, log, sqrt
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np
from numpy.random import Generator, default_rng

from holdfast.domain.errors import DataError
from holdfast.domain.market import HOUR, Candle
from holdfast.venue.candles import Candles, Window, length_of
from holdfast.venue.records import FeedState

Label = Literal["ranging", "trending", "jump"]
Regime = Literal["mixed", "ranging", "trending", "jump"]

BLOCK_HOURS = 12
SHORTEST_SHARE = 0.2
FEWEST = 60
MEDIAN_VOLUME = 50_000.0
MINUTE_SD = 0.0013
MINUTE_SECONDS = 60
MOST_TICKS = 10**11
HIGHEST_LOG = 30.0
REACH = 0.6
BUSIEST = 8.0
VOLUME_SD = 0.8


class _Character(NamedTuple):
    """How a regime moves in a minute: spread, pull to its mean, drift, and chance of a jump."""

    sd: float
    pull: float
    drift: float
    jumps: float


class _Draws(NamedTuple):
    """The chance of one block: what every candle draws, and which way its trends go."""

    noise: list[float]
    rare: list[float]
    leaps: list[float]
    way: float


CHARACTERS = MappingProxyType(
    {
        "ranging": _Character(sd=MINUTE_SD, pull=0.03, drift=0.0, jumps=0.0),
        "trending": _Character(sd=0.0011, pull=0.0, drift=0.00012, jumps=0.0),
        "jump": _Character(sd=0.0008, pull=0.005, drift=0.0, jumps=1 / 180),
    }
)
LABELS: tuple[Label, ...] = ("ranging", "trending", "jump")
JUMP_SD = 0.02
# A weak pull to the first price keeps a market of many years within sight of where it began.
HOME_PULL = 0.00002


class GeneratedFeed:
    """An endless market drawn from a seed."""

    def __init__(
        self,
        seed: int,
        regime: Regime,
        start_price: Decimal,
        start_at: int,
        seconds: int,
        tick: Decimal,
        *,
        step: Decimal = Decimal(1),
    ) -> None:
        self.seconds = seconds
        self._seed = seed
        self._regime = regime
        self._start_at = start_at
        self._tick = tick
        self._step = step
        self._minutes = seconds / MINUTE_SECONDS
        self._first = max(1, round(start_price / tick))
        if self._first > MOST_TICKS:
            raise DataError(
                f"a first price of {start_price} is more than {MOST_TICKS:,} ticks of {tick}; "
                f"do: lower the price, or use a coarser tick"
            )
        self._size = max(FEWEST, BLOCK_HOURS * HOUR // length_of(seconds))
        self._block = 0
        self._offset = 0
        self._opened_at = self._first
        self._candles = self._made(0, self._first)

    def next(self) -> Candle:
        """Take the next candle; there always is one."""
        window = self.window()
        self._offset += 1
        return window.candles.row(window.start)

    def window(self) -> Window:
        """Show what is left of the block at hand, or the next block."""
        if self._offset == self._size:
            self._opened_at = self._ticks(self._candles.close[-1])
            self._block += 1
            self._offset = 0
            self._candles = self._made(self._block, self._opened_at)
        return Window(self._candles, self._offset, self._size)

    def skip(self, count: int) -> None:
        """Pass over candles of the window."""
        self._offset += count

    def state(self) -> FeedState:
        """Say which market this is, and where in it the feed stands."""
        return {
            **self._market(),
            "block": self._block,
            "offset": self._offset,
            "opened_at": self._opened_at,
        }

    def restore(self, state: FeedState) -> None:
        """Go on from where a feed of the same market stood."""
        market = self._market()
        other = [f"{key} {state.get(key)}" for key in market if state.get(key) != market[key]]
        if other:
            raise DataError(
                f"the venue ran on another generated market ({', '.join(other)}); "
                f"do: use its settings again, or another runtime"
            )
        self._block, self._offset = int(state["block"]), int(state["offset"])
        self._opened_at = int(state["opened_at"])
        self._candles = self._made(self._block, self._opened_at)

    def label(self, at: int) -> Label:
        """Name the regime of the candle a market time falls into."""
        index = max(0, (at - self._start_at) // length_of(self.seconds))
        block, offset = divmod(index, self._size)
        return next(
            name for name, end in _plan(self._seed, self._regime, self._size, block) if offset < end
        )

    def _market(self) -> FeedState:
        return {
            "seed": self._seed,
            "regime": self._regime,
            "first": self._first,
            "start_at": self._start_at,
            "tick": f"{self._tick.normalize()}",
        }

    def _ticks(self, price: Decimal) -> int:
        return int(price / self._tick)

    def _made(self, block: int, opened_at: int) -> Candles:
        chance = default_rng([self._seed, block])
        closes, sds = self._closes(block, opened_at, _draw(chance, self._size))
        # math.exp, not numpy's: its last bit does not depend on the width of the machine's vectors.
        close = np.maximum(np.rint([exp(price) for price in closes]), 1.0)
        opened = np.concatenate(([float(opened_at)], close[:-1]))
        reach = 1 + np.abs(chance.standard_normal((2, self._size))) * sds * REACH
        high = np.rint(np.maximum(opened, close) * reach[0])
        low = np.maximum(np.rint(np.minimum(opened, close) / reach[1]), 1.0)
        moved = np.minimum(np.abs(close / opened - 1) / np.array(sds), BUSIEST)
        spread = [exp(VOLUME_SD * one) for one in chance.standard_normal(self._size).tolist()]
        volume = np.array(spread) * (0.6 + 0.5 * moved) * (MEDIAN_VOLUME * self._minutes)
        tick, length = float(self._tick), length_of(self.seconds)
        at = self._start_at + (block * self._size + np.arange(self._size, dtype=np.int64)) * length
        return Candles.from_numpy(
            at,
            (opened * tick, high * tick, low * tick, close * tick),
            np.maximum(volume, float(self._step)),
            seconds=self.seconds,
            tick=self._tick,
            step=self._step,
        )

    def _closes(self, block: int, opened_at: int, draws: _Draws) -> tuple[list[float], list[float]]:
        closes: list[float] = []
        sds: list[float] = []
        price = log(opened_at)
        for name, end in _plan(self._seed, self._regime, self._size, block):
            kind = CHARACTERS[name]
            count = end - len(closes)
            closes += _played(
                kind, price, log(self._first), draws, (end - count, end), self._minutes
            )
            sds += [kind.sd * sqrt(self._minutes)] * count
            price = closes[-1]
        return closes, sds


@lru_cache(maxsize=64)
def _plan(seed: int, regime: Regime, size: int, block: int) -> tuple[tuple[Label, int], ...]:
    if regime != "mixed":
        return ((regime, size),)
    chance = default_rng([seed, block, 1])
    order = [LABELS[place] for place in chance.permutation(len(LABELS))]
    if block == 0:
        order.sort(key=LABELS.index)
    shares = SHORTEST_SHARE + chance.dirichlet([1.0] * 3) * (1 - SHORTEST_SHARE * 3)
    ends = [round(size * float(share)) for share in np.cumsum(shares)[:-1]]
    return tuple(zip(order, [*ends, size], strict=True))


def _draw(chance: Generator, size: int) -> _Draws:
    return _Draws(
        noise=chance.standard_normal(size).tolist(),
        rare=chance.random(size).tolist(),
        leaps=(chance.standard_normal(size) * JUMP_SD).tolist(),
        way=float(chance.choice((-1.0, 1.0))),
    )


def _played(
    kind: _Character,
    price: float,
    home: float,
    draws: _Draws,
    span: tuple[int, int],
    minutes: float,
) -> list[float]:
    mean, closes = price, []
    sd, pull = kind.sd * sqrt(minutes), 1 - exp(-kind.pull * minutes)
    drift, pull_home = draws.way * kind.drift * minutes, 1 - exp(-HOME_PULL * minutes)
    for place in range(*span):
        if draws.rare[place] < kind.jumps * minutes:
            price += draws.leaps[place]
            mean += draws.leaps[place]
        price += pull * (mean - price) + sd * draws.noise[place] + drift
        price += pull_home * (home - price)
        price = min(max(price, 0.0), HIGHEST_LOG)
        closes.append(price)
    return closes
