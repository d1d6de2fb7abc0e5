"""Declarations of drills are read strictly, and what a drill saw is judged so that silence never passes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.cli.drill import exit_code
from holdfast.config.errors import ConfigError
from holdfast.config.folders import find_profiles
from holdfast.rollout.drills.findings import Notebook, UnknownExpectation, result_of
from holdfast.rollout.drills.load import drill_paths, load_drill
from holdfast.rollout.drills.model import Drill, Limit
from holdfast.rollout.drills.report import markdown
from holdfast.rollout.verdicts import NotPassed, Verdict
from holdfast.venue.emulator.plan import read_plan
from holdfast.wiring.drills.house import House, NotTheEmulator
from holdfast.wiring.drills.scenes import SCENES

PROFILES = find_profiles({})
NAMES = [path.stem for path in drill_paths(PROFILES)]
PAGE = """\
drill: D1
title: A title
inject: something is broken
expect:
  seen: it is seen
limit: {seconds: 15}
"""


def drill(**changes):
    given = {"drill": "D1", "title": "t", "inject": "i", "expect": {"one": "1", "two": "2"}}
    return Drill(**(given | changes))


def summed(made, notebook):
    return result_of(
        made, notebook, run="r", digest="d", began_at=0, seconds=1.0, market_seconds=2.0
    )


def test_the_twenty_drills_are_declared_in_order_and_each_has_a_scene():
    assert [f"D{number}" for number in range(1, 21)] == NAMES
    assert set(SCENES) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_declaration_can_be_played(name, tmp_path):
    loaded = load_drill(name, PROFILES)
    rules = [dict(rule) for rule in loaded.drill.faults]
    assert len(read_plan({"rules": rules}, origin=0, now=0)) == len(rules)
    profile = House(tmp_path / "house", loaded.drill, PROFILES).furnish({})
    assert profile.settings.execution_mode == "LIVE"
    assert profile.settings.exchange_url == "emulator"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (("title: A title", "titel: A title"), r"D1\.yaml:2:1: titel: is not a known key"),
        (("seconds: 15", "seconds: -1"), r"D1\.yaml:6:9: limit\.seconds"),
        (("drill: D1", "drill: D2"), r"D1\.yaml:1:1: drill: .*not the file's name.*D1"),
        (("  seen: it is seen", "  Seen: it is seen"), r"D1\.yaml:5:3"),
        (("inject: something is broken\n", ""), r"inject: is missing"),
    ],
)
def test_a_bad_declaration_is_one_error_with_its_line(tmp_path, changed, told):
    folder = tmp_path / "drills"
    folder.mkdir()
    (folder / "D1.yaml").write_text(PAGE.replace(*changed))
    with pytest.raises(ConfigError) as caught:
        load_drill("D1", tmp_path)
    assert re.search(told, str(caught.value)), str(caught.value)


def test_a_drill_nobody_declared_is_refused_with_those_there_are():
    with pytest.raises(ConfigError, match="no such drill"):
        load_drill("D99", PROFILES)


def test_an_expectation_nobody_judged_is_never_a_pass():
    made = drill()
    notebook = Notebook(made)
    notebook.judge("one", held=True, observed="1")
    result = summed(made, notebook)
    assert [one.verdict for one in result.findings] == [Verdict.PASS, Verdict.INCONCLUSIVE]
    assert result.verdict is Verdict.INCONCLUSIVE
    with pytest.raises(NotPassed, match="two"):
        result.demand_pass()


def test_a_drill_that_broke_off_keeps_what_it_saw_and_errs_for_the_rest():
    made = drill()
    notebook = Notebook(made)
    notebook.judge("one", held=True, observed="1")
    notebook.broke("the desk ended")
    assert [one.verdict for one in notebook.findings()] == [Verdict.PASS, Verdict.ERROR]


@given(st.lists(st.booleans(), min_size=1, max_size=6))
def test_what_is_judged_twice_keeps_the_worse(held):
    made = drill(expect={"one": "1"})
    notebook = Notebook(made)
    for one in held:
        notebook.judge("one", held=one, observed=str(one))
    (found,) = notebook.findings()
    assert found.verdict is (Verdict.PASS if all(held) else Verdict.FAIL)


def test_an_expectation_that_was_not_declared_is_refused():
    with pytest.raises(UnknownExpectation):
        Notebook(drill()).judge("three", held=True, observed="")


@pytest.mark.parametrize(
    ("seconds", "verdict"),
    [(14.9, "pass"), (15.0, "pass"), (15.1, "fail"), (None, "fail")],
)
def test_a_limit_is_inclusive_and_never_is_no_time(seconds, verdict):
    notebook = Notebook(drill(expect={"one": "1"}, limit=Limit(seconds=15)))
    notebook.within("one", seconds)
    assert notebook.findings()[0].verdict.value == verdict


def test_a_time_cannot_be_judged_where_no_limit_is_declared():
    with pytest.raises(UnknownExpectation):
        Notebook(drill()).within("one", 1.0)


@pytest.mark.parametrize(
    "settings", [{"exchange_url": "https://api.kraken.com"}, {"exchange_url": ""}]
)
def test_a_drill_that_would_reach_further_than_the_emulator_is_refused(tmp_path, settings):
    house = House(tmp_path / "house", drill(settings=settings), PROFILES)
    with pytest.raises((NotTheEmulator, ConfigError)):
        house.furnish({})


def test_a_house_tells_its_processes_of_no_other_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOLDFAST_HOME", "/elsewhere")
    monkeypatch.setenv("HOLDFAST_SLOTS", "99")
    house = House(tmp_path / "house", drill(), PROFILES)
    told = {name: value for name, value in house.environ.items() if name.startswith("HOLDFAST")}
    assert told == {
        "HOLDFAST_HOME": str(tmp_path / "house"),
        "HOLDFAST_PROFILES": str(tmp_path / "house" / "profiles"),
    }


def test_a_report_names_every_expectation_and_escapes_what_was_seen():
    made = drill()
    notebook = Notebook(made)
    notebook.judge("one", held=True, observed="a | b <script>")
    page = markdown(summed(made, notebook))
    assert "| one | pass | 1 | a \\| b \\<script\\> |" in page
    assert "| two | inconclusive | 2 | nobody looked |" in page


def test_the_exit_code_tells_a_pass_from_a_failure_and_from_a_skip():
    made = drill(expect={"one": "1"})
    notebook = Notebook(made)
    notebook.judge("one", held=True, observed="")
    passed = summed(made, notebook)
    failed = summed(made, Notebook(made))
    skipped = type(passed)(
        **{name: getattr(failed, name) for name in failed.__struct_fields__}
        | {"skipped": "no Redis"}
    )
    assert exit_code([passed], every=False) == 0
    assert exit_code([passed, failed], every=True) == 3
    assert exit_code([passed, skipped], every=True) == 0
    assert exit_code([skipped], every=False) == 4
    assert exit_code([], every=True) == 3
