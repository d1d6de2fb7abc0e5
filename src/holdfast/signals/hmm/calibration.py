"""Take back what a model claims until it is as sure as it is right.

Rules: the last fifth of the rows judges. What came true is the move over the next candles, in three equal
parts of all such moves: down, about nothing, up. A model's claim is mixed with knowing nothing; the mix
with the least log loss is taken. What is left between claimed and met is the expected calibration error,
in ten parts of certainty.
"""

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from holdfast.signals.hmm.features import Floats
from holdfast.signals.hmm.model import Model
from holdfast.signals.hmm.reading import Reader, mixed

Outcomes = NDArray[np.int64]
AHEAD = 10
JUDGES = 5  # one part in so many judges
PARTS = 10
STEPS = 50  # of the mix, from knowing nothing to believing all


def calibrated(model: Model, rows: Floats, close: Floats) -> Model:
    """Return the model, believed as far as it was right."""
    truth = came_true(close)
    first = len(truth) - len(truth) // JUDGES
    judged = truth[first:]
    if len(judged) < PARTS:
        return model
    claimed = Reader(model).filtered(rows[: len(truth)])[first:]
    losses = [_loss(mixed(claimed, step / STEPS), judged) for step in range(STEPS + 1)]
    trust = int(np.argmin(losses)) / STEPS
    return replace(model, trust=trust, error=calibration_error(mixed(claimed, trust), judged))


def came_true(close: Floats) -> Outcomes:
    """Say of each candle whether the market then fell, stood or rose: 0, 1, 2."""
    if len(close) <= AHEAD:
        return np.empty(0, np.int64)
    moves = close[AHEAD:] / close[:-AHEAD] - 1.0
    low, high = np.quantile(moves, (1 / 3, 2 / 3))
    fell, rose = (moves < low).astype(np.int64), (moves > high).astype(np.int64)
    return np.asarray(1 - fell + rose, np.int64)


def calibration_error(claimed: Floats, truth: Outcomes) -> float:
    """Return by how much what was claimed and what was met differ, on average."""
    sure = claimed.max(axis=1)
    right = claimed.argmax(axis=1) == truth
    part = np.minimum((sure * PARTS).astype(int), PARTS - 1)
    error = 0.0
    for index in range(PARTS):
        inside = part == index
        if inside.any():
            error += float(inside.mean() * abs(sure[inside].mean() - right[inside].mean()))
    return error


def _loss(claimed: Floats, truth: Outcomes) -> float:
    met = claimed[np.arange(len(claimed)), truth]
    return float(-np.log(np.maximum(met, 1e-12)).mean())
