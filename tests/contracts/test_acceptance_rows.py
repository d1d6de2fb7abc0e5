"""Which test shows which row of the acceptance matrix, and which bound of the cheat-sheet is tried where.

Every row names at least one test, and every test named is there. Rows whose sentence no other file
takes as its own are shown here: sticky timers, base sizing, compounding, and what a restart clears.
"""

import ast
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from desk_world import World, walk
from msgspec.structs import replace
from slot_story import SlotStory, kinds
from strategies import DOGE

from holdfast.desk.holds import put_up
from holdfast.desk.inbox import Inbox
from holdfast.desk.loop import Loop
from holdfast.desk.session import NoOrchestrator
from holdfast.engine.pricing import entry_size
from holdfast.engine.sizing import Sizing, entry_amount
from holdfast.wiring.house import Stopwatch

ROOT = Path(__file__).parents[2]
ENGINE, DESK = "tests/unit/engine/", "tests/unit/desk/"
HERE = "tests/contracts/test_acceptance_rows.py::"
MATRIX = {
    1: (
        DESK + "test_bring_up.py::test_bootstrap_both_sides_with_cap_1_places_2_and_defers_0",
        DESK + "test_bring_up.py::test_bootstrap_of_one_side_under_suppression_passes_the_cap_too",
        DESK + "test_bring_up.py::test_repairs_with_cap_1_place_2_and_defer_0",
    ),
    2: (
        DESK
        + "test_bring_up.py::"
        + "test_an_ordinary_source_with_cap_1_places_1_defers_1_and_the_next_tick_drains_it",
    ),
    3: (
        DESK
        + "test_bring_up.py::test_tier_2_with_its_grace_elapsed_keeps_a_side_from_being_repaired",
        DESK
        + "test_bring_up.py::"
        + "test_a_tier_that_drops_keeps_its_side_through_the_cooldown_and_gives_it_back_at_its_end",
        DESK
        + "test_bring_up.py::"
        + "test_a_grace_of_60_s_lets_a_bootstrap_place_both_sides_until_it_is_over",
    ),
    4: (HERE + "test_row_4_a_sticky_timer_orphans_nothing_and_a_cycling_one_at_1350_s",),
    5: (
        DESK + "test_release.py::test_a_release_is_refused_by_each_gate_with_what_was_measured",
        DESK
        + "test_release.py::test_a_recon_hold_stops_every_release_and_the_next_one_is_checked_again",
        ENGINE + "test_release.py::test_a_released_position_is_closed_soft",
    ),
    6: (
        ENGINE + "test_gates.py::test_exactly_fifty_percent_releases_nothing",
        ENGINE
        + "test_gates.py::test_fifty_one_percent_releases_every_exit_that_passes_within_the_batch",
        ENGINE
        + "test_gates.py::test_eighty_one_percent_drains_by_age_alone_and_stops_at_the_target",
    ),
    7: (ENGINE + "test_stuck_and_drift.py::test_vintage_counts_2_2_2_2_1_and_sum_is_exits",),
    8: (
        ENGINE + "test_capacity.py::test_row_8_safe_cap_headroom_bands_and_slots_under_it",
        DESK + "test_entry_budget.py::test_a_hundredth_slot_needs_the_cap_policy_to_be_overridden",
    ),
    9: (HERE + "test_row_9_base_size_is_constant_at_any_price_and_minimums_refuse",),
    10: (HERE + "test_row_10_compounding_gives_2_0_at_no_profit_2_5_at_a_half_and_fixed_2_0",),
    17: (ENGINE + "test_throughput.py::test_row_17_throughput_per_5_2",),
    19: (HERE + "test_row_19_a_transient_stop_is_cleared_and_invariant_and_pause_are_kept",),
    21: (
        ENGINE + "test_rebalance.py::test_row_21_mark_to_market_47_5_and_quote_only_95_at_a_tenth",
        HERE + "test_row_21_start_up_times_are_never_negative_and_the_whole_is_the_longest",
    ),
    22: (
        ENGINE
        + "test_allocation.py::test_quote_first_three_ready_and_ten_dollars_give_three_thirty_each",
        ENGINE
        + "test_allocation.py::"
        + "test_shares_and_what_is_left_are_the_pool_and_less_than_a_cent_a_slot_is_left",
    ),
}
BOUNDS = {
    "entry refresh triggers": ENGINE + "test_refresh.py::test_an_entry_moves_only_beyond_the_limit",
    "anti-chase": ENGINE
    + "test_refresh.py::test_one_move_less_than_the_count_runs_in_one_direction",
    "refresh pause over": ENGINE + "test_refresh.py::test_a_pause_is_over_at_its_time",
    "S1 orphan": ENGINE + "test_orphans.py::test_a_cycling_slot_sets_a_lone_exit_aside_at_its_age",
    "S1 orphan, price": ENGINE
    + "test_orphans.py::test_an_exit_the_market_has_reached_is_not_set_aside",
    "S2 orphan": ENGINE
    + "test_orphans.py::test_the_farther_of_two_exits_is_set_aside_after_their_time_together",
    "S2 orphan, tie": ENGINE
    + "test_orphans.py::test_of_two_exits_equally_far_the_sell_is_set_aside",
    "cooldown at streak": ENGINE + "test_booking.py::test_a_leg_rests_from_the_streak_named_on",
    "leg cooldown blocks": ENGINE + "test_booking.py::test_a_leg_in_cooldown_enters_at_its_time",
    "loss": ENGINE + "test_booking.py::test_a_net_of_nothing_ends_a_losing_streak",
    "volume minimum": ENGINE
    + "test_sizing.py::test_smallest_size_and_cost_are_checked_in_both_modes",
    "recovery cap": HERE + "test_a_recovery_is_evicted_when_one_more_is_above_the_cap",
    "scheduler": DESK
    + "test_bring_up.py::"
    + "test_the_scheduler_puts_an_entry_off_when_as_many_were_used_as_the_cap_allows",
    "capacity gate": DESK
    + "test_bring_up.py::"
    + "test_exempt_entries_too_are_refused_when_as_many_orders_rest_as_the_safe_cap",
    "headroom throttle": ENGINE
    + "test_capacity.py::test_the_throttle_tightens_at_five_ten_and_twenty",
    "vintage buckets": ENGINE
    + "test_stuck_and_drift.py::test_vintage_buckets_end_below_their_upper_bound",
    "backoff starts": ENGINE
    + "test_pricing.py::test_entries_widen_from_the_third_loss_up_to_the_most",
    "capacity band": ENGINE
    + "test_capacity.py::test_the_band_is_stop_below_ten_and_caution_below_twenty",
    "stale price": "tests/unit/venue/"
    "test_ccxt_looking.py::test_the_price_is_stale_when_nothing_in_the_ticker_moved_for_too_long",
    "tier confidence": ENGINE
    + "test_regime.py::test_a_tier_is_entered_at_its_confidence_and_bias_and_not_a_step_below",
    "hysteresis keeps tier": ENGINE
    + "test_regime.py::test_tier_2_is_kept_only_above_its_confidence_less_the_hysteresis",
    "dwell": ENGINE + "test_regime.py::test_a_tier_lasts_its_dwell",
    "grace": ENGINE + "test_regime.py::test_a_side_is_suppressed_once_the_grace_has_run",
    "re-entry cooldown": ENGINE
    + "test_regime.py::test_tier_2_is_not_entered_again_before_its_cooldown_is_over",
    "release gates, age": ENGINE
    + "test_gates.py::test_release_gates_are_at_least_on_all_three_by_age",
    "release gates, distance": ENGINE
    + "test_gates.py::test_release_gates_are_at_least_on_all_three_by_distance",
    "release gates, strength": ENGINE
    + "test_gates.py::test_release_gates_are_at_least_on_all_three_by_strength",
    "auto tier": ENGINE + "test_gates.py::test_a_tier_begins_strictly_above_its_bound",
    "auto tier 2, age": ENGINE + "test_gates.py::test_the_panic_tier_asks_for_age_alone",
    "auto tier 2, target": ENGINE
    + "test_gates.py::test_the_panic_tier_stays_latched_until_the_target_is_reached",
    "recon drift": ENGINE
    + "test_stuck_and_drift.py::test_recon_drift_trips_strictly_above_its_threshold_whichever_way",
    "throughput min samples": ENGINE
    + "test_throughput.py::test_twenty_cycles_are_enough_for_all_and_nineteen_are_not",
    "throughput min samples, bucket": ENGINE
    + "test_throughput.py::test_ten_cycles_are_enough_for_a_bucket_and_nine_are_not",
    "age pressure": ENGINE
    + "test_throughput.py::test_old_exits_press_only_strictly_above_their_threshold",
    "utilisation": ENGINE
    + "test_throughput.py::test_locked_capital_presses_only_strictly_above_its_threshold",
    "censored inclusion": ENGINE
    + "test_throughput.py::test_an_open_exit_counts_once_it_is_older_than_half_the_usual_time",
    "daily loss lock": "tests/unit/safety/"
    "test_triggers.py::test_a_days_loss_warns_at_four_fifths_and_trips_at_its_limit",
    "recovery pressure": DESK
    + "test_legacy.py::test_the_pressure_of_recoveries_grows_with_every_so_many_set_aside",
}
FINITE = {"s1_orphan_after": 1350_000_000, "s2_orphan_after": 1800_000_000}
NAMED = sorted({node for nodes in MATRIX.values() for node in nodes} | set(BOUNDS.values()))


