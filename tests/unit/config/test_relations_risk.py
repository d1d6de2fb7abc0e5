"""What a profile for a real venue must say before it may trade, and what paper need not."""

from decimal import Decimal

import pytest

from holdfast.config.loader import load_profile
from holdfast.config.relations import breaches
from holdfast.config.relations_risk import CAPS, VENUE_RELATIONS
from holdfast.config.settings import Settings

LIVE = {
    "execution_mode": "LIVE",
    "slots": 8,
    "daily_loss_limit": Decimal(3),
    "max_orders_per_minute": 16,
} | dict.fromkeys(CAPS, Decimal(100))


def broken(venue="kraken", symbol="DOGE/USD", **changes):
    return list(breaches(Settings().model_dump() | LIVE | changes, venue, symbol))


def test_a_live_profile_with_all_its_caps_holds():
    assert broken() == []


@pytest.mark.plan("004-053")
@pytest.mark.parametrize("key", [*CAPS, "daily_loss_limit"])
@pytest.mark.parametrize("mode", ["LIVE", "CANARY_LIVE"])
def test_live_without_a_cap_is_refused_and_the_cap_is_named(key, mode):
    found = broken(**{key: Decimal(0)}, execution_mode=mode, max_total_loss_usd=Decimal(5))
    assert len(found) == 1
    assert f"{mode} without caps: {key}" in found[0].problem
    assert found[0].keys[-1] == "execution_mode"
    assert broken(**{key: Decimal(0)}, execution_mode="DRY") == []
    assert broken(**{key: Decimal(0)}, venue="paper") == []


def test_a_canary_has_a_loss_that_ends_it():
    found = broken(execution_mode="CANARY_LIVE")
    assert [one.keys[0] for one in found] == ["max_total_loss_usd"]
    assert broken(execution_mode="CANARY_LIVE", max_total_loss_usd=Decimal(5)) == []


@pytest.mark.parametrize("key", ["max_open_orders", "max_orders_per_minute", "max_daily_orders"])
def test_a_cap_below_two_a_slot_is_refused(key):
    assert broken(**{key: 16}) == []
    found = broken(**{key: 15})
    assert [(one.keys[0], one.allowed) for one in found] == [(key, "at least 16")]
    assert "8 slots" in found[0].problem
    assert broken(**{key: 1}, venue="paper") == []


def test_the_caps_reach_as_far_as_the_largest_tier_has_slots():
    wide = {
        "slots": 112,
        "max_open_orders": 224,
        "max_orders_per_minute": 224,
        "max_daily_orders": 224,
    }
    assert broken(**wide, sticky_mode_enabled=True) == []
    assert Settings(max_open_orders=225, max_orders_per_minute=225).max_open_orders == 225


@pytest.mark.parametrize("key", CAPS)
def test_a_cap_below_what_an_entry_needs_is_refused(key):
    assert broken(**{key: Decimal(10)}, order_size_usd=Decimal(10)) == []
    found = broken(**{key: Decimal("9.99")}, order_size_usd=Decimal(10))
    assert [one.keys[0] for one in found] == [key]
    assert "nothing could enter" in found[0].problem
    assert broken(**{key: Decimal(1)}, order_size_mode="DOGE") == []


@pytest.mark.parametrize(
    ("listed", "fits"),
    [(None, True), ("", True), ("BTC/USD, DOGE/USD", True), ("BTC/USD", False), ("DOGE", False)],
)
def test_the_symbol_of_a_desk_is_on_its_own_list(listed, fits):
    assert (broken(symbol_allowlist=listed) == []) is fits


def test_a_real_venue_has_an_order_cap():
    assert broken(open_order_cap="none")[0].keys == ("open_order_cap",)


def test_a_breach_names_every_knob_its_relation_looked_at():
    class Recorded(dict):
        """Values that remember which of them were looked at."""

        def __getitem__(self, key):
            seen.add(key)
            return super().__getitem__(key)

    worst = Settings().model_dump() | {
        "execution_mode": "CANARY_LIVE",
        "slots": 112,
        "open_order_cap": "none",
        "max_order_notional_usd": Decimal("0.5"),
    }
    told = 0
    for relation in VENUE_RELATIONS:
        seen: set[str] = set()
        for breach in relation(Recorded(worst)):
            told += 1
            assert seen <= set(breach.keys)
    assert told == 7


@pytest.mark.parametrize("name", ["paper", "bench"])
def test_shipped_profiles_of_paper_load_as_before(shipped, name):
    profile = load_profile(name, profiles=shipped, environ={}, overrides={})
    assert profile.venue == "paper"
    assert profile.settings.max_order_notional_usd == 0
    assert profile.settings.signals_may_open is False


def test_a_profile_that_goes_live_without_caps_is_refused_at_its_line(write, refused):
    text = (
        "extends: base\nenv: staging\nvenue: kraken\nsymbol: DOGE/USD\n"
        "settings:\n  slots: 5\n  max_order_notional_usd: 1\n"
    )
    write("mine", text)
    error = refused()
    assert (error.file, error.line) == ("profiles/mine.yaml", 7)
    assert "max_order_notional_usd 1 is below order_size_usd" in str(error)
