"""Each setting of a profile that the engine knows reaches the engine."""

from decimal import Decimal
from pathlib import Path

import pytest

from holdfast.config.loader import load_profile
from holdfast.domain.market import SECOND
from holdfast.engine.rules import NEVER
from holdfast.wiring.rules import policy_of

PROFILES = Path(__file__).resolve().parents[3] / "profiles"
FREE = {"open_order_cap": "none", "pair_profit_pct": "2"}


def policy(**settings):
    overrides = {**FREE, **{key: str(value) for key, value in settings.items()}}
    profile = load_profile("bench", profiles=PROFILES, environ={}, overrides=overrides)
    return policy_of(profile, "paper")


REACH = [
    ({"pair_entry_pct": "0.3"}, "rules.entry_pct", Decimal("0.3")),
    ({"pair_profit_pct": "1.7"}, "rules.profit_pct", Decimal("1.7")),
    ({"pair_refresh_pct": "0.9"}, "rules.refresh_pct", Decimal("0.9")),
    ({"slot_spacing_pct": "0.07"}, "rules.slot_spacing_pct", Decimal("0.07")),
    ({"max_consecutive_refreshes": 5}, "rules.max_refreshes", 5),
    ({"refresh_cooldown_sec": 120}, "rules.refresh_cooldown", 120 * SECOND),
    ({"loss_backoff_start": 2}, "rules.loss_backoff_start", 2),
    ({"entry_backoff_enabled": "true"}, "rules.backoff_factor", Decimal("0.5")),
    ({"entry_backoff_enabled": "false"}, "rules.backoff_factor", Decimal(0)),
    (
        {"entry_backoff_enabled": "true", "entry_backoff_factor": "0.7"},
        "rules.backoff_factor",
        Decimal("0.7"),
    ),
    ({"entry_backoff_max_multiplier": 3}, "rules.backoff_max", Decimal(3)),
    ({"loss_cooldown_start": 4}, "rules.loss_cooldown_start", 4),
    ({"loss_cooldown_sec": 90}, "rules.loss_cooldown", 90 * SECOND),
    ({"reentry_base_cooldown_sec": 30}, "rules.reentry_cooldown", 30 * SECOND),
    ({"s1_orphan_after_sec": 4000}, "rules.s1_orphan_after", 4000 * SECOND),
    ({"s2_orphan_after_sec": 200000}, "rules.s2_orphan_after", 200000 * SECOND),
    ({"recovery_enabled": "false"}, "rules.s1_orphan_after", NEVER),
    ({"recovery_enabled": "false"}, "rules.s2_orphan_after", NEVER),
    ({"max_recovery_slots": 3}, "rules.max_recoveries", 3),
    ({"position_ledger_enabled": "true"}, "rules.positions", True),
    ({"maker_fee_pct": "0.1"}, "rules.instrument.maker_fee_pct", Decimal("0.1")),
    ({"min_base": 20}, "rules.instrument.min_base", Decimal(20)),
    ({"min_quote": "0.5"}, "rules.instrument.min_quote", Decimal("0.5")),
    ({"price_decimals": 5}, "rules.instrument.price_tick", Decimal("0.00001")),
    ({"size_decimals": 2}, "rules.instrument.size_step", Decimal("0.01")),
    ({"order_size_mode": "USD"}, "rules.base_sized", False),
    ({"order_size_mode": "DOGE"}, "rules.base_sized", True),
    ({"order_size_mode": "USD", "order_size_usd": "3.5"}, "sizing.amount", Decimal("3.5")),
    ({"order_size_mode": "DOGE", "order_size_doge": "25"}, "sizing.amount", Decimal(25)),
    (
        {"order_size_mode": "USD", "sticky_compounding_mode": "legacy_profit"},
        "sizing.compounding",
        True,
    ),
    (
        {
            "order_size_mode": "USD",
            "sticky_compounding_mode": "fixed",
            "sticky_mode_enabled": False,
        },
        "sizing.compounding",
        False,
    ),
    ({"order_size_base_compounding": "profit"}, "sizing.compounding", True),
    ({"order_size_mode": "USD", "entry_floor_enabled": "false"}, "sizing.floor", False),
    ({"max_api_calls_per_loop": 9}, "limits.calls_per_tick", 9),
    ({"max_entry_adds_per_loop": 4}, "limits.entries_per_tick", 4),
    ({"bootstrap_slots_per_tick": 3}, "limits.bootstraps_per_tick", 3),
    ({"entry_scheduler_exempt": "none"}, "limits.repairs.exempt", "none"),
    ({"auto_repair_regime": "never"}, "limits.repairs.regime", "never"),
    ({"slots": 12}, "slots", 12),
    ({"sticky_mode_enabled": "false"}, "sticky", False),
    ({"sticky_mode_enabled": "true"}, "sticky", True),
]


@pytest.mark.plan("001-062", "001-145")
@pytest.mark.parametrize(
    ("settings", "path", "value"), REACH, ids=[f"{s} → {p}" for s, p, _ in REACH]
)
def test_a_setting_of_a_profile_reaches_the_engine(settings, path, value):
    found = policy(**settings)
    for name in path.split("."):
        found = getattr(found, name)
    assert found == value


@pytest.mark.plan("001-043")
@pytest.mark.parametrize("sticky", [True, False])
def test_the_sticky_flag_of_a_profile_reaches_its_slots_and_their_rules(sticky):
    given = policy(sticky_mode_enabled=str(sticky).lower(), recovery_enabled="true")
    assert given.sticky is sticky
    assert given.rules.s1_orphan_after < NEVER, "a sticky slot ignores it, a cycling one does not"


@pytest.mark.plan("001-056")
@pytest.mark.parametrize(("mode", "base"), [("USD", False), ("DOGE", True), ("QUOTE", False)])
def test_rules_and_sizing_carry_the_same_mode(mode, base):
    given = policy(order_size_mode=mode)
    assert (given.rules.base_sized, given.sizing.base_sized) == (base, base)


@pytest.mark.parametrize(("tier", "cap"), [("starter", 45), ("intermediate", 60), ("pro", 168)])
def test_entries_keep_to_the_safe_part_of_a_tiers_cap(tier, cap):
    assert policy(open_order_cap=tier, slots=8).limits.order_cap == cap


@pytest.mark.plan("001-168")
def test_eighty_sticky_slots_at_worst_fit_the_safe_cap():
    given = policy(open_order_cap="pro", slots=80, sticky_mode_enabled="true")
    worst = 2 * given.slots
    assert (worst, given.limits.order_cap) == (160, 168)
    assert worst <= given.limits.order_cap


def test_rules_are_known_by_a_digest_of_what_decides():
    assert policy().rules.digest == policy(speed=5).rules.digest
    assert policy().rules.digest != policy(pair_entry_pct="0.4").rules.digest
