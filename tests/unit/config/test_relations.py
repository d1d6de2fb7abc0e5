"""What must hold between knobs, and what is said when it does not."""

from decimal import Decimal

import pytest

from holdfast.config.amend import amended
from holdfast.config.errors import ConfigError
from holdfast.config.relations import RELATIONS, breaches, order_cap, orders_per_slot
from holdfast.config.settings import Settings

BROKEN = [
    ({"release_max_stuck_pct": Decimal(80)}, "release_panic_stuck_pct"),
    ({"release_recovery_target_pct": Decimal(80)}, "release_recovery_target_pct"),
    ({"momentum_ema_fast_bars": 20}, "momentum_ema_fast_bars"),
    ({"regime_adx_choppy_max": Decimal(31)}, "regime_adx_choppy_max"),
    ({"regime_tier1_confidence": Decimal("0.5")}, "regime_tier1_confidence"),
    ({"regime_tier1_bias_floor": Decimal("0.3")}, "regime_tier1_bias_floor"),
    ({"regime_hysteresis": Decimal("0.3")}, "regime_hysteresis"),
    ({"age_band_fresh_sec": 86_400}, "age_band_fresh_sec"),
    ({"age_band_aging_sec": 259_200}, "age_band_aging_sec"),
    ({"age_band_stale_sec": 604_800}, "age_band_stale_sec"),
    ({"churner_exit_timeout_sec": 299}, "churner_exit_timeout_sec"),
    ({"churner_profit_pct": Decimal("0.5")}, "churner_profit_pct"),
    ({"s2_orphan_after_sec": 86_399}, "s2_orphan_after_sec"),
    ({"loss_cooldown_start": 2}, "loss_cooldown_start"),
    ({"sticky_target_slots": 101}, "sticky_target_slots"),
    ({"pair_profit_pct": Decimal("0.59")}, "pair_profit_pct"),
    ({"maker_fee_pct": Decimal("0.46"), "churner_profit_pct": Decimal(1)}, "pair_profit_pct"),
    ({"churner_enabled": True, "hmm_enabled": False}, "hmm_enabled"),
    ({"subsidy_auto_reprice_band": "stale"}, "subsidy_enabled"),
    ({"sticky_mode_enabled": True, "release_recon_hard_gate_enabled": False}, "sticky_mode"),
    ({"legacy_orphans": "removed"}, "legacy_orphans"),
    ({"sticky_mode_enabled": True, "sticky_compounding_mode": "fixed"}, "sticky_comp"),
    ({"market_source": "file"}, "market_file"),
    ({"slots": 38}, "slots"),
    ({"regime_directional_enabled": True}, "hmm_enabled"),
    ({"regime_shadow_enabled": True}, "regime_shadow_enabled"),
    ({"hmm_multi_timeframe_source": "consensus"}, "hmm_multi_timeframe_enabled"),
    ({"hmm_multi_timeframe_enabled": True, "hmm_secondary_interval_min": 1}, "hmm_secondary"),
    ({"hmm_training_candles": 513}, "hmm_training_candles"),
    ({"hmm_secondary_min_train_samples": 1427}, "hmm_secondary_min_train_samples"),
    ({"hmm_recent_candles": 14}, "hmm_recent_candles"),
    ({"regime_eval_interval_fast": 301}, "regime_eval_interval_fast"),
    ({"quote_first_allocation": True, "order_size_mode": "DOGE"}, "quote_first_allocation"),
    ({"tp_enabled": True, "order_size_mode": "DOGE"}, "tp_enabled"),
    ({"capital_layer_target_layers": 1, "order_size_mode": "DOGE"}, "capital_layer_target"),
    ({"quote_first_allocation": True, "account_share_enabled": True}, "account_share_enabled"),
    ({"quote_first_allocation": True, "dust_sweep_enabled": True}, "dust_sweep_enabled"),
    ({"capital_layer_target_layers": 21}, "capital_layer_max_target_layers"),
    ({"tp_lookback_cycles": 19}, "tp_min_samples"),
    (
        {
            "volatility_auto_profit": True,
            "volatility_profit_ceiling": Decimal("0.59"),
            "volatility_profit_floor": Decimal(0),
        },
        "volatility_profit_ceiling",
    ),
]


