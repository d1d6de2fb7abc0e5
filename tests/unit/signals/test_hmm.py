"""The detector trains the same from the same, labels its states by what they are, and knows its limits."""

import subprocess
import sys
import time
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parent))

from market_of_regimes import market

from holdfast.domain.errors import DataError
from holdfast.signals.hmm.calibration import calibration_error, came_true
from holdfast.signals.hmm.consensus import consensus
from holdfast.signals.hmm.features import WARM_UP, features
from holdfast.signals.hmm.lately import lately
from holdfast.signals.hmm.model import newest, read, write
from holdfast.signals.hmm.reading import (
    BEARISH,
    BULLISH,
    NOTHING,
    RANGING,
    Reader,
    Seen,
    depth_of,
    judged,
)
from holdfast.signals.hmm.training import Course, train

COURSE = Course(version=1, seconds=60, wanted=1500, least=500)


@cache
def trained(seed=42):
    closes, volumes, _ = market()
    return train(list(range(len(closes))), closes, volumes, replace(COURSE, seed=seed))


def labels(model):
    closes, volumes, _ = market()
    return Reader(model).filtered(features(closes, volumes)).argmax(axis=1)


def see(model, closes, volumes, window=50):
    return Reader(model).see(closes[-100:], volumes[-100:], window, 0.15, 1.0)


def test_a_hundred_candles_give_eighty_six_rows_of_four_finite_columns():
    closes, volumes, _ = market()
    rows = features(closes[:100], volumes[:100])
    assert rows.shape == (86, 4)
    assert np.isfinite(rows).all()
    assert features(closes[:WARM_UP], volumes[:WARM_UP]).shape == (0, 4)


def test_a_market_that_stands_still_is_neither_bought_nor_sold():
    rows = features(np.full(60, 0.1), np.zeros(60))
    assert (rows[:, 2] == 0).all()
    assert (rows[:, 3] == 1).all()


def test_the_same_candles_and_the_same_seed_give_the_same_model_and_the_same_labels():
    closes, volumes, _ = market()
    again = train(list(range(len(closes))), closes, volumes, COURSE)
    assert again == trained()
    assert (labels(again) == labels(trained())).all()


def test_no_seed_of_twenty_changes_a_label():
    expected = labels(trained())
    for seed in range(20):
        assert (labels(trained(seed)) == expected).all(), seed


def test_states_are_bearish_ranging_and_bullish_in_this_order_and_mostly_right():
    spread = [row[1] for row in trained().means]
    assert spread == sorted(spread)
    truth = market()[2][WARM_UP:]
    assert (labels(trained()) == truth).mean() > 0.7


def test_a_sound_model_says_how_much_of_its_claim_came_true():
    model = trained()
    assert model.flaw == ""
    assert 0 <= model.trust <= 1
    assert model.error < 0.15
    assert sum(model.occupancy) == pytest.approx(1)


def test_a_market_of_noise_is_not_believed():
    chance = np.random.default_rng(3)
    closes = 0.1 * np.exp(np.cumsum(chance.normal(0, 0.001, 1500)))
    model = train(list(range(1500)), closes, np.full(1500, 1000.0), COURSE)
    assert model.trust < 0.5
    assert see(model, closes, np.full(1500, 1000.0)).confidence < 0.5


def test_a_model_with_a_flaw_reads_ranging_without_confidence():
    closes, volumes, _ = market()
    assert see(replace(trained(), flaw="a state lasts 2 candles"), closes, volumes) is NOTHING


def test_too_few_rows_train_nothing():
    closes, volumes, _ = market(510)
    with pytest.raises(DataError, match="496 rows"):
        train(list(range(510)), closes, volumes, COURSE)
    assert train(list(range(514)), *market(514)[:2], COURSE).rows == 500


@pytest.mark.parametrize("kind", ["full", "tied", "spherical"])
def test_every_shape_of_covariance_can_be_trained_and_read(kind):
    closes, volumes, _ = market(800)
    model = train(list(range(800)), closes, volumes, replace(COURSE, covariance=kind))
    assert sum(see(model, closes, volumes).probabilities) == pytest.approx(1)


@pytest.mark.parametrize(("length", "count"), [(100, 50), (50, 50), (30, 1), (15, 50), (14, 50)])
def test_the_newest_rows_are_those_of_all_features_but_for_rounding(length, count):
    closes, volumes, _ = market(400)
    for end in range(length, 400, 7):
        window = closes[end - length : end], volumes[end - length : end]
        expected = features(*window)[-count:]
        assert lately(*window, count).shape == expected.shape
        assert lately(*window, count) == pytest.approx(expected, abs=1e-11)


def test_the_newest_rows_of_a_market_that_stands_still_say_nothing():
    rows = lately(np.full(60, 0.1), np.zeros(60), 20)
    assert rows == pytest.approx(np.array([[0.0, 0.0, 0.0, 1.0]] * 20), abs=1e-12)
    assert (rows[:, 2:] == (0.0, 1.0)).all()