@cache
def known_in(path):
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("node", NAMED)
def test_every_test_that_shows_a_row_is_there(node):
    path, _, name = node.partition("::")
    assert name in known_in(path)


@pytest.mark.plan("001-005")
def test_the_rows_of_this_part_of_the_way_are_all_shown():
    assert set(MATRIX) == {*range(1, 11), 17, 19, 21, 22}


def test_row_4_a_sticky_timer_orphans_nothing_and_a_cycling_one_at_1350_s():
    for sticky, waited, recoveries in (
        (True, 9_000_000, 0),
        (False, 1349, 0),
        (False, 1350, 1),
        (False, 1351, 1),
    ):
        story = SlotStory(sticky=sticky, **FINITE)
        story.enter()
        story.fill("B")
        story.wait(waited).timed()
        assert len(story.slot.recoveries) == recoveries
        assert story.slot.s2_entered_at is None


def test_row_9_base_size_is_constant_at_any_price_and_minimums_refuse():
    story = SlotStory(base_sized=True)
    for price in ("0.045", "0.1", "1.02"):
        assert entry_size(story.rules, Decimal(price), Decimal(18)) == 18
    least = story.rules.instrument.min_base
    assert entry_size(story.rules, Decimal("0.1"), least) == least
    assert entry_size(story.rules, Decimal("0.1"), least - DOGE.size_step) is None
    market = replace(story.rules.instrument, min_quote=Decimal("1.8"))
    rules = replace(story.rules, instrument=market)
    assert entry_size(rules, Decimal("0.1"), Decimal(18)) == 18
    assert entry_size(rules, Decimal("0.1"), Decimal(17)) is None