def broken(**changes):
    return list(breaches(Settings().model_dump() | changes))


class Recorded(dict[str, object]):
    """Values that remember which of them were looked at."""

    def __init__(self, values):
        super().__init__(values)
        self.read = set()

    def __getitem__(self, key):
        self.read.add(key)
        return super().__getitem__(key)


@pytest.mark.parametrize(("changes", "key"), BROKEN)
def test_a_breach_names_every_knob_its_relation_looked_at(changes, key):
    for relation in RELATIONS:
        values = Recorded(Settings().model_dump() | changes)
        for breach in relation(values):
            assert values.read <= set(breach.keys), key


def test_the_defaults_break_nothing():
    assert broken() == []


@pytest.mark.plan("002-182")
@pytest.mark.parametrize(("changes", "key"), BROKEN)
def test_a_relation_that_does_not_hold_names_its_knobs(changes, key):
    found = broken(**changes)
    assert len(found) == 1
    assert any(each.startswith(key) for each in found[0].keys)
    assert found[0].problem
    assert found[0].allowed


@pytest.mark.parametrize(
    "changes",
    [
        {"release_panic_stuck_pct": Decimal("60.01")},
        {"churner_exit_timeout_sec": 300},
        {"s2_orphan_after_sec": 86_400},
        {"pair_profit_pct": Decimal("0.6")},
        {"slots": 37},
        {"slots": 112, "sticky_mode_enabled": True},
        {"slots": 75, "recovery_enabled": False, "max_recovery_slots": 4},
        {"slots": 10_000, "open_order_cap": "none"},
        {"market_source": "file", "market_file": "candles.csv"},
    ],
)
def test_at_its_limit_a_relation_holds(changes):
    assert broken(**changes) == []


@pytest.mark.plan("001-168")
def test_eighty_sticky_slots_fit_the_cap_and_eighty_cycling_ones_do_not():
    assert broken(slots=80, sticky_mode_enabled=True) == []
    found = broken(slots=80)
    assert "80 slots with two orders and 4 recovery orders each need 480" in found[0].problem
    assert "at most 37 slots" in found[0].allowed


@pytest.mark.parametrize(("tier", "cap"), [("starter", 60), ("intermediate", 80), ("pro", 225)])
def test_each_tier_has_its_cap(tier, cap):
    assert order_cap(tier, 225) == cap
    assert order_cap(tier, 50) == 50
    assert broken(slots=cap // 2, sticky_mode_enabled=True, open_order_cap=tier) == []
    assert broken(slots=cap // 2 + 1, sticky_mode_enabled=True, open_order_cap=tier)


def test_no_cap_is_no_number():
    assert order_cap("none", 225) is None
    assert orders_per_slot(sticky=True, max_recovery_slots=4) == 2
    assert orders_per_slot(sticky=False, max_recovery_slots=4) == 6


def test_too_many_slots_in_a_profile_are_refused_at_their_line(write, refused):
    write("mine", "extends: base\nsettings:\n  slots: 38\n")
    error = refused()
    assert (error.file, error.line) == ("profiles/mine.yaml", 3)
    assert "228 open orders, the cap is 225 (pro)" in str(error)


def test_a_broken_pair_in_files_is_refused_with_both_lines(write, refused):
    write("middle", "extends: base\nsettings:\n  maker_fee_pct: 1\n  pair_profit_pct: 3\n")
    write("mine", "extends: middle\nsettings:\n  pair_profit_pct: 2\n")
    told = str(refused())
    assert told.startswith("profiles/mine.yaml:3:3: settings.pair_profit_pct: ")
    assert "maker_fee_pct: profiles/middle.yaml:3" in told


def test_an_operators_change_follows_the_same_rules():
    settings = amended(Settings(), {"entry_pct": "0.35", "SLOTS": "5"})
    assert (settings.pair_entry_pct, settings.slots) == (Decimal("0.35"), 5)
    for changes in ({"profit_pct": "0.1"}, {"profit_pct": "0.5"}, {"nothing": "1"}):
        with pytest.raises(ConfigError):
            amended(settings, changes)
