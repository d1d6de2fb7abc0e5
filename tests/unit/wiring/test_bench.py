"""The product's own measurements count what they say, and leave a ledger that verifies."""

import numpy as np
import pytest

from holdfast.wiring import bench


@pytest.fixture
def market():
    closes = bench._swing(300)
    opening = np.concatenate([closes[:1], closes[:-1]])
    times = np.arange(300, dtype=np.int64) * 60_000_000
    return times, opening, np.maximum(opening, closes), np.minimum(opening, closes), closes


def test_a_replay_is_repeated_and_tells_its_speed_fills_and_hash(market):
    figures = bench.measure(*market, 8, min_seconds=0.02)
    assert figures["repeats"] >= 1
    assert figures["seconds"] >= 0.02
    assert figures["fills"] > 0
    speed = 300 * figures["repeats"] / figures["seconds"]
    assert figures["candles_per_second"] == pytest.approx(speed)
    again = bench.measure(*market, 8, min_seconds=0.0001)
    assert again["event_hash"] == figures["event_hash"]


def test_a_quiet_tick_and_a_fill_have_a_cost(monkeypatch):
    monkeypatch.setattr(bench, "QUIET_TICKS", 20)
    monkeypatch.setattr(bench, "FILLS", 200)
    assert 0 < bench.quiet_tick(8) < 1
    assert 0 < bench.per_fill(80) < 1


def test_the_profile_of_the_benchmark_loads_with_ten_thousand_slots():
    assert bench.bench_profile(10_000).settings.slots == 10_000


@pytest.mark.parametrize("opened", [bench.ledger_commit, bench.ledger_commit_projected])
def test_each_commit_takes_fifty_rows_of_a_real_run(opened, tmp_path, monkeypatch):
    monkeypatch.setattr(bench, "COMMITS", 20)
    kept = []
    folding = bench.DuckDbLedger.commit
    monkeypatch.setattr(
        bench.DuckDbLedger,
        "commit",
        lambda ledger, at, entries: kept.append(len(entries)) or folding(ledger, at, entries),
    )
    with opened(tmp_path) as commit:
        for _ in range(5):
            commit()
    assert kept == [1, *[50] * 5]
