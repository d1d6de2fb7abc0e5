"""Status tells what the desk reads and where its tiers stand, by the contract's keys, and a verb moves them."""

import json
import sys
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parent))

from small_desk import ROOT, House
from test_detector import MODEL

from holdfast.desk.control.verb_parameters import BadPayload
from holdfast.desk.control.verbs import perform, understand
from holdfast.desk.regime.detector import Detector, DetectorTerms, FrameTerms
from holdfast.desk.regime.policy import RegimePolicy
from holdfast.desk.regime.seat import SignalSeat
from holdfast.domain.bookkeeping import RegimeOverridden

SCHEMA = json.loads((ROOT / "docs" / "schema" / "status.json").read_text(encoding="utf-8"))
KEYS = ("hmm_data_pipeline", "hmm_regime", "hmm_consensus", "regime_directional", "trend")
TIER_KEYS = (
    *("tier", "tier_label", "suppressed_side", "favored_side", "confidence", "bias_signal"),
    *("dwell_sec", "grace_remaining_sec", "cooldown_remaining_sec", "cooldown_suppressed_side"),
    *("regime_suppressed_slots", "tier_history", "reason"),
)


def told(house):
    status = house.board.read().status
    for name in KEYS:
        part = {**SCHEMA, **SCHEMA["properties"][name]}
        jsonschema.validate(json.loads(json.dumps(status[name], default=float)), part)
    return status


def acting(**more):
    return House(
        slots=3,
        candles=200,
        regime_directional_enabled="true",
        regime_manual_override="BULLISH",
        **more,
    )


@pytest.mark.plan("001-105")
def test_the_trend_says_adx_band_momentum_and_volatility_once_bars_are_there():
    house = House(slots=2, candles=200, momentum_shadow_enabled="true")
    trend = told(house.ticks(10))["trend"]
    assert (trend["ready"], trend["adx"], trend["band"]) == (False, None, "unknown")
    trend = told(house.ticks(150))["trend"]
    assert trend["ready"]
    assert trend["adx"] > 0
    assert trend["band"] in {"choppy", "normal", "trending"}
    assert trend["momentum"] in {-1, 0, 1}
    assert trend["volatility_pct"] > 0


def test_a_desk_that_reads_nothing_tells_the_same_keys_without_a_figure():
    quiet, reading = told(House(slots=1).ticks(3)), told(acting().ticks(3))
    for name in KEYS:
        assert quiet[name].keys() == reading[name].keys()
    assert quiet["hmm_regime"]["regime"] is None
    assert quiet["regime_directional"]["tier"] == 0


def test_the_tiers_tell_side_grace_and_history():
    house = acting(regime_suppression_grace_sec="120")
    block = told(house.ticks(2))["regime_directional"]
    assert all(key in block for key in TIER_KEYS)
    assert (block["tier"], block["tier_label"], block["override"]) == (2, "directional", "BULLISH")
    assert block["suppressed_side"] is None
    assert 0 < block["grace_remaining_sec"] <= 120
    block = told(house.ticks(3))["regime_directional"]
    assert (block["suppressed_side"], block["favored_side"]) == ("A", "B")
    assert block["grace_remaining_sec"] == 0
    (change,) = block["tier_history"]
    assert (change["from"], change["to"], change["side"], change["acted"]) == (0, 2, "A", True)


@pytest.mark.plan("000-028", "000-029", "000-042", "000-054")
def test_a_suppressed_side_waits_by_name_through_drop_and_cooldown_and_comes_back_then():
    house = acting(regime_suppression_grace_sec="0", regime_tier2_reentry_cooldown_sec="600")
    status = told(house.ticks(3))
    assert status["regime_directional"]["regime_suppressed_slots"] == 3
    policy = next(one for one in house.desk.policies if isinstance(one, RegimePolicy))
    policy.held.adopt(replace(policy.held.stance, override="NONE"))
    house.desk.watch_again()
    block = told(house.ticks(9))["regime_directional"]
    assert (block["tier"], block["cooldown_suppressed_side"]) == (0, "A")
    assert block["regime_suppressed_slots"] == 3
    assert 0 < block["cooldown_remaining_sec"] <= 120
    block = told(house.ticks(3))["regime_directional"]
    assert (block["cooldown_suppressed_side"], block["regime_suppressed_slots"]) == (None, 0)
    slots = house.desk.books.slots.values()
    assert all(slot.a.order is not None or slot.a.lot is not None for slot in slots)


def test_a_person_names_the_regime_by_a_verb_that_is_noted():
    house = acting().ticks(3)
    ask = understand(
        house.verbs, {"action": "override_regime", "regime": "bearish", "reason": "news"}
    )
    assert "BEARISH until NONE" in perform(house.desk, ask)
    notes = [entry for _, entry in house.ledger.rows if isinstance(entry, RegimeOverridden)]
    assert notes == [RegimeOverridden(regime="BEARISH", reason="news")]
    block = told(house.ticks(2))["regime_directional"]
    assert (block["override"], block["regime"], block["tier_history"][0]["side"]) == (
        "BEARISH",
        "BEARISH",
        "B",
    )


def test_a_regime_nobody_knows_is_refused_and_changes_nothing():
    house = acting()
    before = len(house.ledger.rows)
    ask = understand(house.verbs, {"action": "override_regime", "regime": "SIDEWAY"})
    with pytest.raises(BadPayload, match="not one of NONE, BULLISH, BEARISH"):
        perform(house.desk, ask)
    kept = [entry for _, entry in house.ledger.rows[before:] if isinstance(entry, RegimeOverridden)]
    assert kept == []


def test_the_detector_tells_probabilities_model_and_what_each_length_lacks():
    house = acting()
    terms = DetectorTerms(frames=(FrameTerms("primary", 60, 60), FrameTerms("secondary", 900, 60)))
    model = replace(MODEL, trust=0.5, error=0.01)
    seat = next(one for one in house.desk.policies if isinstance(one, SignalSeat))
    seat.detector = Detector(terms, lambda name: model if name == "primary" else None)
    status = told(house.ticks(120))
    seen, frames = status["hmm_regime"], status["hmm_data_pipeline"]["frames"]
    assert seen["ready"]
    assert seen["regime"] in {"BEARISH", "RANGING", "BULLISH"}
    assert sum(seen["probabilities"].values()) == pytest.approx(1, abs=Decimal("0.001"))
    assert (seen["model_version"], seen["agreement"]) == (1, "primary")
    assert [(one["ready"], one["overdue"], one["flaw"]) for one in frames] == [
        (True, True, ""),
        (False, True, "no model was trained"),
    ]
    assert status["hmm_data_pipeline"]["overdue"]
    assert [one["name"] for one in status["hmm_consensus"]["frames"]] == ["primary"]
