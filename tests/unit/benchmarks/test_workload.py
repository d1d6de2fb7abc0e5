"""Hold the candles and the plain loops to figures that were compared by hand with the reference texts."""

import numpy as np
import pytest

from benchmarks import reference, workload


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv(workload.FOLDER_VARIABLE, str(tmp_path))


@pytest.mark.parametrize(("days", "digest"), [(3, "a2bf2a2fb6e6"), (30, "2da24940d236")])
def test_the_seed_gives_the_same_candles_everywhere(days, digest):
    assert workload.digest(workload.generate(days)) == digest


def test_a_candle_opens_at_the_close_before_it_and_holds_its_path():
    candles = workload.generate(3)
    assert np.array_equal(candles.open[1:], candles.close[:-1])
    assert (candles.low <= np.minimum(candles.open, candles.close)).all()
    assert (candles.high >= np.maximum(candles.open, candles.close)).all()
    assert (np.diff(candles.times) == 60_000_000).all()


def test_a_shorter_run_sees_the_first_candles_of_a_longer_one(tmp_path):
    drawn, kept = workload.load(500), workload.load(100)
    assert [path.suffix for path in tmp_path.iterdir()] == [".npz"]
    assert all(np.array_equal(short, long[:100]) for short, long in zip(kept, drawn, strict=True))


@pytest.mark.parametrize("count", [0, -1, workload.MOST_CANDLES + 1])
def test_a_count_the_workload_does_not_have_is_refused(count, tmp_path):
    with pytest.raises(ValueError, match="between 1 and 525600"):
        workload.load(count)
    assert not list(tmp_path.iterdir())


def test_the_path_visits_the_nearer_extreme_first():
    columns = (np.array([10.0, 10.0]), np.array([11.0, 13.0]), np.array([8.0, 9.0]))
    candles = workload.Candles(np.array([0, 1]), *columns, np.array([9.0, 12.0]))
    assert workload.path_prices(candles).tolist() == [[10, 11, 8, 9], [10, 9, 13, 12]]


def test_offsets_start_over_after_eighty_slots():
    away = workload.offsets(81)
    assert away[0] == away[80] == pytest.approx(0.002)
    assert away[79] == pytest.approx(0.002 + 79 * 0.0005)


@pytest.mark.parametrize("loop", [reference.ladder, reference.scan])
@pytest.mark.parametrize("snapped", [False, True])
def test_both_loops_fill_as_often_as_the_recorded_ones(loop, snapped):
    assert loop(workload.load(10_000), 1, snapped=snapped).fills == 40


def test_the_ladder_fills_as_often_as_the_recorded_one_with_eighty_slots():
    book = reference.ladder(workload.load(10_000), 80)
    assert (book.fills, round(book.profit, 3)) == (1284, 100.594)


@pytest.mark.parametrize("snapped", [False, True])
def test_ladder_and_scan_keep_the_same_books(snapped):
    candles = workload.load(1000)
    ladder = reference.ladder(candles, 20, snapped=snapped)
    scan = reference.scan(candles, 20, snapped=snapped)
    assert (ladder.fills, ladder.placed) == (scan.fills, scan.placed)
    assert ladder.profit == pytest.approx(scan.profit)
    assert ladder.fees == pytest.approx(scan.fees)
