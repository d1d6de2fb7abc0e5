"""The machine of the execution mode, row by row of its table."""

import typing

import msgspec
import pytest
from mode_run import Run, dry, live
from mode_world import NOON, RULES, record

from holdfast.safety.mode_machine import TAKES
from holdfast.safety.mode_state import (
    Booted,
    Capped,
    Changed,
    ClockJumped,
    FlapAcknowledged,
    Measured,
    Mode,
    ModeEvent,
    ModeState,
    OrdersCounted,
    PromotionBlocked,
    ReadRejected,
    Stopped,
    TimePassed,
    effective_level,
)

FAILURES = ("exception", "timeout", "missing", "bad_json", "wrong_schema")


def test_every_event_is_in_the_table():
    assert set(TAKES) | {TimePassed} == set(typing.get_args(ModeEvent))


@pytest.mark.plan("004-077", "004-004")
def test_live_requires_three_spaced_reads():
    run = dry()
    modes = []
    for now in (0.0, 5.0, 10.0):
        run.good(now)
        modes.append((run.mode.value, run.state.streak))
    assert modes == [("ARMING", 1), ("ARMING", 2), ("LIVE", 3)]


@pytest.mark.parametrize(
    ("times", "mode"),
    [
        ((0, 5, 9.999), "ARMING"),
        ((0, 5, 10.0), "LIVE"),
        ((0, 0.999, 10), "ARMING"),
        ((0, 1.0, 2.0, 9.9), "ARMING"),
        ((0, 1.0, 10.0), "LIVE"),
        ((0, 10.0), "ARMING"),
        ((0, 0.5, 10.0), "ARMING"),
        (tuple(index / 100 for index in range(500)), "ARMING"),
    ],
)
def test_reads_must_be_a_second_apart_and_cover_the_span(times, mode):
    run = dry()
    for now in times:
        run.good(float(now))
    assert run.mode == mode


@pytest.mark.parametrize("reads", [1, 2, 3, 20])
def test_as_many_reads_as_the_profile_says(reads):
    run = dry(rules=msgspec.structs.replace(RULES, arm_reads=reads, arm_min_span_s=0))
    for count in range(1, max(reads, 2)):
        assert run.good(float(count)).mode is Mode.ARMING
    assert run.good(float(max(reads, 2))).mode is Mode.LIVE


@pytest.mark.plan("004-077", "004-003", "004-006")
@pytest.mark.parametrize("kind", FAILURES)
def test_streak_resets_on_each_failure_kind(kind):
    run = dry().good(0.0).good(5.0).failed(6.0, kind)
    assert (run.mode, run.state.streak) == (Mode.DRY, 0)
    assert run.told(ReadRejected) == [ReadRejected(kind)]
    assert run.good(7.0).good(12.0).mode is Mode.ARMING
    assert run.good(17.0).mode is Mode.LIVE
    assert run.failed(18.0, kind).mode is Mode.DRY


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("wrong_env", {"env": "live"}),
        ("expired", {"epoch": 8, "seconds": 5, "wall": NOON}),
        ("older_epoch", {"epoch": 6}),
        ("epoch_conflict", {"reason": "the same epoch, other words"}),
        ("profile_mismatch", {"epoch": 8, "profile_sha": "6" * 64}),
    ],
)
def test_a_record_that_is_not_meant_for_this_desk_now_counts_as_a_failed_read(kind, fields):
    for run in (dry().good(0.0).good(5.0), live()):
        run.good(11.0, **fields)
        assert (run.mode, run.state.streak) == (Mode.DRY, 0)
        assert run.told(ReadRejected) == [ReadRejected(kind)]
        assert run.told(Changed)[-1].cause == f"read_{kind}"


def test_healthy_reads_of_dry_do_not_count_towards_live():
    run = dry()
    for now in range(10):
        run.good(float(now), requested="DRY")
    assert (run.mode, run.state.streak) == (Mode.DRY, 0)
    assert run.good(10.0, epoch=8).state.streak == 1


@pytest.mark.parametrize(("orders", "mode"), [(0, Mode.DRY), (1, Mode.DRAIN), (80, Mode.DRAIN)])
def test_a_request_for_dry_is_followed_at_once(orders, mode):
    assert live(orders).good(10.1, epoch=8, requested="DRY").mode is mode


def test_a_drain_ends_in_dry_when_nothing_of_ours_is_open():
    run = live(2).failed(11.0).at(12.0, OrdersCounted(1))
    assert run.mode is Mode.DRAIN
    assert run.at(13.0, OrdersCounted(0)).mode is Mode.DRY
    assert run.told(Changed)[-1] == Changed(Mode.DRAIN, Mode.DRY, "drained")