def test_row_10_compounding_gives_2_0_at_no_profit_2_5_at_a_half_and_fixed_2_0():
    grows = Sizing(base_sized=False, amount=Decimal(2), compounding=True)
    fixed = Sizing(base_sized=False, amount=Decimal(2), compounding=False)
    slot = SlotStory().slot
    for profit, amount in (("-0.5", "2"), ("0", "2"), ("0.5", "2.5")):
        rich = replace(slot, net_profit=Decimal(profit))
        assert entry_amount(grows, rich, Decimal("0.1"), DOGE) == Decimal(amount)
        assert entry_amount(fixed, rich, Decimal("0.1"), DOGE) == 2


@pytest.mark.parametrize(
    ("name", "reason", "mode"),
    [
        ("", "signal 15", "RUNNING"),
        ("invariant", "signal 15", "HALTED"),
        ("operator", "process exit", "PAUSED"),
    ],
)
def test_row_19_a_transient_stop_is_cleared_and_invariant_and_pause_are_kept(name, reason, mode):
    world = World(walk([(5, 5, 0, 1)] * 6), slots=1)
    try:
        world.open()
        world.tick()
        if name:
            put_up(world.desk, name, "a test")
        loop = Loop(world.desk, Inbox(), NoOrchestrator(), candle_seconds=60, speed=0)
        loop.stop(reason)
        loop.finish()
        world.die()
        world.open()
        assert world.desk.mode() == mode
        assert set(world.desk.books.holds) == ({name} if name else set())
    finally:
        world.close()


@pytest.mark.parametrize(
    ("cap", "standing", "evicted"), [(2, 1, 0), (2, 2, 1), (3, 2, 0), (1, 2, 2)]
)
def test_a_recovery_is_evicted_when_one_more_is_above_the_cap(cap, standing, evicted):
    story = SlotStory(sticky=False, **{**FINITE, "max_recoveries": 9})
    story.enter()
    for _ in range(standing):
        story.fill("B")
        story.wait(1350).timed()
        story.wait(1)
        story.enter("B")
    assert len(story.slot.recoveries) == standing
    story.fill("B")
    story.rules = replace(story.rules, max_recoveries=cap)
    events = kinds(story.wait(1350).timed())
    assert events.count("EvictionStarted") == evicted
    assert ("ExitOrphaned" in events) is (evicted == 0)


@pytest.mark.plan("001-097")
def test_row_21_start_up_times_are_never_negative_and_the_whole_is_the_longest():
    class Hand:
        def __init__(self):
            self.at = 5.0

        def monotonic(self):
            return self.at

    clock = Hand()
    watch = Stopwatch(clock)
    for name, seconds in (("replay", 0.0), ("reconcile", 0.0124), ("bootstrap", 1.5)):
        clock.at += seconds
        watch.lap(name)
    told = watch.done()
    assert told == {
        "startup_replay_ms": 0,
        "startup_reconcile_ms": 12,
        "startup_bootstrap_ms": 1500,
        "startup_total_ms": 1512,
    }
    assert max(told.values()) == told["startup_total_ms"]
    assert min(told.values()) >= 0
