"""A quiet tick looks at no order and runs no reducer, whatever the number of slots: counted, not timed."""

from decimal import Decimal
from pathlib import Path

import pytest

from holdfast.config.loader import load_profile
from holdfast.desk.tick import tick
from holdfast.domain.market import MINUTE
from holdfast.domain.slots import Block
from holdfast.venue.candles import Candles
from holdfast.wiring.replay import replay_desk

PROFILES = Path(__file__).resolve().parents[2] / "profiles"
FREE = {
    "open_order_cap": "none",
    "max_api_calls_per_loop": "1000000",
    "max_entry_adds_per_loop": "1000000",
    "bootstrap_slots_per_tick": "1000000",
}
MARK = Decimal("0.1")
EVERYTHING = {
    "sticky_mode_enabled": "true",
    "regime_directional_enabled": "true",
    "regime_manual_override": "BULLISH",
    "regime_adx_enabled": "true",
    "momentum_enabled": "true",
    "release_auto_enabled": "true",
    "release_auto_tier": "tier2",
    "tp_enabled": "true",
    "volatility_auto_profit": "true",
    "quote_first_allocation": "true",
}
KINDS = {
    "bench": {"slot_spacing_pct": "0.005"},
    "paper": {"pair_refresh_pct": "1", "participation": "0.25", "slot_spacing_pct": "0"},
}


def quiet(count, *, wiggle="0.00005"):
    step = Decimal(wiggle)
    rows = [
        (number * MINUTE, MARK, MARK + step, MARK - step, MARK, Decimal(1000))
        for number in range(count)
    ]
    return Candles.from_rows(rows, seconds=60, tick=Decimal("0.00001"), step=Decimal(1))


def settled(kind, slots):
    profile = load_profile(
        kind,
        profiles=PROFILES,
        environ={},
        overrides={**FREE, **KINDS[kind], "slots": str(slots)},
    )
    desk, venue = replay_desk(profile, quiet(8))
    tick(desk)
    tick(desk)
    assert len(desk.books.orders) == 2 * slots
    return desk, venue


def count_matching(venue):
    calls = []
    match = venue._matching.match

    def counted(*given):
        calls.append(given)
        return match(*given)

    venue._matching.match = counted
    return calls


def work(desk):
    counters = desk.counters
    return counters.reducers_run, counters.keys_woken, counters.steps, desk.ledger.sequence


@pytest.mark.parametrize("slots", [80, 10_000])
@pytest.mark.parametrize("kind", KINDS)
def test_a_quiet_tick_examines_no_order_and_runs_no_reducer(kind, slots):
    desk, venue = settled(kind, slots)
    matched, before = count_matching(venue), work(desk)
    for _ in range(3):
        summary = tick(desk)
        assert (summary.over, summary.steps, summary.events) == (False, 0, 0)
    assert matched == []
    assert work(desk) == before


@pytest.mark.parametrize("slots", [80, 2_000])
def test_with_everything_on_and_a_side_kept_away_only_a_reading_makes_a_step(slots):
    profile = load_profile(
        "paper",
        profiles=PROFILES,
        environ={},
        overrides={**FREE, **KINDS["paper"], **EVERYTHING, "slots": str(slots)},
    )
    desk, _ = replay_desk(profile, quiet(22))
    for _ in range(7):
        tick(desk)
    assert desk.index.waiting.counts() == {Block.REGIME: slots}
    reducers, sequence, steps = desk.counters.reducers_run, desk.ledger.sequence, []
    for _ in range(15):
        before = desk.counters.steps
        tick(desk)
        steps.append(desk.counters.steps - before)
    assert (desk.counters.reducers_run, desk.ledger.sequence) == (reducers, sequence)
    assert sorted(steps) == [0] * 12 + [1] * 3, "one step a signal candle"


@pytest.mark.parametrize("slots", [80, 10_000])
def test_quiet_candles_are_passed_over_without_a_step(slots):
    desk, venue = settled("paper", slots)
    matched, before = count_matching(venue), work(desk)
    assert venue.skip_quiet(desk.watch) == 6
    assert matched == []
    assert work(desk) == before


@pytest.mark.parametrize("slots", [80, 10_000])
def test_a_fill_reduces_its_own_slot_alone(slots):
    overrides = {**FREE, **KINDS["bench"], "slots": str(slots)}
    profile = load_profile("bench", profiles=PROFILES, environ={}, overrides=overrides)
    candles = quiet(3)
    candles.low[2] = Decimal("0.09979")  # reaches the three nearest buys
    desk, _ = replay_desk(profile, candles)
    tick(desk)
    tick(desk)
    before = desk.counters.reducers_run
    summary = tick(desk)
    assert summary.fills == 3
    assert desk.counters.reducers_run - before == summary.fills
