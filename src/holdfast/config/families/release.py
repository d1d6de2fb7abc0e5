"""When a waiting exit may be given up."""

from decimal import Decimal
from typing import Literal

from holdfast.config.knob import Knobs, knob


class ReleaseKnobs(Knobs):
    """When a waiting exit may be given up."""

    release_min_age_sec: int = knob(
        604_800,
        "Age an exit must have",
        "s",
        ge=0,
        le=2_592_000,
        risk="down",
        on_stale="safe",
    )
    release_min_distance_pct: Decimal = knob(
        Decimal("10.0"),
        "Distance from the mark an exit must have",
        "%",
        ge=Decimal(0),
        le=Decimal(100),
        risk="down",
        on_stale="safe",
    )
    release_adx_threshold: Decimal = knob(
        Decimal("30.0"),
        "Trend strength the market must have",
        "ADX",
        ge=Decimal(0),
        le=Decimal(100),
        risk="down",
        on_stale="safe",
    )
    release_max_stuck_pct: Decimal = knob(
        Decimal("50.0"),
        "Stuck capital above which the first tier releases",
        "%",
        ge=Decimal(0),
        le=Decimal(100),
        risk="down",
        on_stale="safe",
    )
    release_panic_stuck_pct: Decimal = knob(
        Decimal("80.0"),
        "Stuck capital above which the panic tier releases",
        "%",
        ge=Decimal(0),
        le=Decimal(100),
        risk="down",
        on_stale="safe",
    )
    release_panic_min_age_sec: int = knob(
        86_400,
        "Age an exit must have in the panic tier",
        "s",
        ge=0,
        le=2_592_000,
        risk="down",
        on_stale="safe",
    )
    release_recovery_target_pct: Decimal = knob(
        Decimal("60.0"),
        "Stuck capital at which the panic tier stops",
        "%",
        ge=Decimal(0),
        le=Decimal(100),
        risk="down",
        on_stale="safe",
    )
    release_auto_enabled: bool = knob(
        False, "Release without an operator", risk="up", on_stale="safe"
    )
    release_auto_tier: Literal["none", "tier1", "tier2"] = knob(
        "none",
        "How far automatic release may go",
        risk=("none", "tier1", "tier2"),
        on_stale="safe",
    )
    release_recon_hard_gate_enabled: bool = knob(
        True, "Refuse a release while the balances drift", risk="down", on_stale="safe"
    )
    release_close: Literal["transfer", "limit_ioc"] = knob(
        "transfer",
        "Book the inventory to `unallocated` at the mark, or sell it for real",
        risk=("transfer", "limit_ioc"),
        on_stale="safe",
    )
    release_max_per_loop: int = knob(
        1,
        "Exits released in one tick at most",
        "exits",
        ge=1,
        le=5,
        risk="up",
        on_stale="safe",
    )
    stuck_min_age_sec: int = knob(
        86_400, "Age from which an exit counts as stuck", "s", ge=0, le=2_592_000
    )
    balance_recon_drift_pct: Decimal = knob(
        Decimal("2.0"),
        "Drift of the balances above which releases stop; 1.5 is the target of the rollout",
        "%",
        ge=Decimal("0.05"),
        le=Decimal(5),
        safe=Decimal("1.5"),
        risk="up",
    )
