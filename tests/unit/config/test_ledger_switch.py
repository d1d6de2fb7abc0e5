"""Helpers and subsidy need the ledger: it comes on with them, and an explicit no is refused.

Neither feature is built, so their knobs are treated as built here.
"""

import dataclasses
from types import MappingProxyType

import pytest

from holdfast.config import assigned
from holdfast.config.catalogue import CATALOGUE

ON = "extends: base\nsettings:\n  hmm_enabled: true\n  churner_enabled: true\n"


@pytest.fixture(autouse=True)
def as_if_built(monkeypatch):
    built = {name: dataclasses.replace(knob, since="") for name, knob in CATALOGUE.items()}
    monkeypatch.setattr(assigned, "CATALOGUE", MappingProxyType(built))


@pytest.mark.plan("002-183")
def test_the_churner_turns_the_ledger_on_and_its_origin_says_so(write, load):
    write("mine", ON)
    profile = load()
    assert profile.settings.position_ledger_enabled is True
    origin = profile.origins["position_ledger_enabled"][-1]
    assert (origin.layer, origin.name) == ("implied", "churner_enabled")
    assert origin.where == "profiles/mine.yaml:4"


@pytest.mark.plan("002-182", "002-183")
def test_an_explicit_no_beside_the_churner_is_refused_with_both_lines(write, refused):
    write("mine", ON + "  position_ledger_enabled: false\n")
    told = str(refused())
    assert "churner_enabled: profiles/mine.yaml:4" in told
    assert "position_ledger_enabled: profiles/mine.yaml:5" in told


@pytest.mark.plan("002-182", "002-183")
def test_a_no_from_the_environment_falls_back(write, load):
    write("mine", ON)
    profile = load(environ={"POSITION_LEDGER_ENABLED": "false"})
    assert profile.settings.position_ledger_enabled is True
    assert "together" in str(profile.warnings[0])


@pytest.mark.plan("002-184")
def test_automatic_repricing_needs_subsidy_and_ledger(write, refused, load):
    write("mine", "extends: base\nsettings:\n  subsidy_auto_reprice_band: stuck\n")
    assert "needs subsidy_enabled" in str(refused())
    both = "extends: base\nsettings:\n  subsidy_auto_reprice_band: stuck\n  subsidy_enabled: true\n"
    write("mine", both + "  position_ledger_enabled: false\n")
    assert "subsidy_enabled needs position_ledger_enabled" in str(refused())
    write("mine", both)
    assert load().settings.position_ledger_enabled is True


def test_helpers_need_the_regime_detector(write, refused):
    write("mine", "extends: base\nsettings:\n  churner_enabled: true\n")
    assert "churner_enabled needs hmm_enabled" in str(refused())


@pytest.mark.plan("001-038", "001-147")
def test_sticky_slots_have_the_reconciliation_gate_on(write, load, refused):
    write("mine", "extends: base\nsettings:\n  sticky_mode_enabled: true\n")
    assert load().settings.release_recon_hard_gate_enabled is True
    write(
        "mine",
        "extends: base\nsettings:\n  sticky_mode_enabled: true\n"
        "  release_recon_hard_gate_enabled: false\n",
    )
    assert "release_recon_hard_gate_enabled: profiles/mine.yaml:4" in str(refused())
