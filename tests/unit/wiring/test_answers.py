"""An alert answers by lowering the desk or stopping it, without the store and without the venue."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "desk"))

from small_desk import House

from holdfast.clock import FixedClock
from holdfast.desk import holds
from holdfast.desk.alerts.evaluator import Transition
from holdfast.desk.alerts.registry import ALERTS, BY_ALERT
from holdfast.desk.control.verbs import perform, understand
from holdfast.safety.caps import cap_of_holds
from holdfast.safety.execution import ExecutionMode
from holdfast.safety.kill import StopFiles
from holdfast.safety.mode_state import Mode, ModeRules
from holdfast.wiring.answers import Answers


@pytest.fixture
def mode(tmp_path):
    return ExecutionMode(ModeRules(env="staging"), StopFiles(tmp_path), FixedClock(), lambda: "x")


def began(name):
    return Transition(alert=BY_ALERT[name], state="began", detail="")


@pytest.mark.parametrize("alert", [one for one in ALERTS if one.answer], ids=lambda one: one.name)
def test_each_answer_tightens_and_may_come_twice(alert, mode, tmp_path):
    house, answers = House(slots=1).ticks(1), Answers(mode)
    for _ in range(2):
        answers.respond(house.desk, began(alert.name))
    if alert.answer == "estop":
        assert mode.look().mode is Mode.ESTOP
        assert StopFiles(tmp_path).latched().source == f"alert_{alert.name}"
        assert house.desk.books.holds == {}
    else:
        assert mode.look().mode is not Mode.ESTOP
        assert list(house.desk.books.holds) == [holds.ALERT]
        assert cap_of_holds(house.desk.books.holds) == ("DRY", "hold_alert")


def test_a_resume_takes_the_hold_of_an_alert_down_and_names_no_other(mode):
    house = House(slots=1).ticks(1)
    Answers(mode).respond(house.desk, began("LiveWithDeadStore"))
    assert house.desk.mode() == "PAUSED"
    assert perform(house.desk, understand(house.verbs, {"action": "resume"})) == "resumed"
    assert house.desk.books.holds == {}


def test_a_stop_that_cannot_be_remembered_stops_all_the_same(mode, tmp_path):
    (tmp_path / "file").touch()  # where a folder would have to be
    files = StopFiles(tmp_path / "file" / "desk")
    stopped = ExecutionMode(mode.rules, files, FixedClock(), lambda: "x")
    Answers(stopped).latch("ada")
    assert stopped.look().mode is Mode.ESTOP
    assert stopped.latch_fault
