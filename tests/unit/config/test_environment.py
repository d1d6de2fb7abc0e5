"""The environment never stops a start: near values are bent, others dropped, each is told."""

from decimal import Decimal

import pytest

from holdfast.config.catalogue import CATALOGUE
from holdfast.config.settings import Settings


@pytest.fixture(autouse=True)
def mine(write):
    write("mine", "extends: base\nsettings:\n  slots: 6\n")


@pytest.mark.plan("001-040", "001-144", "002-181")
@pytest.mark.parametrize("key", ["momentum_ema_fast_bars", "regime_adx_period"])
def test_a_period_of_one_becomes_two(load, key):
    profile = load(environ={key.upper(): "1"})
    assert getattr(profile.settings, key) == 2
    assert "taken as 2" in str(profile.warnings[0])


@pytest.mark.plan("001-040")
def test_a_slow_period_of_one_becomes_two_and_then_is_not_slower_than_the_fast_one(load):
    profile = load(environ={"MOMENTUM_EMA_SLOW_BARS": "1"})
    assert "taken as 2" in str(profile.warnings[0])
    assert "together" in str(profile.warnings[-1])
    assert profile.settings.momentum_ema_slow_bars == 20


@pytest.mark.plan("001-039", "001-144", "002-181")
@pytest.mark.parametrize("key", ["release_min_age_sec", "release_panic_min_age_sec"])
def test_a_negative_age_becomes_zero(load, key):
    profile = load(environ={key.upper(): "-3600"})
    assert getattr(profile.settings, key) == 0
    assert "-3600 is too small; taken as 0" in str(profile.warnings[0])


@pytest.mark.plan("001-031", "001-041", "001-146", "002-181")
@pytest.mark.parametrize(
    ("key", "below"),
    [
        ("order_size_mode", "USD"),
        ("sticky_compounding_mode", "legacy_profit"),
        ("market_regime", "mixed"),
    ],
)
def test_an_unknown_word_is_dropped_and_the_layer_below_stands(load, key, below):
    profile = load(environ={key.upper(): "martian"})
    assert getattr(profile.settings, key) == below
    assert [origin.layer for origin in profile.origins[key]] == ["default"]
    assert "'martian' is not one of its values; dropped" in str(profile.warnings[0])


@pytest.mark.plan("001-039", "002-181")
def test_a_broken_pair_falls_back_together(load):
    profile = load(
        environ={"RELEASE_PANIC_STUCK_PCT": "40", "RELEASE_MAX_STUCK_PCT": "45", "SLOTS": "7"}
    )
    assert profile.settings.release_panic_stuck_pct == 80
    assert profile.settings.release_max_stuck_pct == 50
    assert profile.settings.slots == 7
    taken_back = [str(each) for each in profile.warnings if "together" in str(each)]
    assert [each.partition(":")[0] for each in taken_back] == [
        "RELEASE_MAX_STUCK_PCT",
        "RELEASE_PANIC_STUCK_PCT",
    ]


@pytest.mark.plan("001-039")
def test_half_a_broken_pair_falls_back_to_the_layer_below(load):
    profile = load(environ={"RELEASE_PANIC_STUCK_PCT": "50"})
    assert profile.settings.release_panic_stuck_pct == 80
    assert profile.settings.release_max_stuck_pct == 50


def test_too_many_slots_from_the_environment_fall_back(load):
    profile = load(environ={"SLOTS": "500"})
    assert profile.settings.slots == 6
    assert "open orders" in str(profile.warnings[0])


@pytest.mark.parametrize(
    ("text", "value"),
    [("99999999", 10_000), ("-1", 1), ("0", 1), ("7.0", 7), (" 8 ", 8), ("", 6), ("   ", 6)],
)
def test_a_number_goes_to_its_nearest_bound(write, load, text, value):
    write("mine", "extends: base\nsettings:\n  slots: 6\n  open_order_cap: none\n")
    assert load(environ={"SLOTS": text}).settings.slots == value


@pytest.mark.parametrize("text", ["many", "1e3", "0x10", "7.5", "nan", "inf", "٣", "9" * 5000])
def test_an_unreadable_number_is_dropped(load, text):
    profile = load(environ={"SLOTS": text})
    assert profile.settings.slots == 6
    assert "dropped" in str(profile.warnings[0])
    assert len(str(profile.warnings[0])) < 250


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((word, True) for word in ("true", "1", "YES", "on")),
        *((word, False) for word in ("false", "0", "No", "off")),
    ],
)
def test_a_switch_takes_the_usual_words(load, text, value):
    profile = load(environ={"STICKY_MODE_ENABLED": text})
    assert profile.settings.sticky_mode_enabled is value
    assert not profile.warnings


def test_a_word_is_read_in_any_case_and_by_its_second_name(load):
    assert load(environ={"ORDER_SIZE_MODE": "doge"}).settings.order_size_mode == "DOGE"
    assert load(environ={"ORDER_SIZE_MODE": "base"}).settings.order_size_mode == "DOGE"


def test_the_seeds_name_stands_beside_its_alias(load):
    profile = load(environ={"ENTRY_PCT": "0.5", "PAIR_ENTRY_PCT": "0.3"})
    assert profile.settings.pair_entry_pct == Decimal("0.3")
    assert "PAIR_ENTRY_PCT stands" in str(profile.warnings[0])


def test_a_feature_that_is_not_built_cannot_be_switched_on(load):
    profile = load(environ={"CHURNER_ENABLED": "true"})
    assert profile.settings.churner_enabled is False
    assert "not built yet" in str(profile.warnings[0])


def test_what_the_environment_may_not_say_is_dropped(load):
    profile = load(environ={"EXECUTION_MODE": "LIVE", "MAX_LEVERAGE": "50"})
    assert (profile.settings.execution_mode, profile.settings.max_leverage) == ("DRY", 1)
    assert all("may not come from the environment" in str(each) for each in profile.warnings)
    assert len(profile.warnings) == 2


@pytest.mark.plan("002-185", "002-236")
@pytest.mark.parametrize("text", ["-1", "0", "1", "999999999999", "x", "true", "None", "\x00", "é"])
def test_no_environment_stops_a_start(load, text):
    environ = {name.upper(): text for name in CATALOGUE}
    settings = load(environ=environ).settings
    assert Settings.model_validate(settings.model_dump()) == settings
