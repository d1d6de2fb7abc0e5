"""What the venue was told to watch for is never older than the desk, though most steps tell it nothing."""

import pytest

from holdfast.desk.tick import close_tick, tick
from holdfast.wiring import bench

POOR = {"opening_quote_per_slot": "12", "opening_base_per_slot": "60"}
CYCLING = {"sticky_mode_enabled": "false", "pair_refresh_pct": "0.4"}
NARROW = {"max_api_calls_per_loop": "3", "max_entry_adds_per_loop": "1"}


def seen(desk):
    watch = desk.watch
    return watch.always, watch.due, watch.floor, watch.ceiling


@pytest.mark.parametrize("settings", [{}, POOR, CYCLING, NARROW, POOR | NARROW])
def test_a_watch_told_again_after_any_tick_says_the_same(settings, monkeypatch):
    plain = bench.bench_profile
    monkeypatch.setattr(
        bench, "bench_profile", lambda slots, **more: plain(slots, **more | settings)
    )
    desk, venue = bench._grid(12, bench._swing(250))
    while True:
        venue.skip_quiet(desk.watch)
        summary = tick(desk)
        told = seen(desk)
        desk.watch_again()
        assert seen(desk) == told
        if summary.over:
            break
        close_tick(desk, summary, orchestrated=False, task_run="")
    assert desk.counters.fills > 10


def test_a_longer_walk_of_floats_stops_where_decimals_do():
    desk, venue = bench._grid(40, bench._swing(400))
    tick(desk)
    candles, matching = venue._position.feed.window().candles, venue._matching
    first = venue._first_reached(candles, 1, len(candles), desk.watch)
    low, high = matching.bids.best, matching.asks.best
    exact = [
        index
        for index in range(1, len(candles))
        if candles.low[index] <= low or candles.high[index] >= high
    ]
    assert first == exact[0]
