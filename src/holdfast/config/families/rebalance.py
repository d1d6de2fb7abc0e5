"""Leaning the two sides towards a target of idle quote."""

from decimal import Decimal
from typing import Literal

from holdfast.config.knob import Knobs, knob

SINCE = "rebalancer acting"


class RebalanceKnobs(Knobs):
    """Leaning the two sides towards a target of idle quote."""

    rebalance_enabled: bool = knob(
        False, "Lean entry sizes towards the target", risk="up", on_stale="safe", since=SINCE
    )
    rebalance_basis: Literal["mark_to_market", "quote_only"] = knob(
        "mark_to_market", "What idle quote is measured against"
    )
    rebalance_target_idle_pct: Decimal = knob(
        Decimal("0.4"), "Target of idle quote", "ratio", ge=Decimal(0), le=Decimal(1)
    )
    rebalance_interval_sec: int = knob(300, "Time between two measurements", "s", ge=5, le=86_400)
    rebalance_ema_halflife: int = knob(
        1800, "Half-life of the smoothed measure", "s", ge=1, le=864_000
    )
    rebalance_kp: Decimal = knob(
        Decimal("2.0"), "Proportional gain", "x", ge=Decimal(0), le=Decimal(100)
    )
    rebalance_kd: Decimal = knob(
        Decimal("0.5"), "Derivative gain", "x", ge=Decimal(0), le=Decimal(100)
    )
    rebalance_max_skew: Decimal = knob(
        Decimal("0.3"),
        "Largest lean",
        "ratio",
        ge=Decimal(0),
        le=Decimal(1),
        risk="up",
    )
    rebalance_max_skew_step: Decimal = knob(
        Decimal("0.05"),
        "Largest change of the lean in one measurement",
        "ratio",
        ge=Decimal(0),
        le=Decimal(1),
        risk="up",
    )
    rebalance_neutral_band: Decimal = knob(
        Decimal("0.05"),
        "Distance from the target that calls for nothing",
        "ratio",
        ge=Decimal(0),
        le=Decimal(1),
    )
    rebalance_max_size_mult: Decimal = knob(
        Decimal("1.5"),
        "Largest multiple of an entry's size",
        "x",
        ge=Decimal(1),
        le=Decimal(10),
        risk="up",
    )
    rebalance_size_sensitivity: Decimal = knob(
        Decimal("1.0"),
        "How strongly a lean changes sizes",
        "x",
        ge=Decimal(0),
        le=Decimal(10),
    )
    trend_fast_halflife: int = knob(
        1800, "Half-life of the fast trend average", "s", ge=1, le=864_000, since=SINCE
    )
    trend_slow_halflife: int = knob(
        14_400, "Half-life of the slow trend average", "s", ge=1, le=8_640_000, since=SINCE
    )
    trend_dead_zone: Decimal = knob(
        Decimal("0.001"),
        "Trend score that counts as none",
        "ratio",
        ge=Decimal(0),
        le=Decimal(1),
        since=SINCE,
    )
    trend_hysteresis_sec: int = knob(
        600, "How long a new target is held", "s", ge=0, le=86_400, since=SINCE
    )
    trend_hysteresis_smooth_halflife: int = knob(
        900, "Half-life of the smoothed target", "s", ge=1, le=864_000, since=SINCE
    )
    trend_idle_sensitivity: Decimal = knob(
        Decimal("5.0"),
        "How strongly the trend moves the target",
        "x",
        ge=Decimal(0),
        le=Decimal(100),
        since=SINCE,
    )
    trend_idle_floor: Decimal = knob(
        Decimal("0.15"), "Lowest target", "ratio", ge=Decimal(0), le=Decimal(1), since=SINCE
    )
    trend_idle_ceiling: Decimal = knob(
        Decimal("0.6"), "Highest target", "ratio", ge=Decimal(0), le=Decimal(1), since=SINCE
    )
    trend_min_samples: int = knob(
        24, "Samples without which there is no trend", "samples", ge=1, le=100_000, since=SINCE
    )
