"""Laws of candles: what is written is read back, and a market is the same however it is walked."""

import tempfile
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.domain.market import MINUTE, path
from holdfast.venue.candles import Candles, FileFeed
from holdfast.venue.files import load_candles
from holdfast.venue.market import LABELS, GeneratedFeed
from holdfast.venue.writing import write_candles

TICK = Decimal("0.00001")
STEP = Decimal("0.01")
COLUMNS = ("at", "open", "high", "low", "close", "volume")

amounts = st.integers(min_value=1, max_value=10**9)
candle_rows = st.lists(
    st.tuples(amounts, amounts, amounts, amounts, st.integers(0, 10**12)), min_size=2, max_size=30
)
seeds = st.integers(min_value=0, max_value=2**63 - 1)
regimes = st.sampled_from(("mixed", *LABELS))


def candles_of(rows, seconds=60):
    made = []
    for number, (one, other, opened, closed, volume) in enumerate(rows):
        four = (one, other, opened, closed)
        values = (opened, max(four), min(four), closed)
        at = 1_700_000_000_000_000 + number * seconds * 1_000_000
        made.append((at, *[value * TICK for value in values], volume * STEP))
    return Candles.from_rows(made, seconds=seconds, tick=TICK, step=STEP)


def market(seed, regime, seconds=60):
    return GeneratedFeed(seed, regime, Decimal("0.1"), 0, seconds, Decimal("0.000001"))


@settings(deadline=None, max_examples=40)
@given(rows=candle_rows, ending=st.sampled_from(["csv", "parquet", "feather"]))
def test_what_is_written_is_read_back_to_the_last_digit(rows, ending):
    candles = candles_of(rows)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"candles.{ending}"
        write_candles(file, candles)
        loaded = load_candles(file, tick=TICK, step=STEP)
    for name in COLUMNS:
        assert getattr(loaded.candles, name) == getattr(candles, name)
    assert loaded.report.repaired == {}
    assert loaded.report.gaps == ()


@given(rows=candle_rows)
def test_floats_and_text_of_the_same_candles_give_the_same_columns(rows):
    candles = candles_of(rows)
    arrays = [np.array([float(v) for v in getattr(candles, name)]) for name in COLUMNS[1:]]
    built = Candles.from_numpy(
        np.array(candles.at),
        (arrays[0], arrays[1], arrays[2], arrays[3]),
        arrays[4],
        seconds=60,
        tick=TICK,
        step=STEP,
    )
    for name in COLUMNS:
        assert getattr(built, name) == getattr(candles, name)


@given(rows=candle_rows)
def test_equal_values_of_a_column_are_one_object(rows):
    candles = candles_of(rows + rows)
    for name in COLUMNS[1:]:
        column = getattr(candles, name)
        assert len({id(value) for value in column}) == len(set(column))


@given(rows=candle_rows)
def test_a_path_visits_exactly_the_prices_of_its_candle(rows):
    for index in range(len(rows)):
        candle = candles_of(rows).row(index)
        walked = path(candle)
        assert walked[0] == candle.open
        assert walked[3] == candle.close
        assert sorted(walked[1:3]) == [candle.low, candle.high]


@given(rows=candle_rows, taken=st.integers(0, 40))
def test_a_file_feed_goes_on_where_another_stopped(rows, taken):
    candles = candles_of(rows)
    first, second = FileFeed(candles), FileFeed(candles)
    for _ in range(taken):
        first.next()
    second.restore(first.state())
    assert list(iter(second.next, None)) == list(iter(first.next, None))


@settings(deadline=None, max_examples=15)
@given(seed=seeds, regime=regimes, taken=st.integers(0, 1500))
def test_a_generated_market_goes_on_where_another_stopped(seed, regime, taken):
    first, second = market(seed, regime), market(seed, regime)
    for _ in range(taken):
        first.next()
    second.restore(first.state())
    assert [second.next() for _ in range(800)] == [first.next() for _ in range(800)]


@settings(deadline=None, max_examples=15)
@given(seed=seeds, regime=regimes, seconds=st.sampled_from([1, 60, 300, 86_400]))
def test_generated_candles_are_sound_and_join_without_a_seam(seed, regime, seconds):
    feed = market(seed, regime, seconds)
    rows = [feed.next() for _ in range(1000)]
    for before, after in pairwise(rows):
        assert after.at - before.at == seconds * 1_000_000
        assert after.open == before.close
    for row in rows:
        assert row.high >= max(row.open, row.close) >= min(row.open, row.close) >= row.low > 0
        assert row.volume > 0
        assert not row.close % Decimal("0.000001")


@settings(deadline=None, max_examples=15)
@given(seed=seeds, chunks=st.lists(st.integers(1, 900), min_size=1, max_size=8))
def test_passing_over_candles_leads_where_taking_them_does(seed, chunks):
    walked, skipped = market(seed, "mixed"), market(seed, "mixed")
    for chunk in chunks:
        window = skipped.window()
        count = min(chunk, window.stop - window.start)
        skipped.skip(count)
        for _ in range(count):
            walked.next()
    assert skipped.next() == walked.next()


@settings(deadline=None, max_examples=20)
@given(seed=seeds)
def test_a_mixed_market_plays_every_regime_hours_at_a_time_and_opens_ranging(seed):
    feed = market(seed, "mixed")
    labels = [feed.label(number * MINUTE) for number in range(720 * 3)]
    assert labels[0] == "ranging"
    changes = [0, *[n for n, (a, b) in enumerate(pairwise(labels), 1) if a != b]]
    assert min(after - before for before, after in pairwise(changes)) >= 120
    for block in range(3):
        assert set(labels[block * 720 : (block + 1) * 720]) == set(LABELS)


@pytest.mark.parametrize("regime", LABELS)
def test_a_plain_market_has_one_label(regime):
    feed = market(1, regime)
    assert {feed.label(at * MINUTE) for at in range(0, 5000, 7)} == {regime}
