"""Read the regime off the last candles with a trained model: one forward pass, without hmmlearn."""

from typing import NamedTuple

import numpy as np

from holdfast.signals.hmm.features import Floats
from holdfast.signals.hmm.lately import lately
from holdfast.signals.hmm.model import Model

BEARISH, RANGING, BULLISH = range(3)
SLIGHT = 1e-9  # a lead below it is the rounding of floats


class Seen(NamedTuple):
    """What the detector of one candle length says."""

    probabilities: tuple[float, float, float]
    regime: int
    confidence: float
    bias: float
    turning: float = 0.0  # how likely the next candle is of another regime


NOTHING = Seen((0.0, 1.0, 0.0), RANGING, 0.0, 0.0)


class Reader:
    """A model made ready for reading: what does not change with the candles is worked out once."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._mean, self._spread = np.array(model.scale_mean), np.array(model.scale_spread)
        self._means = np.array(model.means)
        covariances = np.array(model.covariances)
        self._inverse = np.linalg.inv(covariances)
        self._norm = np.linalg.slogdet(covariances)[1]
        self._start, self._moves = np.array(model.start), np.array(model.moves)

    def filtered(self, rows: Floats) -> Floats:
        """Return the probabilities of the three states at each row, given the rows up to it."""
        weights = self._weights(rows)
        found = np.empty_like(weights)
        held = self._start
        for index in range(len(weights)):
            held = (held if index == 0 else held @ self._moves) * weights[index]
            held = held / held.sum()
            found[index] = held
        return found

    def last(self, rows: Floats) -> Floats:
        """Return the probabilities at the last row alone; three numbers are quicker without arrays."""
        (a, b, c), rest = self._start.tolist(), self._weights(rows).tolist()
        (aa, ab, ac), (ba, bb, bc), (ca, cb, cc) = self._moves.tolist()
        a, b, c = (one * weight for one, weight in zip((a, b, c), rest[0], strict=True))
        for of_a, of_b, of_c in rest[1:]:
            whole = a + b + c
            a, b, c = (
                (a * aa + b * ba + c * ca) / whole * of_a,
                (a * ab + b * bb + c * cb) / whole * of_b,
                (a * ac + b * bc + c * cc) / whole * of_c,
            )
        whole = a + b + c
        return np.array((a / whole, b / whole, c / whole))

    def see(
        self, close: Floats, volume: Floats, window: int, threshold: float, gain: float
    ) -> Seen:
        """Say what the last candles show."""
        rows = lately(close, volume, window)
        if not len(rows) or self.model.flaw:
            return NOTHING
        last = mixed(self.last(rows), self.model.trust)
        return judged(last, self.model.depth, threshold, gain, self._turning(last))

    def _turning(self, last: Floats) -> float:
        return float(1.0 - last @ np.diag(self._moves))

    def _weights(self, rows: Floats) -> Floats:
        away = (rows - self._mean) / self._spread - self._means[:, None, :]
        distance = ((away @ self._inverse) * away).sum(axis=2).T
        logs = -0.5 * (distance + self._norm)
        weights: Floats = np.exp(logs - logs.max(axis=1, keepdims=True)) + 1e-12
        return weights


def mixed(probabilities: Floats, trust: float) -> Floats:
    """Believe probabilities so far, and know nothing for the rest."""
    return trust * probabilities + (1.0 - trust) / 3.0


def judged(
    probabilities: Floats, depth: float, threshold: float, gain: float, turning: float = 0.0
) -> Seen:
    """Turn probabilities into a regime, how sure it is, and which way it leans."""
    bear, ranging, bull = (float(one) for one in probabilities)
    ordered = sorted((bear, ranging, bull))
    confidence = (ordered[2] - ordered[1]) * depth
    # What decimals call equal may differ in its last bit here; at the threshold counts.
    leans = confidence >= threshold - 1e-12
    bias = max(-1.0, min(1.0, (bull - bear) * gain)) if leans else 0.0
    regime = int(np.argmax(probabilities)) if confidence > SLIGHT else RANGING
    return Seen((bear, ranging, bull), regime, confidence, bias, turning)


def depth_of(rows: int, wanted: int, least: int) -> float:
    """Say how much a training of so many candles is worth: 1 where it had all it wanted."""
    if rows >= wanted:
        return 1.0
    if rows >= max(least, wanted * 0.625):
        return 0.95
    return 0.85 if rows >= max(least, wanted * 0.25) else 0.70
