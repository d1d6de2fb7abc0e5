"""Sizing by how quickly cycles close, and a profit target by volatility."""

from decimal import Decimal

from holdfast.config.knob import Knobs, knob


class ThroughputKnobs(Knobs):
    """Sizing by how quickly cycles close, and a profit target by volatility."""

    tp_enabled: bool = knob(
        False,
        "Size entries by the speed of their bucket",
        risk="up",
        on_stale="safe",
    )
    tp_lookback_cycles: int = knob(500, "Cycles looked at", "cycles", ge=1, le=100_000)
    tp_min_samples: int = knob(
        20,
        "Cycles without which nothing is scaled",
        "cycles",
        ge=1,
        le=100_000,
    )
    tp_min_samples_per_bucket: int = knob(10, "Cycles a bucket needs", "cycles", ge=1, le=100_000)
    tp_full_confidence_samples: int = knob(
        50,
        "Cycles at which a bucket counts in full",
        "cycles",
        ge=1,
        le=100_000,
    )
    tp_recency_halflife: int = knob(
        100,
        "Rank at which a cycle weighs half",
        "cycles",
        ge=0,
        le=100_000,
    )
    tp_censored_weight: Decimal = knob(
        Decimal("0.5"),
        "Weight of an exit still open",
        "ratio",
        ge=Decimal(0),
        le=Decimal(1),
    )
    tp_floor_mult: Decimal = knob(
        Decimal("0.5"),
        "Smallest multiple of the size",
        "x",
        ge=Decimal(0),
        le=Decimal(1),
    )
    tp_ceiling_mult: Decimal = knob(
        Decimal("2.0"),
        "Largest multiple of the size",
        "x",
        ge=Decimal(1),
        le=Decimal(10),
        risk="up",
    )
    tp_age_pressure_trigger: Decimal = knob(
        Decimal("1.5"),
        "Old exits: multiple of the usual time that starts the pressure",
        "x",
        ge=Decimal(0),
        le=Decimal(100),
    )
    tp_age_pressure_sensitivity: Decimal = knob(
        Decimal("0.5"),
        "Old exits: how quickly the pressure grows",
        "ratio",
        ge=Decimal(0),
        le=Decimal(10),
    )
    tp_age_pressure_floor: Decimal = knob(
        Decimal("0.3"),
        "Old exits: least that is left of the size",
        "ratio",
        ge=Decimal(0),
        le=Decimal(1),
    )
    tp_util_threshold: Decimal = knob(
        Decimal("0.7"),
        "Locked part of the capital that starts the penalty",
        "ratio",
        ge=Decimal(0),
        le=Decimal("0.99"),
    )
    tp_util_sensitivity: Decimal = knob(
        Decimal("0.8"),
        "How quickly the penalty grows",
        "ratio",
        ge=Decimal(0),
        le=Decimal(10),
    )
    tp_util_floor: Decimal = knob(
        Decimal("0.4"),
        "Least that is left of the size",
        "ratio",
        ge=Decimal(0),
        le=Decimal(1),
    )
    tp_log_updates: bool = knob(True, "Record each new table of multiples")
    volatility_auto_profit: bool = knob(
        False,
        "Move the profit target with the volatility",
        on_stale="safe",
    )
    volatility_profit_factor: Decimal = knob(
        Decimal("0.8"),
        "Profit target as a multiple of the usual move",
        "x",
        ge=Decimal(0),
        le=Decimal(10),
    )
    volatility_profit_floor: Decimal = knob(
        Decimal("1.0"),
        "Lowest profit target",
        "%",
        ge=Decimal(0),
        le=Decimal(50),
    )
    volatility_profit_ceiling: Decimal = knob(
        Decimal("3.0"),
        "Highest profit target",
        "%",
        ge=Decimal(0),
        le=Decimal(50),
    )
    volatility_profit_mult_floor: Decimal = knob(
        Decimal("0.5"),
        "Lowest multiple of the plain target",
        "x",
        ge=Decimal(0),
        le=Decimal(1),
    )
    volatility_profit_mult_ceiling: Decimal = knob(
        Decimal("2.0"),
        "Highest multiple of the plain target",
        "x",
        ge=Decimal(1),
        le=Decimal(10),
    )
    volatility_profit_min_change: Decimal = knob(
        Decimal("0.05"),
        "Smallest change worth making",
        "%",
        ge=Decimal(0),
        le=Decimal(10),
    )
