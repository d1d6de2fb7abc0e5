"""Tracks: a stage is chosen by one line, and never fights in silence."""

import pytest

from holdfast.config.chain import label_of
from holdfast.config.lint import track_paths
from holdfast.config.loader import load_profile
from holdfast.config.tracks import effective, read_track, ready_stages

PACE = """track: pace
title: How quickly it goes
stages:
  - id: "1"
    set: {slots: 5, loss_cooldown_sec: 10}
  - id: "2"
    after: ["1"]
    set: {slots: 6}
  - id: "2b"
    after: ["2"]
    optional: true
    set: {loss_cooldown_sec: 20}
  - id: "3"
    after: ["2"]
    set: {slot_spacing_pct: 1}
  - id: "4"
    after: ["3"]
    available: false
    set: {churner_enabled: true}
  - id: "5"
    after: ["4"]
    set: {slots: 9}
"""


@pytest.fixture
def pace(write):
    write("tracks/pace", PACE)

    def chosen(stage, more=""):
        write("mine", f'extends: base\nrollout:\n  pace: "{stage}"\n{more}')

    return chosen


def test_a_stage_sets_its_own_and_what_it_comes_after(pace, load):
    pace("3")
    settings = load().settings
    assert (settings.slots, settings.loss_cooldown_sec, settings.slot_spacing_pct) == (6, 10, 1)
    assert [origin.value for origin in load().origins["slots"]] == ["4", "5", "6"]


def test_an_optional_stage_counts_only_when_chosen(pace, load):
    pace("2b")
    assert load().settings.loss_cooldown_sec == 20
    pace("3")
    assert load().settings.loss_cooldown_sec == 10


def test_switching_the_stage_is_one_line_and_no_track_adds_nothing(pace, write, load):
    pace("1")
    assert load().settings.slots == 5
    assert dict(load().rollout) == {"pace": "1"}
    write("mine", "extends: base\n")
    assert load().settings.slots == 4


def test_a_value_of_the_profile_may_not_fight_a_chosen_stage(pace, refused):
    pace("1", "settings:\n  slots: 5\n")
    error = refused()
    assert (error.file, error.line, error.key) == ("profiles/mine.yaml", 5, "settings.slots")
    assert "'pace 1' sets it too (profiles/tracks/pace.yaml:5)" in str(error)


def test_unless_the_profile_says_it_overrides(pace, load):
    pace("1", "override: [slots]\nsettings:\n  slots: 3\n")
    assert load().settings.slots == 3


def test_parents_lie_below_the_stages(pace, write, load):
    write("middle", 'extends: base\nrollout:\n  pace: "1"\nsettings:\n  slots: 8\n')
    write("child", "extends: middle\n")
    assert load("child").settings.slots == 5
    write("child", 'extends: middle\nrollout:\n  pace: "2"\n')
    assert load("child").settings.slots == 6


@pytest.mark.parametrize(
    ("stage", "told"),
    [
        ("9", "not a stage of this track"),
        ("4", "not built yet"),
        ("5", "not built yet"),
    ],
)
def test_a_stage_that_is_not_there_or_not_built_is_refused(pace, refused, stage, told):
    pace(stage)
    error = refused()
    assert (error.file, error.line, error.key) == ("profiles/mine.yaml", 3, "rollout.pace")
    assert told in str(error)
    assert '"1", "2", "2b", "3"' in error.allowed


def test_two_tracks_may_not_set_one_knob_differently(pace, write, refused, load):
    other = 'track: other\nstages:\n  - id: "x"\n    set: {slots: '
    write("tracks/other", other + "7}\n")
    pace("1", '  other: "x"\n')
    error = refused()
    assert error.file == "profiles/mine.yaml"
    for told in ("slots", "profiles/tracks/pace.yaml:5", "profiles/tracks/other.yaml:4"):
        assert told in str(error)
    write("tracks/other", other + "5}\n")
    assert load().settings.slots == 5


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("track: pase\nstages: []\n", 1, "not the file's name"),
        ("stages: []\n", 1, "not the file's name"),
        ("track: pace\nstage: []\n", 2, "did you mean stages?"),
        ("track: pace\nstages: {}\n", 2, "a list"),
        ("track: pace\nstages:\n  - 1\n", 3, "not a mapping"),
        ("track: pace\nstages:\n  - title: x\n", 3, "is missing"),
        ("track: pace\nstages:\n  - id: 1\n", 3, "text in quotes"),
        ('track: pace\nstages:\n  - id: "1"\n  - id: "1"\n', 4, "stands twice"),
        ('track: pace\nstages:\n  - id: "1"\n    after: ["0"]\n', 3, "not a stage above"),
        ('track: pace\nstages:\n  - id: "1"\n    after: "0"\n', 4, "a list"),
        ('track: pace\nstages:\n  - id: "1"\n    sett: {}\n', 4, "did you mean set?"),
        ('track: pace\nstages:\n  - id: "1"\n    available: off\n', 4, "true, false"),
        ('track: pace\nstages:\n  - id: "1"\n    set: {slotz: 1}\n', 4, "did you mean slots?"),
        ('track: pace\nstages:\n  - id: "1"\n    set: {slots: 0}\n', 4, "too small"),
        (
            'track: pace\nstages:\n  - id: "1"\n    set: {rebalance_enabled: true}\n',
            4,
            "not built yet",
        ),
    ],
)
def test_a_faulty_track_is_refused_at_its_own_line(pace, write, refused, text, line, told):
    pace("1")
    write("tracks/pace", text)
    error = refused()
    assert (error.file, error.line) == ("profiles/tracks/pace.yaml", line)
    assert told in str(error)


