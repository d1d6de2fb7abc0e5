"""Turn candles into what the model looks at, one row a candle (operations 6.8).

Columns: change of the MACD histogram (12, 26, 9) relative to the price, spread of EMA 9 over EMA 21,
zone of Wilder's RSI 14 from -1 to 1, volume over its EMA 20. The first 14 candles give no row.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
WARM_UP = 14
SPREAD = 1  # the column by which states are told apart
RSI = 14


def features(close: Floats, volume: Floats) -> Floats:
    """Return the rows of candles, oldest first; empty while there are too few."""
    if len(close) <= WARM_UP:
        return np.empty((0, 4))
    histogram = _histogram(close)
    change = np.diff(histogram, prepend=histogram[:1]) / close
    slow = average(close, 21)
    spread = (average(close, 9) - slow) / slow
    usual = average(volume, 20)
    busy = np.divide(volume, usual, out=np.ones_like(volume), where=usual > 0)
    return np.column_stack((change, spread, _zone(close), busy))[WARM_UP:]


def average(values: Floats, span: int) -> Floats:
    """Return the exponential average of a span, started with the first value."""
    share, held, found = 2.0 / (span + 1), float(values[0]), []
    for value in values.tolist():
        held += share * (value - held)
        found.append(held)
    return np.array(found)


def _histogram(close: Floats) -> Floats:
    line = average(close, 12) - average(close, 26)
    return line - average(line, 9)


def _zone(close: Floats) -> Floats:
    moves = np.diff(close).tolist()
    gain = sum(max(0.0, move) for move in moves[:RSI]) / RSI
    loss = sum(max(0.0, -move) for move in moves[:RSI]) / RSI
    zones = [0.0] * RSI + [_balance(gain, loss)]
    for move in moves[RSI:]:
        gain = (gain * (RSI - 1) + max(0.0, move)) / RSI
        loss = (loss * (RSI - 1) + max(0.0, -move)) / RSI
        zones.append(_balance(gain, loss))
    return np.array(zones)


def _balance(gain: float, loss: float) -> float:
    """Return (RSI - 50) / 50; a market that stands still is neither bought nor sold."""
    return (gain - loss) / (gain + loss) if gain + loss > 0 else 0.0
