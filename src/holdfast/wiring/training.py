"""Train the regime's models from the candles a desk kept, or from a file, and keep them as new versions.

Rules: a running desk is asked, else its ledger is read under the lock; the desk itself never trains. A
candle length that has too few candles is said and left out; that none had enough is an error.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from holdfast.clock import Clock, SystemClock
from holdfast.config.folders import find_profiles, home
from holdfast.config.loader import load_profile
from holdfast.config.settings import Settings
from holdfast.desk.regime.detector import PRIMARY, SECONDARY
from holdfast.domain.errors import DataError
from holdfast.domain.market import SECOND
from holdfast.ledger import query as asking
from holdfast.ledger import remote
from holdfast.ledger.connect import connect
from holdfast.ledger.paths import Runtime, runtime
from holdfast.ledger.standing import standing
from holdfast.signals.bars import Bar, Gatherer
from holdfast.signals.hmm.model import Model, versions, write
from holdfast.signals.hmm.training import Course, train
from holdfast.venue.candles import Candles
from holdfast.venue.files import load_candles
from holdfast.wiring.sighting import MODELS

MINUTE_SECONDS = 60
Series = tuple[list[int], list[float], list[float]]
_BARS = """
select opened_at // WIDTH * WIDTH as bar, cast(arg_max(close, opened_at) as double) as close,
       cast(sum(volume) as double) as volume
from candles group by bar order by bar desc limit COUNT
"""


class TrainOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a training may be asked: a profile, a file of candles in place of its ledger, a seed."""

    profile: str = "paper"
    profiles: Path | None = None
    data: Path | None = None
    seed: int = 42


class Trained(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one candle length: a new version, or why there is none."""

    name: str
    file: str = ""
    model: Model | None = None
    problem: str = ""

    def line(self) -> str:
        """Say it in one line."""
        model = self.model
        if model is None:
            return f"{self.name}: not trained: {self.problem}"
        state = f"not to be acted on: {model.flaw}" if model.flaw else "sound"
        return (
            f"{self.name}: version {model.version}, {model.rows} rows, trust {model.trust:.2f}, "
            f"calibration error {model.error:.3f}, {state}"
        )


def train_regime(options: TrainOptions, clock: Clock | None = None) -> list[Trained]:
    """Train every candle length the profile reads; raise DataError where none could be."""
    root = home(os.environ, named=options.profiles)
    profile = load_profile(
        options.profile,
        profiles=find_profiles(os.environ, named=options.profiles),
        environ=os.environ,
        overrides={},
    )
    place = runtime(profile.runtime, root)
    wall = (clock or SystemClock()).wall()
    series = _from_file(options.data) if options.data else _from_ledger(place)
    done = [
        _train_one(name, course, place, series)
        for name, course in courses(profile.settings, options.seed, wall)
    ]
    if not any(one.model for one in done):
        raise DataError("; ".join(f"{one.name}: {one.problem}" for one in done))
    return done


def courses(settings: Settings, seed: int, wall: int) -> list[tuple[str, Course]]:
    """Say how each candle length of a profile is trained; its version is given when it is kept."""
    both = settings.hmm_multi_timeframe_enabled
    lengths = [
        (
            PRIMARY,
            settings.hmm_ohlcv_interval_min,
            settings.hmm_training_candles,
            settings.hmm_min_train_samples,
        )
    ]
    if both:
        lengths.append(
            (
                SECONDARY,
                settings.hmm_secondary_interval_min,
                settings.hmm_secondary_training_candles,
                settings.hmm_secondary_min_train_samples,
            )
        )
    return [
        (
            name,
            Course(
                version=1,
                seconds=minutes * MINUTE_SECONDS,
                seed=seed,
                states=settings.hmm_n_states,
                iterations=settings.hmm_n_iter,
                covariance=settings.hmm_covariance_type,
                wanted=wanted,
                least=least,
                trained_at=wall,
            ),
        )
        for name, minutes, wanted, least in lengths
    ]


def _train_one(
    name: str, course: Course, place: Runtime, series: Callable[[Course], Series]
) -> Trained:
    folder = place.folder / MODELS
    version = 1 + max((int(path.stem[-5:]) for path in versions(folder, name)), default=0)
    times, close, volume = series(course)
    try:
        model = train(
            times,
            np.array(close),
            np.array(volume),
            msgspec.structs.replace(course, version=version),
        )
    except DataError as fault:
        return Trained(name=name, problem=str(fault))
    return Trained(name=name, model=model, file=write(model, folder, name).name)


def _from_ledger(place: Runtime) -> Callable[[Course], Series]:
    def series(course: Course) -> Series:
        width = str(course.seconds * SECOND)
        sql = _BARS.replace("WIDTH", width).replace("COUNT", str(min(course.wanted, asking.ROWS)))
        rows = _rows(place, sql)
        rows.reverse()
        return (
            [int(row[0]) for row in rows],
            [float(row[1]) for row in rows],
            [float(row[2]) for row in rows],
        )

    return series


def _rows(place: Runtime, sql: str) -> list[Sequence[Any]]:
    with standing(place) as desk:
        if desk is not None:
            return list(remote.query(desk, sql).rows)
        connection = connect(place.ledger, read_only=True)
        try:
            return list(connection.execute(sql).fetchall())
        finally:
            connection.close()


def _from_file(path: Path) -> Callable[[Course], Series]:
    return series_of(load_candles(path).candles)


def series_of(candles: Candles) -> Callable[[Course], Series]:
    """Give a training the newest bars of its length that candles make."""

    def series(course: Course) -> Series:
        gatherer = Gatherer(course.seconds * SECOND)
        bars = [
            bar
            for index, at in enumerate(candles.at)
            for bar in gatherer.add(
                Bar(
                    at,
                    candles.near_high[index],
                    candles.near_low[index],
                    float(candles.close[index]),
                    float(candles.volume[index]),
                )
            )
        ][-course.wanted :]
        return [one.at for one in bars], [one.close for one in bars], [one.volume for one in bars]

    return series