def shipped_stage(shipped, track, stage):
    path = shipped / "tracks" / f"{track}.yaml"
    found = effective(read_track(path, label_of(path)), stage)
    return {key: touched[-1].value for key, touched in found.items()}


def test_the_shipped_tracks_have_the_stages_of_the_design(shipped):
    stages = {
        path.stem: tuple(read_track(path, label_of(path)).stages) for path in track_paths(shipped)
    }
    assert stages == {
        "canary": ("canary", "fleet"),
        "execution": ("dry", "staging", "canary", "live"),
        "regime": ("off", "shadow", "act"),
        "self_healing": ("A", "B", "C", "D", "E"),
        "sticky": ("1", "2", "2b", "3-shadow", "3", "4", "5"),
    }


def test_the_stages_that_can_be_chosen_are_those_whose_features_are_built(shipped):
    ready = {
        path.stem: ready_stages(read_track(path, label_of(path))) for path in track_paths(shipped)
    }
    assert ready == {
        "canary": (),
        "execution": ("dry", "staging", "canary", "live"),
        "regime": ("off", "shadow", "act"),
        "self_healing": ("A",),
        "sticky": ("1", "2", "2b", "3-shadow", "3", "4", "5"),
    }


@pytest.mark.plan("001-178")
def test_sticky_stage_one_sets_the_timers_and_the_recovery_cap(shipped):
    assert shipped_stage(shipped, "sticky", "1") == {
        "s1_orphan_after_sec": 24 * 3600,
        "s2_orphan_after_sec": 48 * 3600,
        "max_recovery_slots": 4,
    }


@pytest.mark.plan("001-180", "001-181", "001-182", "001-183")
def test_sticky_stage_two_turns_sticky_slots_on_and_leaves_release_to_people(shipped):
    stage = shipped_stage(shipped, "sticky", "2")
    assert stage["sticky_mode_enabled"] is True
    assert stage["release_auto_enabled"] is False
    assert (stage["order_size_mode"], stage["order_size_doge"]) == ("DOGE", 18)
    assert stage["sticky_compounding_mode"] == "legacy_profit"
    assert str(stage["balance_recon_drift_pct"]) == "1.5"


def test_the_pilot_with_a_hundred_slots_leaves_less_of_the_cap_free(shipped):
    stage = shipped_stage(shipped, "sticky", "2b")
    assert str(stage["open_order_safety_ratio"]) == "0.90"
    assert stage["sticky_target_slots"] == 100


@pytest.mark.plan("002-206", "002-207", "002-208")
def test_self_healing_stage_a_is_the_ledger_and_nothing_else(shipped):
    stage = shipped_stage(shipped, "self_healing", "A")
    assert stage["position_ledger_enabled"] is True
    assert stage["churner_enabled"] is False
    assert stage["subsidy_enabled"] is False


def test_self_healing_goes_from_tightening_to_helpers(shipped):
    tighten = shipped_stage(shipped, "self_healing", "B")
    assert (tighten["subsidy_enabled"], tighten["churner_enabled"]) == (True, False)
    assert tighten["subsidy_auto_reprice_band"] == "stale"
    assert shipped_stage(shipped, "self_healing", "C")["churner_enabled"] is True
    assert shipped_stage(shipped, "self_healing", "D")["subsidy_auto_reprice_band"] == "stuck"


@pytest.mark.parametrize("stage", ["1", "2", "2b"])
def test_the_paper_profile_takes_up_each_sticky_stage_by_one_edited_line(
    shipped, profiles, write, load, stage
):
    for path in (*shipped.glob("*.yaml"), *shipped.glob("tracks/*.yaml")):
        write(path.relative_to(shipped).with_suffix("").as_posix(), path.read_text("utf-8"))
    text = (profiles / "paper.yaml").read_text("utf-8")
    assert text.count('  sticky: "1"\n') == 1
    write("paper", text.replace('  sticky: "1"\n', f'  sticky: "{stage}"\n'))
    assert load("paper").settings.sticky_mode_enabled is (stage != "1")


@pytest.mark.parametrize("name", ["paper", "bench"])
def test_the_shipped_profiles_load_without_a_warning(shipped, name):
    profile = load_profile(name, profiles=shipped, environ={}, overrides={})
    assert profile.env == profile.venue == "paper"
    assert not profile.warnings
