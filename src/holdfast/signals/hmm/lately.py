"""Work the newest rows of features out of a window of candles at once: what a reading needs of them.

Every average here is a weighted sum of the window, so that one matrix a length of window says them all.
The rows are those of `features`, but for the rounding of floats.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from holdfast.signals.hmm.features import RSI, WARM_UP, Floats


class Sums(NamedTuple):
    """What closes, moves and volumes of a window are multiplied by."""

    closes: (
        Floats  # change of the histogram, spread of the averages, slow average: so many rows each
    )
    moves: Floats
    volumes: Floats


def lately(close: Floats, volume: Floats, count: int) -> Floats:
    """Return the last `count` rows of candles, oldest first; fewer where there are too few candles."""
    count = min(count, len(close) - WARM_UP)
    if count <= 0:
        return np.empty((0, 4))
    sums = _sums(len(close), count)
    of_close = (sums.closes @ close).reshape(3, count)
    moves = close[1:] - close[:-1]
    ups = np.maximum(moves, 0.0)
    gain, loss = sums.moves @ ups, sums.moves @ (ups - moves)
    found = np.empty((count, 4))
    np.divide(of_close[0], close[-count:], out=found[:, 0])
    np.divide(of_close[1], of_close[2], out=found[:, 1])
    found[:, 2] = _share(gain - loss, gain + loss, 0.0)
    found[:, 3] = _share(volume[-count:], sums.volumes @ volume, 1.0)
    return found


def _share(part: Floats, whole: Floats, without: float) -> Floats:
    return np.divide(part, whole, out=np.full_like(part, without), where=whole > 0)


@lru_cache(maxsize=16)
def _sums(length: int, count: int) -> Sums:
    line = _average(length, 12) - _average(length, 26)
    histogram = line - _average(length, 9) @ line
    change = np.diff(histogram, axis=0, prepend=histogram[:1])
    slow = _average(length, 21)
    rows = slice(length - count, length)
    parts = change[rows], (_average(length, 9) - slow)[rows], slow[rows]
    return Sums(np.vstack(parts), _smoothed(length)[rows], _average(length, 20)[rows])


def _average(length: int, span: int) -> Floats:
    """Say what each value of a window counts in its exponential average, started with the first."""
    share = 2.0 / (span + 1)
    ages = np.subtract.outer(np.arange(length), np.arange(length))
    found = np.where(ages >= 0, share * (1.0 - share) ** np.maximum(ages, 0), 0.0)
    found[:, 0] /= share
    return found


def _smoothed(length: int) -> Floats:
    """Say what each move counts in Wilder's average at each candle, started with the mean of the first."""
    found = np.zeros((length, length - 1))
    found[RSI, :RSI] = 1.0 / RSI
    for at in range(RSI + 1, length):
        found[at] = found[at - 1] * ((RSI - 1) / RSI)
        found[at, at - 1] = 1.0 / RSI
    return found
