"""The profile commands: tables for people, JSON for programs, one line and exit 2 for a fault."""

import json

import pytest
import typer
from typer.testing import CliRunner

from holdfast.cli.profiles import register
from holdfast.config.catalogue import CATALOGUE

APP = typer.Typer()
register(APP)


@pytest.fixture
def run(profiles, write):
    write("mine", "extends: base\nsettings:\n  slots: 6\n")

    def invoke(*words, env=None):
        given = {"HOLDFAST_PROFILES": str(profiles), "COLUMNS": "200", **(env or {})}
        return CliRunner(env=given).invoke(APP, list(words))

    return invoke


def test_lint_passes_a_clean_folder(run):
    result = run("lint")
    assert (result.exit_code, result.stdout) == (0, "2 files, no faults\n")


def test_lint_prints_every_fault_and_exits_with_2(run, write, profiles):
    (profiles / "runbooks").mkdir()
    write("mine", "extends: base\nsettings:\n  slots: 0\n")
    write("other", "extends: nobody\n")
    write("tracks/pace", "track: pace\nstages: 3\n")
    write("runbooks/after", "runbook: after\ntitle: x\nphases: 3\n")
    result = run("lint")
    assert result.exit_code == 2
    assert result.stdout == ""
    places = [line.split(": ")[0] for line in result.stderr.splitlines()]
    assert places == [
        "profiles/mine.yaml:3:10",
        "profiles/other.yaml:1:10",
        "profiles/tracks/pace.yaml:2:9",
        "profiles/runbooks/after.yaml:3:1",
    ]
    told = json.loads(run("lint", "--json").stdout)
    assert [each["file"] for each in told] == [place.split(":")[0] for place in places]
    assert run("lint", "base").exit_code == 0
    assert run("lint", "nobody").exit_code == 2


def test_explain_shows_every_layer_with_its_place(run):
    result = run("explain", "SLOTS", "--profile", "mine", env={"SLOTS": "7"})
    assert result.exit_code == 0
    assert result.stdout.startswith("slots = 7 slots\n")
    for told in ("default", "profiles/mine.yaml:3", "environment SLOTS", "in force"):
        assert told in result.stdout


def test_explain_tells_programs_the_same(run):
    result = run("explain", "entry_pct", "--profile", "mine", "--json", env={"ENTRY_PCT": "x"})
    told = json.loads(result.stdout)
    assert (told["key"], told["value"], told["since"]) == ("pair_entry_pct", "0.2", None)
    assert [layer["layer"] for layer in told["layers"]] == ["default"]
    assert len(told["warnings"]) == 1
    alone = json.loads(run("explain", "churner_enabled", "--json").stdout)
    assert (alone["profile"], alone["since"]) == (None, "churner")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("explain", "slotz"), "did you mean slots?"),
        (("explain", "slots", "--profile", "mime"), "did you mean mine?"),
        (("profile", "show", "base"), "can only be extended"),
        (("profile", "new", "mine", "--from", "base"), "exists"),
        (("profile", "new", "../x", "--from", "base"), "small letters"),
        (("profile", "new", "x", "--from", "nobody"), "no such profile"),
        (("profile", "new", "x", "--from", "../base"), "in the same folder"),
        (("lint", "--profiles", "no-such-folder"), "no such folder"),
    ],
)
def test_a_fault_is_one_line_on_stderr_and_exit_2(run, profiles, words, told):
    before = sorted(path.name for path in profiles.rglob("*"))
    result = run(*words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert told in result.stderr
    assert sorted(path.name for path in profiles.rglob("*")) == before


def test_a_new_profile_extends_its_parent_and_loads(run, profiles):
    assert run("profile", "new", "child", "--from", "mine").exit_code == 0
    text = (profiles / "child.yaml").read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=schema/profile.json\nextends: mine\n")
    assert json.loads(run("profile", "show", "child", "--json").stdout)["settings"]["slots"] == "6"


def test_the_list_names_every_profile_even_a_broken_one(run, write):
    write("bad", "nonsense: 1\n")
    rows = {row["name"]: row for row in json.loads(run("profile", "list", "--json").stdout)}
    assert set(rows) == {"bad", "base", "mine"}
    assert "profiles/bad.yaml:1:1" in rows["bad"]["description"]
    assert (rows["mine"]["extends"], rows["mine"]["symbol"]) == ("base", "DOGE/USD")
    assert "(abstract)" in run("profile", "list").stdout


def test_show_gives_all_settings_and_on_demand_their_origins(run):
    result = run("profile", "show", "mine", "--origins")
    assert result.exit_code == 0
    assert "profiles/mine.yaml:3" in result.stdout
    told = json.loads(run("profile", "show", "mine", "--json", "--origins").stdout)
    assert set(told["settings"]) == set(told["origins"]) == set(CATALOGUE)
    assert told["origins"]["slots"][-1]["where"] == "profiles/mine.yaml:3"
    assert "origins" not in json.loads(run("profile", "show", "mine", "--json").stdout)


def test_the_schema_command_prints_the_schema_of_a_profile(run):
    assert "settings" in json.loads(run("profile", "schema").stdout)["properties"]


def test_every_command_explains_itself_with_an_example(run):
    for words in (
        ("lint",),
        ("explain",),
        *(("profile", name) for name in ("list", "show", "new")),
    ):
        assert "Example" in run(*words, "--help").stdout