def test_a_drain_that_is_over_goes_on_arming_where_it_was():
    run = live(2).failed(11.0).good(12.0)
    assert (run.mode, run.state.streak) == (Mode.DRAIN, 1)
    assert run.at(13.0, OrdersCounted(0)).mode is Mode.ARMING


def test_a_desk_that_drains_may_become_live_again_by_the_same_reads():
    run = live(2).failed(11.0)
    assert run.good(12.0).good(17.0).mode is Mode.DRAIN
    assert run.good(22.0).mode is Mode.DRAIN, "this would be the third change within ten minutes"
    assert run.told(PromotionBlocked) == [PromotionBlocked()]


@pytest.mark.parametrize(("age", "mode"), [(14.9, "LIVE"), (15.0, "LIVE"), (15.001, "DRY")])
@pytest.mark.plan("004-003")
def test_stale_cache_demotes_without_reads(age, mode):
    run = live().at(10.0 + age, TimePassed())
    assert run.mode == mode
    assert [each.cause for each in run.told(Changed)][3:] == ["stale"] * (mode == "DRY")


@pytest.mark.parametrize(("now", "mode"), [(899.0, "LIVE"), (900.0, "LIVE"), (900.001, "DRY")])
def test_a_lease_is_honoured_so_long_and_no_longer(now, mode):
    run = live()
    for tick in range(15, int(now), 5):
        run.good(float(tick))
    assert run.at(now, TimePassed()).mode == mode


def test_setting_the_wall_clock_back_extends_no_lease():
    run = live()
    run.shift = -7200.0
    for tick in range(15, 1000, 5):
        run.good(float(tick))
    assert run.mode is Mode.DRY
    lapsed = [each for each in run.told(Changed) if each.before is Mode.LIVE]
    assert [each.cause for each in lapsed] == ["lease_expired"]


def test_a_renewed_grant_reaches_as_far_as_the_grant_and_no_farther():
    run = dry(rules=msgspec.structs.replace(RULES, live_lease_s=100.0))
    kept = {"wall": NOON, "seconds": 150}
    for tick in range(0, 90, 5):
        run.good(float(tick), **kept)
    run.shift = -7200.0
    for tick in range(90, 150, 5):
        run.good(float(tick), epoch=8, issued_at=record().issued_at, **kept)
        assert run.mode is Mode.LIVE
    assert run.at(150.0, TimePassed()).mode is Mode.LIVE
    assert run.at(150.1, TimePassed()).mode is Mode.DRY
    assert run.good(151.0, epoch=9, **kept).state.streak == 0


@pytest.mark.parametrize("jump", [-3600.0, -5.1, 5.1, 600.0])
def test_wall_clock_jump_has_no_effect(jump):
    run = live()
    run.shift = jump
    assert run.good(15.0).mode is Mode.LIVE
    assert [round(each.seconds, 3) for each in run.told(ClockJumped)] == [jump]


@pytest.mark.parametrize(("jump", "streak"), [(5.0, 3), (-5.0, 3), (5.1, 0), (-5.1, 0)])
def test_a_wall_clock_jump_beyond_five_seconds_begins_the_streak_anew(jump, streak):
    run = dry(rules=msgspec.structs.replace(RULES, arm_reads=9)).good(0.0).good(5.0)
    run.shift = jump
    assert run.good(10.0).state.streak == streak
    assert run.mode is (Mode.ARMING if streak else Mode.DRY)


def test_a_jump_past_the_end_of_the_grant_ends_it():
    run = live()
    run.shift = 3600.0
    assert run.good(15.0).mode is Mode.DRY


@pytest.mark.parametrize("most", ["HALT", "DRY"])
def test_a_profile_below_live_never_arms(most):
    run = live(rules=msgspec.structs.replace(RULES, most=most))
    assert (run.mode, run.state.streak) == (Mode.DRY, 0)
    assert effective_level(run.state, run.rules) == most


@pytest.mark.parametrize(
    ("most", "cap", "level"),
    [
        ("LIVE", "LIVE", "LIVE"),
        ("LIVE", "CANARY_LIVE", "CANARY_LIVE"),
        ("CANARY_LIVE", "LIVE", "CANARY_LIVE"),
        ("LIVE", "DRY", "DRY"),
        ("LIVE", "HALT", "HALT"),
        ("CANARY_LIVE", "DRY", "DRY"),
    ],
)
def test_the_effective_mode_is_the_lowest_of_all_caps(most, cap, level):
    run = live(rules=msgspec.structs.replace(RULES, most=most)).at(11.0, Capped(cap, "override"))
    assert effective_level(run.state, run.rules) == level
    run.at(12.0, Capped("LIVE", ""))
    assert (run.mode is Mode.LIVE) == (cap in {"LIVE", "CANARY_LIVE"}), "a cap never raises"


