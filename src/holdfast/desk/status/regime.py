"""Tell what the desk reads off the market, what its tiers stand at, and what is only watched.

Keys are there whether or not anything reads: a figure that is not known is null, never a guess.
"""

from decimal import Decimal
from typing import Any

from holdfast.desk.regime.detector import Frame
from holdfast.desk.regime.policy import RegimePolicy
from holdfast.desk.regime.seat import SignalSeat
from holdfast.desk.regime.stance import hint_of, leaning, overridden
from holdfast.desk.status.facts import View
from holdfast.domain.bookkeeping import RegimeHinted, TierChanged
from holdfast.domain.market import SECOND
from holdfast.domain.slots import Block, LegName
from holdfast.domain.tiers import DIRECTIONAL, LABELS
from holdfast.engine.momentum import deferred
from holdfast.engine.readings import Readings
from holdfast.engine.regime import cooling, suppressed
from holdfast.signals.crossing import crossed

NOTHING_READ = Readings(at=0)
STATES = ("bearish", "ranging", "bullish")


def regime_blocks(view: View) -> dict[str, Any]:
    """Tell detector, consensus, tiers and trend."""
    return {
        "hmm_data_pipeline": _pipeline(view),
        "hmm_regime": _regime(view),
        "hmm_consensus": _consensus(view),
        "regime_directional": _tiers(view),
        "trend": _trend(view),
    }


def policy_of(view: View) -> RegimePolicy | None:
    """Find the policy of tiers among those of the desk."""
    return next((one for one in view.desk.policies if isinstance(one, RegimePolicy)), None)


def _frames(view: View) -> tuple[Frame, ...]:
    seats = [one for one in view.desk.policies if isinstance(one, SignalSeat)]
    return seats[0].detector.frames if seats and seats[0].detector is not None else ()


def _pipeline(view: View) -> dict[str, Any]:
    frames = [_frame(view, one) for one in _frames(view)]
    return {
        "ready": bool(frames) and all(one["ready"] for one in frames),
        "enabled": view.profile.settings.hmm_enabled,
        "overdue": any(one["overdue"] for one in frames),
        "frames": frames,
    }


def _frame(view: View, frame: Frame) -> dict[str, Any]:
    model, longest = frame.model, view.profile.settings.hmm_retrain_interval_sec
    age = None if model is None else max(0, view.now_wall - model.trained_at) // SECOND
    return {
        "name": frame.terms.name,
        "interval_min": frame.terms.seconds // 60,
        "ready": frame.ready,
        "candles": frame.candles,
        "candles_needed": frame.terms.recent,
        "model_version": None if model is None else model.version,
        "model_age_sec": age,
        "overdue": age is None or age > longest,
        "observation_count": None if model is None else model.rows,
        "trust": None if model is None else crossed(model.trust),
        "calibration_error": None if model is None else crossed(model.error),
        "flaw": "no model was trained" if model is None else model.flaw,
    }


def _regime(view: View) -> dict[str, Any]:
    seen = view.desk.readings or NOTHING_READ
    ready = seen.regime_ready
    return {
        "ready": ready,
        "enabled": view.profile.settings.hmm_enabled,
        "regime": seen.regime.value.upper() if ready else None,
        "probabilities": dict(zip(STATES, seen.probabilities, strict=True)) if ready else None,
        "confidence": seen.confidence if ready else None,
        "bias_signal": seen.bias if ready else None,
        "agreement": seen.agreement if ready else None,
        "model_version": seen.model if ready else None,
        "last_update_ts": seen.at if ready else None,
    }


def _consensus(view: View) -> dict[str, Any]:
    frames = _frames(view)
    seen = view.desk.readings or NOTHING_READ
    return {
        "ready": seen.regime_ready,
        "enabled": len(frames) > 1,
        "source": view.profile.settings.hmm_multi_timeframe_source,
        "agreement": seen.agreement if seen.regime_ready else None,
        "frames": [
            {
                "name": one.terms.name,
                "regime": STATES[one.seen.regime].upper(),
                "confidence": crossed(one.seen.confidence),
                "bias_signal": crossed(one.seen.bias),
            }
            for one in frames
            if one.seen is not None
        ],
    }


