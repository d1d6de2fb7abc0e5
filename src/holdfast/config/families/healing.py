"""Ageing positions: bands, subsidy and repricing."""

from decimal import Decimal
from typing import Literal

from holdfast.config.knob import Knobs, knob

SINCE = "self-healing"


class HealingKnobs(Knobs):
    """Ageing positions: bands, subsidy and repricing."""

    age_band_fresh_sec: int = knob(
        21_600,
        "Effective age below which a position is fresh",
        "s",
        ge=60,
        le=31_536_000,
        since=SINCE,
    )
    age_band_aging_sec: int = knob(
        86_400,
        "Effective age below which a position is aging",
        "s",
        ge=120,
        le=31_536_000,
        since=SINCE,
    )
    age_band_stale_sec: int = knob(
        259_200,
        "Effective age below which a position is stale",
        "s",
        ge=180,
        le=31_536_000,
        since=SINCE,
    )
    age_band_stuck_sec: int = knob(
        604_800,
        "Effective age below which a position is stuck; above it is a write-off",
        "s",
        ge=240,
        le=31_536_000,
        since=SINCE,
    )
    age_distance_weight: Decimal = knob(
        Decimal("5.0"),
        "Distance that doubles the age of a position",
        "%",
        ge=Decimal("0.1"),
        le=Decimal(100),
        since=SINCE,
    )
    subsidy_enabled: bool = knob(
        False,
        "Reprice old exits with what good cycles earned",
        risk="up",
        on_stale="safe",
        since=SINCE,
    )
    subsidy_reprice_interval_sec: int = knob(
        3600,
        "Time between two subsidised reprices of one position",
        "s",
        ge=60,
        le=604_800,
        risk="down",
        since=SINCE,
    )
    subsidy_auto_reprice_band: Literal["none", "stale", "stuck"] = knob(
        "none",
        "How far automatic repricing goes: none, the free tighten only, or also subsidised",
        risk=("none", "stale", "stuck"),
        on_stale="safe",
        since=SINCE,
    )
    subsidy_min_band: Literal["stale", "stuck", "write_off"] = knob(
        "stuck",
        "Band from which a subsidised reprice is allowed",
        risk=("write_off", "stuck", "stale"),
        since=SINCE,
    )
    subsidy_write_off_auto: bool = knob(
        False,
        "Write off positions without an operator",
        risk="up",
        on_stale="safe",
        effect="never_live",
        since=SINCE,
    )
    round_trip_fee_pct: Decimal = knob(
        Decimal("0.50"),
        "Fees of a cycle in the subsidy formula",
        "%",
        ge=Decimal(0),
        le=Decimal(10),
        since=SINCE,
    )
