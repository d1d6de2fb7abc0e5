"""Layers and origins: who set a value, who wins, and what a profile is."""

from decimal import Decimal

import pytest

from holdfast.config.profile import digest_of

TRACK = 'track: pace\nstages:\n  - id: "1"\n    set:\n      slot_spacing_pct: 0.3\n'


@pytest.fixture
def layered(write):
    write("middle", "extends: base\nsettings:\n  slots: 5\n  slot_spacing_pct: 0.2\n")
    write("tracks/pace", TRACK)
    return write(
        "mine", 'extends: middle\nrollout:\n  pace: "1"\nsettings:\n  entry_pct: 0.4\n  slots: 6\n'
    )


def test_each_layer_wins_over_the_one_below(layered, load):
    assert load().settings.slots == 6
    assert load(environ={"SLOTS": "7"}).settings.slots == 7
    assert load(environ={"SLOTS": "7"}, overrides={"slots": "8"}).settings.slots == 8
    assert load().settings.slot_spacing_pct == Decimal("0.3")


def test_every_layer_that_touched_a_value_is_kept_with_its_place(layered, load):
    profile = load(environ={"SLOTS": "7"}, overrides={"slots": "8"})
    told = [(origin.layer, origin.value, origin.where) for origin in profile.origins["slots"]]
    assert told == [
        ("default", "4", "default"),
        ("parent", "5", "profiles/middle.yaml:3"),
        ("profile", "6", "profiles/mine.yaml:6"),
        ("environment", "7", "environment SLOTS"),
        ("command line", "8", "command line"),
    ]
    staged = profile.origins["slot_spacing_pct"][-1]
    assert (staged.layer, staged.name) == ("stage", "pace 1")
    assert staged.where == "profiles/tracks/pace.yaml:5"


def test_an_alias_sets_the_knob_of_the_seeds_name(layered, load):
    profile = load(environ={"ORDER_SIZE_BASE": "20"})
    assert profile.settings.pair_entry_pct == Decimal("0.4")
    assert profile.settings.order_size_doge == 20
    assert profile.origins["order_size_doge"][-1].where == "environment ORDER_SIZE_BASE"


@pytest.mark.parametrize(("word", "mode"), [("BASE", "DOGE"), ("QUOTE", "USD"), ("DOGE", "DOGE")])
def test_a_unit_has_two_names(write, load, word, mode):
    write("mine", f"extends: base\nsettings:\n  order_size_mode: {word}\n")
    assert load().settings.order_size_mode == mode


def test_the_digest_follows_values_not_their_spelling(write, load):
    write("mine", "extends: base\nsettings:\n  order_size_usd: 2\n")
    first = load()
    write("mine", 'extends: base\n# a comment\nsettings:\n  order_size_quote: "2.00"\n')
    second = load()
    write("mine", "extends: base\nsettings:\n  order_size_usd: 2.01\n")
    third = load()
    assert first.digest == second.digest != third.digest
    assert first.digest == digest_of(first.settings, "paper", "DOGE/USD")
    assert first.digest != digest_of(first.settings, "paper", "XRP/USD")


def test_a_profile_names_every_file_it_was_built_from(layered, load, profiles):
    names = {path.relative_to(profiles).as_posix() for path in load().files}
    assert names == {"mine.yaml", "middle.yaml", "base.yaml", "tracks/pace.yaml"}


def test_the_runtime_is_the_profiles_name_unless_it_is_said(write, load):
    write("mine", "extends: base\n")
    assert load().runtime == "mine"
    write("mine", "extends: base\nruntime: shared-desk\n")
    write("child", "extends: mine\n")
    assert load().runtime == "shared-desk"
    assert load("child").runtime == "child"


def test_a_path_is_loaded_with_its_own_neighbours(layered, load, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    assert load(layered).settings == load().settings
    assert load(str(layered)).name == "mine"


def test_settings_of_nothing_are_the_defaults(write, load):
    write("mine", "extends: base\nsettings:\n")
    assert load().settings.slots == 4
    assert not load().warnings


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        ({"slotz": "3"}, "did you mean slots?"),
        ({"slots": "0"}, "too small"),
        ({"execution_mode": "LIVE"}, "cannot be set here"),
        ({"churner_enabled": "true"}, "not built yet"),
        ({"entry_pct": "1", "pair_entry_pct": "1"}, "stands twice"),
        ({"slots": "200"}, "open orders"),
    ],
)
def test_the_command_line_is_refused_not_bent(write, refused, overrides, told):
    write("mine", "extends: base\n")
    error = refused(overrides=overrides)
    assert error.file == "command line"
    assert told in str(error)