def test_an_unmet_precondition_keeps_a_desk_from_arming_and_demotes_no_live_one():
    run = dry().at(0.0, Measured(("clock_skew",))).good(0.0).good(5.0).good(10.0)
    assert (run.mode, run.state.streak) == (Mode.DRY, 0)
    run.at(10.0, Measured(())).good(15.0).at(16.0, Measured(("caps_present",))).good(20.0)
    assert run.mode is Mode.DRY
    assert run.told(Changed)[-1].cause == "precondition:caps_present"
    assert live().at(11.0, Measured(("no_unknown_intent",))).good(15.0).mode is Mode.LIVE


def test_nothing_arms_before_the_desk_has_measured_anything():
    run = Run().at(0.0, Booted()).good(0.0).good(5.0).good(10.0)
    assert (run.mode, run.state.unmet) == (Mode.DRY, ("not_measured",))


def test_a_desk_that_boots_counts_no_reads():
    run = Run().at(0.0, Measured(())).good(0.0).good(5.0).good(10.0)
    assert (run.mode, run.state.streak) == (Mode.BOOT, 0)
    assert run.at(10.0, Booted()).mode is Mode.DRY


@pytest.mark.plan("004-004", "004-066", "004-067")
def test_the_worked_timeline_of_a_store_that_hangs_and_comes_back():
    run = dry().at(0.0, OrdersCounted(4))
    for now in range(0, 35, 5):
        run.good(float(now))
        assert run.mode is (Mode.LIVE if now >= 10 else Mode.ARMING)
    assert run.at(45.0, TimePassed()).mode is Mode.LIVE
    assert run.at(45.1, TimePassed()).mode is Mode.DRAIN
    for now in (60.0, 65.0, 70.0):
        run.good(now)
    assert (run.mode, run.state.flap_blocked) == (Mode.DRAIN, True)
    for now in range(75, 610, 5):
        assert run.good(float(now)).mode is Mode.DRAIN
    assert run.good(610.0).mode is Mode.LIVE
    assert run.told(PromotionBlocked) == [PromotionBlocked()]
    causes = [each.cause for each in run.told(Changed)]
    assert causes == ["boot", "requested_live", "armed", "stale", "armed"]


@pytest.mark.parametrize("how", ["event", "new grant", "renewal", "dry"])
def test_an_operator_may_let_the_next_promotion_pass(how):
    run = live().failed(11.0).good(12.0).good(17.0).good(22.0)
    assert run.state.flap_blocked
    again = {"epoch": 7}
    if how == "event":
        run.at(23.0, FlapAcknowledged())
    elif how == "new grant":
        again = {"epoch": 8, "seconds": 4000}
    elif how == "renewal":
        again = {"epoch": 8, "reason": "lease renewed: test"}
    else:
        run.good(23.0, epoch=8, requested="DRY")
        again = {"epoch": 8, "requested": "DRY"}
    assert run.good(27.0, **again).mode is (
        Mode.LIVE if how in {"event", "new grant"} else Mode.DRY if how == "dry" else Mode.ARMING
    )


@pytest.mark.parametrize("cause", ["failed", "stop", "cap", "dry"])
def test_flapping_never_holds_a_demotion_back(cause):
    run = live()
    for start in (100.0, 200.0):
        run.failed(start).at(start, FlapAcknowledged())
        for now in (1.0, 6.0, 11.0):
            run.good(start + now)
        run.at(start + 12, FlapAcknowledged()).good(start + 16)
        assert run.mode is Mode.LIVE
    {
        "failed": lambda: run.failed(217.0),
        "stop": lambda: run.at(217.0, Stopped("api")),
        "cap": lambda: run.at(217.0, Capped("DRY", "hold_recon")),
        "dry": lambda: run.good(217.0, epoch=8, requested="DRY"),
    }[cause]()
    assert run.mode in {Mode.DRY, Mode.ESTOP}


def test_an_older_epoch_of_before_a_restart_is_known():
    run = dry(state=ModeState(seen_epoch=9)).good(0.0, epoch=8)
    assert run.told(ReadRejected) == [ReadRejected("older_epoch")]
    assert run.good(1.0, epoch=9).mode is Mode.ARMING
