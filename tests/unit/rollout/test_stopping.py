"""A run that is asked to stop: what is not decided is cancelled, never a pass; the first Ctrl-C counts."""

import json
import os
import signal

import pytest

from holdfast.cli.interrupts import first_press
from holdfast.clock import FixedClock
from holdfast.rollout.runbook.stopping import SLICE, Stop
from holdfast.rollout.verdicts import Verdict

UP = '      - id: up\n        check: {http: "GET {{desk}}/up", expect: {status: 200}}\n'
NEXT = UP.replace("id: up", "id: next")


class Pressed(FixedClock):
    """A clock during whose waits somebody presses at a moment."""

    def __init__(self, wall, stop, after):
        super().__init__(wall)
        self._stop, self._left = stop, after

    def sleep(self, seconds):
        super().sleep(seconds)
        self._left -= seconds
        if self._left <= 0:
            self._stop.ask()


def press():
    os.kill(os.getpid(), signal.SIGINT)


def test_steps_that_were_not_looked_at_are_cancelled_and_the_journal_is_closed(place, server):
    server.answers["/up"] = [(200, {})]
    result = place.run(UP + NEXT, tell=lambda _: place.stop.ask())
    assert [step.verdict for step in result.steps] == [Verdict.PASS, Verdict.CANCELLED]
    assert result.steps[1].observed == "not looked at: the run was stopped"
    assert result.verdict is Verdict.CANCELLED
    assert len(server.asked) == 1
    lines = [json.loads(line)["entry"] for line in place.journal.path.open()]
    assert [line["verdict"] for line in lines] == ["pass", "cancelled", "cancelled"]
    assert place.rows[-1]["verdict"] == "cancelled"


@pytest.mark.parametrize(
    "patience",
    ["        hold_for: 60s\n", "        retry: {for: 60s, every: 30s}\n"],
)
def test_a_step_that_is_waited_for_ends_within_a_slice_and_is_no_pass(place, server, patience):
    server.answers["/up"] = [(200, {})] if "hold" in patience else [(503, {})]
    place.clock = Pressed(place.clock.wall(), place.stop, 3)
    result = place.run(UP + patience)
    (step,) = result.steps
    assert step.verdict is Verdict.CANCELLED
    assert step.observed.startswith("stopped after 1 looks: status ")
    assert place.seconds() <= 3 + SLICE


def test_what_was_decided_before_stays_and_a_resumed_run_looks_at_the_rest(place, server):
    server.answers["/up"] = [(200, {})]
    first = place.run(UP + NEXT, tell=lambda _: place.stop.ask())
    place.stop = Stop()
    passed = [step for step in first.steps if step.verdict is Verdict.PASS]
    second = place.run(UP + NEXT, passed=passed)
    assert second.verdict is Verdict.PASS
    assert [step.resumed for step in second.steps] == [True, False]


def test_what_passed_earlier_is_kept_by_a_run_that_is_stopped_at_once(place, server):
    server.answers["/up"] = [(200, {})]
    first = place.run(UP)
    place.stop.ask()
    again = place.run(UP + NEXT, passed=first.steps)
    assert [step.verdict for step in again.steps] == [Verdict.PASS, Verdict.CANCELLED]


def test_the_first_press_raises_nothing_and_is_told_once(capfd):
    stop = Stop()
    with first_press(stop.ask):
        press()
        assert stop.asked
        with pytest.raises(KeyboardInterrupt):
            press()
    assert capfd.readouterr().err.count("press Ctrl-C again") == 1


def test_a_press_inside_a_destructor_is_not_lost(capfd):
    class Ends:
        def __del__(self):
            press()

    stop = Stop()
    with first_press(stop.ask):
        Ends()
    assert stop.asked
    assert "Exception ignored" not in capfd.readouterr().err


def test_afterwards_ctrl_c_is_what_it_was():
    with first_press(Stop().ask):
        pass
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_where_ctrl_c_is_switched_off_it_stays_off():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with first_press(Stop().ask):
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
