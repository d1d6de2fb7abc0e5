"""The emergency stop in the machine: set by any copy, left by one way only."""

import pytest
from mode_run import Run, dry, live

from holdfast.safety.mode_state import Mode, ResumeAsked, ResumeRefused, Stopped, effective_level


@pytest.mark.parametrize("source", ["kill_file", "latch", "ledger", "api", "store"])
@pytest.mark.parametrize("run", [Run(), dry(), dry().good(0.0), live(), live(3).failed(11.0)])
def test_a_stop_stops_from_everywhere(source, run):
    run = Run(state=run.state)
    assert run.at(12.0, Stopped(source)).mode is Mode.ESTOP
    assert run.state.stopped_by == source
    assert effective_level(run.state, run.rules) == "HALT"


def test_a_record_that_stops_is_heard_even_where_it_counts_for_nothing_else():
    for fields in ({"epoch": 3}, {"epoch": 8, "seconds": 1}, {"epoch": 8, "profile_sha": "x"}):
        run = live().good(11.0, estop=True, **fields)
        assert run.mode is Mode.ESTOP
    assert live().good(11.0, estop=True, env="live").mode is Mode.DRY, "another desk's record"


def stopped(epoch=7):
    return live().at(11.0, Stopped("kill_file")), epoch


@pytest.mark.plan("004-069")
def test_estop_clear_needs_higher_epoch():
    run, _ = stopped()
    assert run.good(15.0).at(15.0, ResumeAsked(7)).mode is Mode.ESTOP
    assert "not above 7" in run.told(ResumeRefused)[-1].reason
    run.good(20.0, epoch=8, requested="DRY")
    assert run.mode is Mode.ESTOP, "a cleared record alone does not resume"
    assert run.at(20.0, ResumeAsked(8)).mode is Mode.DRY
    assert not run.state.latched


def test_a_resume_leads_to_dry_and_never_straight_to_live():
    run, _ = stopped()
    for tick in range(15, 40, 5):
        run.good(float(tick), epoch=8)
    assert run.mode is Mode.ESTOP
    assert run.at(40.0, ResumeAsked(8)).mode is Mode.DRY
    assert (run.state.streak, run.good(41.0, epoch=8).mode) == (0, Mode.ARMING)


@pytest.mark.parametrize(
    ("prepare", "why"),
    [
        (lambda run: run.good(15.0, epoch=8, requested="DRY", estop=True), "still asks"),
        (lambda run: run.good(15.0, epoch=8, requested="DRY").failed(31.0), "too old"),
        (lambda run: run.good(15.0, epoch=9, requested="DRY"), "saw epoch 8"),
        (lambda run: run.at(15.0, Stopped("store", 8)), "not above 8"),
        (lambda run: run, "not above 7"),
    ],
)
def test_a_resume_is_refused_until_every_copy_is_clear(prepare, why):
    run = prepare(stopped()[0]).at(31.0 if why == "too old" else 15.0, ResumeAsked(8))
    assert run.mode is Mode.ESTOP
    assert why in run.told(ResumeRefused)[-1].reason


def test_a_stop_before_any_record_was_seen_is_fixed_to_the_first_one():
    run = Run().at(0.0, Stopped("kill_file")).good(1.0).at(1.0, ResumeAsked(7))
    assert (run.mode, run.state.latched_epoch) == (Mode.ESTOP, 7)
    assert run.good(2.0, epoch=8, requested="DRY").at(2.0, ResumeAsked(8)).mode is Mode.DRY


def test_a_resume_where_nothing_is_stopped_changes_nothing():
    run = live()
    before = run.state
    assert run.at(10.0, ResumeAsked(7)).state == before
    assert run.told(ResumeRefused) == [ResumeRefused("there is no emergency stop")]