def test_the_last_row_alone_is_read_as_it_is_among_all():
    closes, volumes, _ = market()
    reader = Reader(trained())
    for end in range(100, len(closes), 50):
        rows = features(closes[end - 100 : end], volumes[end - 100 : end])[-50:]
        assert reader.last(rows) == pytest.approx(reader.filtered(rows)[-1], abs=1e-12)


def test_a_reading_takes_less_than_five_milliseconds():
    closes, volumes, _ = market()
    reader, best = Reader(trained()), 1.0
    for _ in range(50):
        begun = time.perf_counter()
        reader.see(closes[-100:], volumes[-100:], 50, 0.15, 1.0)
        best = min(best, time.perf_counter() - begun)
    assert best < 0.005


def test_reading_needs_no_hmmlearn():
    code = (
        "import sys, holdfast.wiring.sighting, holdfast.desk.regime.detector\n"
        "assert not {'hmmlearn', 'sklearn', 'scipy'} & set(sys.modules), 'imported'"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("probabilities", "confidence", "bias", "regime"),
    [
        ((0.70, 0.20, 0.10), 0.50, -0.60, BEARISH),
        ((0.10, 0.25, 0.65), 0.40, 0.55, BULLISH),
        ((0.45, 0.30, 0.25), 0.15, -0.20, BEARISH),
        ((0.40, 0.35, 0.25), 0.05, 0.0, BEARISH),
        ((1 / 3, 1 / 3, 1 / 3), 0.0, 0.0, RANGING),
    ],
)
def test_confidence_is_the_lead_of_the_first_and_bias_counts_from_the_threshold_on(
    probabilities, confidence, bias, regime
):
    seen = judged(np.array(probabilities), 1.0, 0.15, 1.0)
    assert (seen.confidence, seen.bias) == pytest.approx((confidence, bias))
    assert seen.regime == regime


@pytest.mark.parametrize(
    ("rows", "depth"),
    [
        (4001, 1.0),
        (4000, 1.0),
        (3999, 0.95),
        (2500, 0.95),
        (2499, 0.85),
        (1000, 0.85),
        (999, 0.70),
    ],
)
def test_a_shallow_training_is_believed_less(rows, depth):
    assert depth_of(rows, 4000, 500) == depth


def said(regime, confidence, bias):
    return Seen((0.0, 0.0, 0.0), regime, confidence, bias)


@pytest.mark.parametrize(
    ("short", "long", "expected", "agreement"),
    [
        (said(BULLISH, 0.6, 0.7), said(BULLISH, 0.4, 0.5), (BULLISH, 0.60, 0.56), "full"),
        (said(RANGING, 0.5, 0), said(BEARISH, 0.5, -0.6), (BEARISH, 0.25, -0.30), "1m_cooling"),
        (said(RANGING, 0.5, 0), said(BEARISH, 0.39, -0.6), (RANGING, 0.195, -0.30), "1m_cooling"),
        (said(RANGING, 0.5, 0), said(BEARISH, 0.40, -0.6), (BEARISH, 0.20, -0.30), "1m_cooling"),
        (said(BULLISH, 0.9, 0.9), said(RANGING, 0.5, 0), (RANGING, 0, 0), "15m_neutral"),
        (said(BULLISH, 0.9, 0.9), said(BEARISH, 0.9, -0.9), (RANGING, 0, 0), "conflict"),
    ],
)
def test_two_candle_lengths_speak_as_one(short, long, expected, agreement):
    found, told = consensus(short, long, (0.3, 0.7), 0.5)
    assert (found.regime, found.confidence, found.bias) == pytest.approx(expected)
    assert told == agreement


def test_weights_of_nothing_are_those_of_the_catalogue():
    both = said(BULLISH, 0.6, 1.0), said(BULLISH, 0.6, 0.0)
    assert consensus(*both, (0.0, 0.0), 0.5)[0].bias == pytest.approx(0.3)


def test_a_model_comes_back_from_its_file_to_the_last_bit(tmp_path):
    model = trained()
    path = write(model, tmp_path / "models", "primary")
    assert read(path) == model
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_was_tampered_with_is_not_used_and_the_version_before_it_is(tmp_path):
    write(trained(), tmp_path, "primary")
    path = write(replace(trained(), version=2), tmp_path, "primary")
    path.write_text(path.read_text().replace('"seed":42', '"seed":43'))
    with pytest.raises(DataError, match="checksum"):
        read(path)
    model, faults = newest(tmp_path, "primary")
    assert model.version == 1
    assert "checksum" in faults[0]


def test_what_came_true_is_in_three_equal_parts():
    truth = came_true(market()[0])
    assert np.bincount(truth) == pytest.approx([len(truth) / 3] * 3, abs=2)


def test_a_claim_that_is_met_has_no_calibration_error():
    claimed = np.array([[0.75, 0.25, 0.0]] * 4)
    assert calibration_error(claimed, np.array([0, 0, 0, 1])) == pytest.approx(0)
    assert calibration_error(claimed, np.array([1, 1, 1, 1])) == pytest.approx(0.75)