def _tiers(view: View) -> dict[str, Any]:
    policy, books = policy_of(view), view.desk.books
    settings, now, tier = view.profile.settings, view.market_time, books.tier
    told: dict[str, Any] = {
        "ready": False,
        "enabled": settings.regime_directional_enabled,
        "shadow": settings.regime_shadow_enabled,
        "tier": tier.tier,
        "tier_label": LABELS[tier.tier],
        "suppressed_side": None,
        "favored_side": None,
        "regime": None,
        "confidence": None,
        "bias_signal": None,
        "override": "NONE",
        "hint": None,
        "dwell_sec": None if tier.entered_at is None else (now - tier.entered_at) // SECOND,
        "grace_remaining_sec": 0,
        "cooldown_remaining_sec": 0,
        "cooldown_suppressed_side": None,
        "regime_suppressed_slots": view.desk.index.waiting.counts().get(Block.REGIME, 0),
        "shadowed_entries": 0,
        "tier_history": [],
        "reason": "",
    }
    return told if policy is None else told | _in_force(view, policy)


def _in_force(view: View, policy: RegimePolicy) -> dict[str, Any]:
    desk, now, stance = view.desk, view.market_time, policy.held.stance
    tier, rules, seen = desk.books.tier, stance.tiers, leaning(view.desk, stance)
    side, cools = suppressed(tier, rules, now), cooling(tier, rules, now)
    left = 0 if cools is None or tier.left_at is None else tier.left_at + rules.cooldown - now
    grace = tier.grace_at + rules.grace - now if tier.tier == DIRECTIONAL else 0
    return {
        "ready": seen.ready,
        "suppressed_side": _side(side),
        "favored_side": _side(None if side is None else _other(side)),
        "regime": seen.regime.value.upper() if seen.ready else None,
        "confidence": seen.confidence if seen.ready else None,
        "bias_signal": seen.bias if seen.ready else None,
        "override": overridden(desk, stance),
        "hint": _hint(hint_of(desk, stance), now),
        "grace_remaining_sec": max(0, grace) // SECOND,
        "cooldown_remaining_sec": left // SECOND,
        "cooldown_suppressed_side": _side(cools),
        "shadowed_entries": policy.tier_shadow.entries,
        "tier_history": [_change(at, note) for at, note in policy.history],
        "reason": policy.reason,
    }


def _hint(hint: RegimeHinted | None, now: int) -> dict[str, Any] | None:
    if hint is None:
        return None
    return {
        "regime": hint.regime.value.upper(),
        "confidence": hint.confidence,
        "principal": hint.principal,
        "remaining_sec": max(0, hint.until - now) // SECOND,
    }


def _change(at: int, note: TierChanged) -> dict[str, Any]:
    return {
        "at": at,
        "from": note.before,
        "to": note.state.tier,
        "tier_label": LABELS[note.state.tier],
        "side": _side(note.state.side),
        "regime": note.regime.value.upper(),
        "confidence": note.confidence,
        "bias_signal": note.bias,
        "reason": note.reason,
        "acted": note.acted,
    }


def _trend(view: View) -> dict[str, Any]:
    seen, policy = view.desk.readings or NOTHING_READ, policy_of(view)
    settings, momentum = view.profile.settings, seen.momentum_ready
    return {
        "ready": seen.adx_ready,
        "read_at": seen.at or None,
        "adx": seen.adx if seen.adx_ready else None,
        "band": seen.band.value,
        "bands_act": settings.regime_adx_enabled,
        "momentum": seen.momentum if momentum else None,
        "momentum_act": settings.momentum_enabled,
        "momentum_shadow": settings.momentum_shadow_enabled,
        "momentum_against": _side(deferred(seen.momentum)) if momentum else None,
        "momentum_deferred_legs": view.desk.index.waiting.counts().get(Block.MOMENTUM, 0),
        "momentum_shadowed_entries": 0 if policy is None else policy.momentum_shadow.entries,
        "volatility_pct": _known(seen.volatility, ready=seen.volatility_ready),
    }


def _known(value: Decimal, *, ready: bool) -> Decimal | None:
    return value if ready else None


def _side(leg: LegName | None) -> str | None:
    return None if leg is None else leg.value


def _other(leg: LegName) -> LegName:
    return LegName.B if leg is LegName.A else LegName.A
