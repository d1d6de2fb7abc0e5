"""Train a model on candles: the same candles and the same seed give the same model.

The start of the iteration comes from the data: rows in three parts by the spread of the averages. The
seed only says in which order hmmlearn is told of the parts; states are put into the order bearish,
ranging, bullish afterwards, by that spread, so that no seed changes a label. hmmlearn is imported here
and nowhere else, and only when something is trained.
"""

from typing import Any

import msgspec
import numpy as np

from holdfast.domain.errors import DataError
from holdfast.signals.hmm.calibration import calibrated
from holdfast.signals.hmm.features import SPREAD, WARM_UP, Floats, features
from holdfast.signals.hmm.model import Model
from holdfast.signals.hmm.reading import depth_of

STATES = 3
STAYS = 0.9  # how likely a state is to last another candle, before anything was learnt
LEAST_SHARE, LEAST_DWELL = 0.05, 5.0
FLOOR = 1e-3  # of a variance, of scaled features: what stands still must not explode


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """How to train: knobs of the catalogue, and what names the version."""

    version: int
    seconds: int
    seed: int = 42
    states: int = STATES
    iterations: int = 100
    covariance: str = "diag"
    wanted: int = 4000
    least: int = 500
    trained_at: int = 0


def train(times: list[int], close: Floats, volume: Floats, course: Course) -> Model:
    """Return a trained model; raise DataError where there are too few rows."""
    rows = features(close, volume)
    if len(rows) < course.least:
        raise DataError(
            f"{len(rows)} rows of {course.seconds} s, and a training needs {course.least}; "
            "do: let the desk run longer, or train on a file of candles"
        )
    mean, spread = rows.mean(axis=0), rows.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    scaled = (rows - mean) / spread
    fitted = _fitted(scaled, course)
    order = np.argsort(fitted.means_[:, SPREAD], kind="stable")
    moves = fitted.transmat_[order][:, order]
    parts = np.bincount(np.argsort(order)[fitted.predict(scaled)], minlength=STATES) / len(rows)
    dwell = 1.0 / np.maximum(1e-9, 1.0 - np.diag(moves))
    model = Model(
        version=course.version,
        seconds=course.seconds,
        seed=course.seed,
        trained_at=course.trained_at,
        candles_from=times[0],
        candles_to=times[-1],
        rows=len(rows),
        start=_told(fitted.startprob_[order]),
        moves=tuple(map(_told, moves)),
        means=tuple(map(_told, fitted.means_[order])),
        covariances=tuple(tuple(map(_told, one)) for one in _whole(fitted)[order]),
        scale_mean=_told(mean),
        scale_spread=_told(spread),
        trust=1.0,
        error=0.0,
        occupancy=_told(parts),
        dwell=_told(dwell),
        depth=depth_of(len(close), course.wanted, course.least),
        flaw=_flaw(parts, dwell),
    )
    return calibrated(model, rows, close[WARM_UP:])


def _fitted(scaled: Floats, course: Course) -> Any:  # noqa: ANN401 (hmmlearn has no types)
    from hmmlearn.hmm import (  # type: ignore[import-untyped]  # noqa: PLC0415 (slow, for training)
        GaussianHMM,
    )

    order = np.random.default_rng(course.seed).permutation(STATES)
    parts = np.array_split(np.argsort(scaled[:, SPREAD], kind="stable"), STATES)
    groups = [scaled[parts[index]] for index in order]
    found = GaussianHMM(
        n_components=course.states,
        covariance_type=course.covariance,
        n_iter=course.iterations,
        init_params="",
        min_covar=FLOOR,
        random_state=course.seed,
    )
    found.startprob_ = np.full(STATES, 1.0 / STATES)
    found.transmat_ = np.full((STATES, STATES), (1.0 - STAYS) / (STATES - 1))
    np.fill_diagonal(found.transmat_, STAYS)
    found.means_ = np.array([group.mean(axis=0) for group in groups])
    found.covars_ = _first(groups, course.covariance)
    found.fit(scaled)
    return found


def _first(groups: list[Floats], kind: str) -> Floats:
    spreads = np.array([np.maximum(group.var(axis=0), FLOOR) for group in groups])
    if kind == "diag":
        return spreads
    if kind == "spherical":
        return np.asarray(spreads.mean(axis=1))
    whole = np.array([np.diag(one) for one in spreads])
    return whole if kind == "full" else np.asarray(whole.mean(axis=0))


def _whole(fitted: Any) -> Floats:  # noqa: ANN401 (hmmlearn has no types)
    """Return a full matrix a state, whatever shape was trained."""
    covars = np.asarray(fitted.covars_)
    if covars.ndim == 3:  # noqa: PLR2004 (states, columns, columns)
        return covars
    return np.array([covars] * STATES)


def _flaw(parts: Floats, dwell: Floats) -> str:
    if parts.min() < LEAST_SHARE:
        return f"a state holds {parts.min():.1%} of the candles, less than {LEAST_SHARE:.0%}"
    if dwell.min() < LEAST_DWELL:
        return f"a state lasts {dwell.min():.1f} candles, less than {LEAST_DWELL:.0f}"
    return ""


def _told(values: Floats) -> tuple[float, ...]:
    return tuple(float(one) for one in values)
