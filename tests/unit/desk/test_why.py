"""Why a slot stands as it does, in sentences, and from the command line."""

import json
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent))

from small_desk import PROFILES, House

from holdfast.cli import action as action_commands
from holdfast.cli import status as status_commands
from holdfast.desk import holds
from holdfast.desk.status.why import REASONS, why
from holdfast.domain.errors import CommandRefused
from holdfast.domain.slots import Block
from holdfast.ledger.paths import runtime


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.setenv("HOLDFAST_HOME", str(tmp_path))
    monkeypatch.setenv("HOLDFAST_PROFILES", str(PROFILES))
    monkeypatch.setenv("COLUMNS", "200")
    app = typer.Typer()
    status_commands.register(app)
    action_commands.register(app)
    return lambda *words: CliRunner().invoke(app, list(words))


@pytest.fixture
def served(run, tmp_path):
    house = House(slots=2, candles=4_000).ticks(20)
    folder = runtime("paper", tmp_path).make().folder
    with house.served(folder):
        yield house


def test_every_reason_an_idle_leg_may_have_is_explained():
    assert REASONS.keys() == set(Block)


def test_a_resting_entry_is_told_with_price_and_distance():
    house = House(slots=1, pair_entry_pct=5, pair_refresh_pct=0).ticks(2)
    told = " ".join(why(house.desk, 0))
    assert "Leg B (buys first) rests an entry: buy 21 at 0.095" in told
    assert "% from the mark 0.1" in told


def test_a_leg_that_waits_says_what_for_and_since_when():
    house = House(slots=1, opening_base_per_slot=0).ticks(1)
    told = " ".join(why(house.desk, 0))
    assert "Leg A (sells first) has no entry: there is not enough free DOGE" in told
    assert "since 2026-01-01 00:00:00 UTC" in told


def test_holds_and_leaving_are_told():
    house = House(slots=2, pair_entry_pct=5, pair_refresh_pct=0).ticks(1)
    holds.put_up(house.desk, "daily_loss", "limit reached")
    house.do("remove_slot", slot_id=1)
    told = " ".join(why(house.desk, 1))
    assert "It is leaving" in told
    assert "The hold daily_loss stands (limit reached)" in told
    assert "Its cancel was asked for and is not proven yet" in told


def test_a_recovery_is_told_with_its_reason():
    house = House(slots=1, s1_orphan_after_sec=60, s2_orphan_after_sec=60)
    house.until(lambda desk: desk.books.slots[0].recoveries)
    assert any("was set aside on" in line for line in why(house.desk, 0))


def test_a_slot_that_is_not_there_is_refused():
    with pytest.raises(CommandRefused, match="there is no slot 7"):
        why(House(slots=1).desk, 7)


def test_status_is_shown_to_people_and_to_programs(run, served):
    shown = run("status")
    assert shown.exit_code == 0, shown.output
    assert "RUNNING" in shown.output
    assert "DOGE/USD" in shown.output
    told = json.loads(run("status", "--json").output)
    assert told["slot_count"] == 2


def test_why_is_answered_from_the_command_line(run, served):
    assert "Slot 1 is cycling" in run("why", "1").output
    assert json.loads(run("why", "1", "--json").output)["slot_id"] == 1
    missing = run("why", "9")
    assert (missing.exit_code, missing.output.strip()) == (2, "there is no slot 9")


def test_an_action_is_done_from_the_command_line_and_journaled_as_such(run, served):
    done = run("action", "set_entry_pct", "value=0.25")
    assert done.exit_code == 0, done.output
    assert "is 0.25 now" in done.output
    assert served.notes("CommandNoted")[-1].principal == "cli"
    paused = run("action", "pause", "--json")
    assert json.loads(paused.output)["ok"] is True


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("fly",), "unknown action: fly"),
        (("set_entry_pct", "value=nan"), "not a number"),
        (("set_entry_pct", "value"), "not a new key=value"),
        (("set_entry_pct", "value=1", "value=2"), "not a new key=value"),
        (("remove_slot", "slot_id=true"), "not a whole number"),
    ],
)
def test_a_refused_action_exits_with_2_and_one_sentence(run, served, words, said):
    refused = run("action", *words)
    assert refused.exit_code == 2
    assert said in refused.output
    assert len(refused.output.strip().splitlines()) == 1


def test_the_verbs_are_listed(run, served):
    listed = run("actions").output
    assert "toggle_sticky" in listed
    assert "slot_id sticky? confirm?" in listed
    assert "soft_close" in listed


def test_verbs_that_a_desk_of_sticky_slots_would_refuse_are_not_suggested(run, tmp_path):
    house = House(slots=1, sticky_mode_enabled="true").ticks(2)
    with house.served(runtime("paper", tmp_path).make().folder):
        listed = run("actions").output
        everything = run("actions", "--json").output
    assert "release_slot" in listed
    assert "soft_close" not in listed
    assert "cancel_stale_recoveries" not in listed
    assert "soft_close" in everything


@pytest.mark.parametrize("words", [("status",), ("why", "0"), ("action", "pause"), ("actions",)])
def test_without_a_desk_a_command_says_so_and_exits_with_5(run, words):
    answer = run(*words)
    assert answer.exit_code == 5
    assert answer.output.strip() == "no desk runs on runtime paper"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "cannot be read"),
        ('{"url": "http://198.51.100.7:80", "token": "x"}', "another machine"),
        ('{"url": "http://127.0.0.1:9", "token": "x"}', "does not answer"),
    ],
)
def test_a_control_file_that_leads_nowhere_is_not_followed(run, tmp_path, text, said):
    runtime("paper", tmp_path).make().control.write_text(text)
    answer = run("status")
    assert answer.exit_code == 5
    assert said in answer.output


def test_an_unknown_profile_is_a_usage_fault(run):
    assert run("status", "--profile", "nobody").exit_code == 2
