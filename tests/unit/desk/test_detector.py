"""A desk reads the regime with the newest model it may trust, and only off candles without a hole."""

import sys
from pathlib import Path

from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parents[1] / "signals"))

from market_of_regimes import market

from holdfast.desk.regime.detector import (
    PRIMARY,
    SECONDARY,
    Detector,
    DetectorTerms,
    FrameTerms,
)
from holdfast.domain.market import MINUTE, Regime
from holdfast.engine.readings import Readings
from holdfast.signals.bars import Bar
from holdfast.signals.hmm.model import Model
from holdfast.signals.hmm.reading import Reader

SPREADS = (-1.0, 0.0, 1.0)
MODEL = Model(
    version=1,
    seconds=60,
    seed=1,
    trained_at=0,
    candles_from=0,
    candles_to=0,
    rows=1000,
    start=(1 / 3, 1 / 3, 1 / 3),
    moves=((0.9, 0.05, 0.05), (0.05, 0.9, 0.05), (0.05, 0.05, 0.9)),
    means=tuple((0.0, spread, 0.0, 0.0) for spread in SPREADS),
    covariances=tuple(
        tuple(tuple(float(row == column) for column in range(4)) for row in range(4))
        for _ in SPREADS
    ),
    scale_mean=(0.0, 0.0, 0.0, 1.0),
    scale_spread=(1.0, 0.001, 1.0, 1.0),
    trust=1.0,
    error=0.0,
    occupancy=(0.3, 0.4, 0.3),
    dwell=(10.0, 10.0, 10.0),
    depth=1.0,
)
TERMS = DetectorTerms(frames=(FrameTerms(PRIMARY, 60, 100),), refresh=0)


def climb(count, start=0):
    return [
        Bar((start + at) * MINUTE, c, c, c, 1.0)
        for at, c in enumerate(0.1 * 1.001**index for index in range(count))
    ]


def detector(found, terms=TERMS, bars=()):
    made = Detector(terms, found)
    for bar in bars:
        made.take(bar)
    return made


def test_a_climb_reads_bullish_once_all_candles_are_there():
    short = detector(lambda _name: MODEL, bars=climb(99))
    assert not short.read(Readings(at=0), 99 * MINUTE).regime_ready
    seen = detector(lambda _name: MODEL, bars=climb(100)).read(Readings(at=0), 100 * MINUTE)
    assert seen.regime_ready
    assert seen.regime is Regime.BULLISH
    assert seen.bias > 0
    assert (seen.model, seen.agreement) == (1, PRIMARY)
    assert sum(seen.probabilities) == 1


def test_without_a_model_or_with_a_flawed_one_nothing_is_read():
    for model in (None, replace(MODEL, flaw="a state lasts 2 candles")):
        made = detector(lambda _name, model=model: model, bars=climb(100))
        assert not made.read(Readings(at=0), 100 * MINUTE).regime_ready


def test_a_hole_of_more_than_two_candles_makes_it_wait_again():
    bars = [*climb(100), *climb(5, start=103)]
    assert (
        not detector(lambda _name: MODEL, bars=bars).read(Readings(at=0), 200 * MINUTE).regime_ready
    )
    bars = [*climb(100), *climb(5, start=102)]
    assert detector(lambda _name: MODEL, bars=bars).read(Readings(at=0), 200 * MINUTE).regime_ready


def test_a_newer_version_is_taken_up_while_the_desk_runs():
    versions = [MODEL]
    made = detector(lambda _name: versions[-1], bars=climb(100))
    assert made.read(Readings(at=0), 100 * MINUTE).model == 1
    versions.append(replace(MODEL, version=2))
    assert made.read(Readings(at=0), 101 * MINUTE).model == 2


def test_candles_are_read_once_and_again_with_another_version(monkeypatch):
    versions, reads = [MODEL], []
    see = Reader.see
    monkeypatch.setattr(Reader, "see", lambda *given: reads.append(1) or see(*given))
    made = detector(lambda _name: versions[-1], bars=climb(100))
    first = made.read(Readings(at=0), 100 * MINUTE)
    assert made.read(Readings(at=0), 100 * MINUTE + 1) == first
    assert len(reads) == 1
    versions.append(replace(MODEL, version=2))
    assert made.read(Readings(at=0), 100 * MINUTE + 2).model == 2
    made.take(climb(1, start=100)[0])
    made.read(Readings(at=0), 101 * MINUTE)
    assert len(reads) == 3


def test_two_lengths_speak_by_consensus_or_as_the_profile_says():
    frames = (FrameTerms(PRIMARY, 60, 100), FrameTerms(SECONDARY, 900, 30))
    terms = replace(TERMS, frames=frames, source="consensus")
    bars = climb(500)
    for source, agreement in (("consensus", "full"), (SECONDARY, SECONDARY), (PRIMARY, PRIMARY)):
        made = detector(lambda _name: MODEL, replace(terms, source=source), bars)
        seen = made.read(Readings(at=0), 500 * MINUTE)
        assert (seen.regime, seen.agreement) == (Regime.BULLISH, agreement)


def test_where_only_one_length_is_trained_it_speaks_alone():
    frames = (FrameTerms(PRIMARY, 60, 100), FrameTerms(SECONDARY, 900, 30))
    terms = replace(TERMS, frames=frames, source="consensus")
    made = detector(lambda name: MODEL if name == PRIMARY else None, terms, climb(500))
    assert made.read(Readings(at=0), 500 * MINUTE).agreement == PRIMARY
    made = detector(lambda name: MODEL if name == SECONDARY else None, terms, climb(500))
    assert not made.read(Readings(at=0), 500 * MINUTE).regime_ready


def test_the_market_of_regimes_is_read_without_a_fault():
    closes, volumes, _ = market(300)
    bars = [
        Bar(at * MINUTE, c, c, c, v)
        for at, (c, v) in enumerate(zip(closes.tolist(), volumes.tolist(), strict=True))
    ]
    seen = detector(lambda _name: MODEL, bars=bars).read(Readings(at=0), 300 * MINUTE)
    assert seen.regime_ready
