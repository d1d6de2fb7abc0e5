"""Which way the market leans, and what the desk does about it."""

from decimal import Decimal
from typing import Literal

from holdfast.config.knob import Knobs, knob


class RegimeKnobs(Knobs):
    """Which way the market leans, and what the desk does about it."""

    regime_adx_enabled: bool = knob(
        False,
        "Let the trend bands change entry distance and entries a tick",
        risk="up",
        on_stale="safe",
    )
    regime_adx_period: int = knob(
        14, "Period of Wilder's ADX", "bars", ge=2, le=100, effect="restart"
    )
    regime_adx_choppy_max: Decimal = knob(
        Decimal("20.0"),
        "Below this the market is choppy",
        "ADX",
        ge=Decimal(0),
        le=Decimal(100),
        effect="restart",
    )
    regime_adx_trending_min: Decimal = knob(
        Decimal("30.0"),
        "Above this the market is trending",
        "ADX",
        ge=Decimal(0),
        le=Decimal(100),
        effect="restart",
    )
    regime_directional_enabled: bool = knob(
        False, "Act on the regime's tier", risk="up", on_stale="safe"
    )
    regime_shadow_enabled: bool = knob(
        False, "Evaluate the regime without acting on it", on_stale="safe"
    )
    regime_tier1_confidence: Decimal = knob(
        Decimal("0.20"),
        "Confidence tier 1 asks for",
        "ratio",
        ge=Decimal(0),
        le=Decimal(1),
    )
    regime_tier2_confidence: Decimal = knob(
        Decimal("0.50"),
        "Confidence tier 2 asks for",
        "ratio",
        ge=Decimal(0),
        le=Decimal(1),
    )
    regime_tier1_bias_floor: Decimal = knob(
        Decimal("0.10"),
        "Smallest bias of tier 1",
        "ratio",
        ge=Decimal(0),
        le=Decimal(1),
    )
    regime_tier2_bias_floor: Decimal = knob(
        Decimal("0.25"),
        "Smallest bias of tier 2",
        "ratio",
        ge=Decimal(0),
        le=Decimal(1),
    )
    regime_hysteresis: Decimal = knob(
        Decimal("0.05"),
        "How far confidence must fall below a tier to leave it",
        "ratio",
        ge=Decimal(0),
        le=Decimal(1),
    )
    regime_min_dwell_sec: int = knob(300, "Shortest stay in a tier", "s", ge=0, le=86_400)
    regime_suppression_grace_sec: int = knob(
        60, "Time in tier 2 before a side is suppressed", "s", ge=0, le=3600
    )
    regime_tier2_reentry_cooldown_sec: int = knob(
        600,
        "Time after tier 2 in which it cannot be entered again",
        "s",
        ge=0,
        le=86_400,
    )
    regime_eval_interval_sec: int = knob(300, "Time between two evaluations", "s", ge=5, le=3600)
    regime_eval_interval_fast: int = knob(
        60,
        "Time between two evaluations while the regime is changing",
        "s",
        ge=5,
        le=3600,
    )
    regime_manual_override: Literal["NONE", "BULLISH", "BEARISH"] = knob(
        "NONE", "Regime set by an operator", on_stale="safe"
    )
    regime_manual_confidence: Decimal = knob(
        Decimal("0.75"),
        "Confidence of a regime set by an operator",
        "ratio",
        ge=Decimal(0),
        le=Decimal(1),
    )
    regime_hint_sec: int = knob(
        0,
        "How long a regime hint from outside counts, below an operator's word; 0 takes no hints",
        "s",
        ge=0,
        le=86_400,
        risk="up",
        on_stale="safe",
    )
    auto_repair_regime: Literal["when_lapsed", "never"] = knob(
        "when_lapsed",
        "When a side that the regime suppressed comes back: as soon as it is no longer suppressed, or not by itself",
        safe="never",
        risk=("never", "when_lapsed"),
    )
