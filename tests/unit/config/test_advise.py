"""What a lint says of settings that are legal and odd."""

from pathlib import Path

import pytest

from holdfast.config.advise import of_settings
from holdfast.config.errors import ConfigError
from holdfast.config.loader import load_profile

PROFILES = Path(__file__).parents[3] / "profiles"


def loaded(**settings):
    return load_profile("paper", profiles=PROFILES, environ={}, overrides=settings).settings


@pytest.mark.plan("001-037")
@pytest.mark.parametrize(
    ("drift", "odd"),
    [("0.99", True), ("1", False), ("1.5", False), ("2", False), ("2.01", True)],
)
def test_a_drift_outside_of_the_rollout_s_band_is_told_and_allowed(drift, odd):
    assert bool(of_settings(loaded(balance_recon_drift_pct=drift))) is odd


@pytest.mark.plan("001-038", "001-147")
def test_the_hard_gate_is_on_with_sticky_slots_and_cannot_be_off():
    assert loaded(sticky_mode_enabled="true").release_recon_hard_gate_enabled
    with pytest.raises(ConfigError, match="release_recon_hard_gate_enabled"):
        loaded(sticky_mode_enabled="true", release_recon_hard_gate_enabled="false")


@pytest.mark.plan("001-017", "001-039")
@pytest.mark.parametrize(
    "settings",
    [
        {"release_auto_enabled": "true", "release_auto_tier": "tier1"},
        {"release_auto_enabled": "true", "sticky_mode_enabled": "true"},
        {"release_max_stuck_pct": "80"},
        {"release_recovery_target_pct": "80"},
        {"release_min_age_sec": "-1"},
    ],
)
def test_a_release_that_cannot_work_is_refused_at_load(settings):
    with pytest.raises(ConfigError, match=r"release_|sticky_mode_enabled"):
        loaded(**settings)
    assert not loaded().release_auto_enabled
