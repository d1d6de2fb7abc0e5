"""What a cycling slot does with an exit that waits too long."""

from decimal import Decimal
from typing import Literal

from holdfast.config.knob import Knobs, knob


class RecoveryKnobs(Knobs):
    """What a cycling slot does with an exit that waits too long."""

    recovery_enabled: bool = knob(
        True,
        "Let a cycling slot set an old exit aside as a recovery order",
        aliases=("recovery_orders_enabled",),
    )
    s1_orphan_after_sec: int = knob(
        86_400,
        "Wait of a single exit before a cycling slot sets it aside",
        "s",
        ge=60,
        le=2_592_000,
    )
    s2_orphan_after_sec: int = knob(
        172_800,
        "Wait with both exits resting before the farther one is set aside",
        "s",
        ge=60,
        le=2_592_000,
    )
    max_recovery_slots: int = knob(
        4, "Recovery orders one cycling slot may hold", "orders", ge=0, le=20, risk="up"
    )
    legacy_orphans: Literal["kept", "removed"] = knob(
        "kept",
        "Whether cycling slots, their recovery orders and the verbs for these exist at all",
        effect="restart",
    )
    auto_recovery_drain_enabled: bool = knob(
        False, "Close recovery orders when capacity runs short", risk="up", since="recovery drain"
    )
    auto_recovery_drain_max_per_loop: int = knob(
        1,
        "Recovery orders closed in one tick at most",
        "orders",
        ge=1,
        le=5,
        risk="up",
        since="recovery drain",
    )
    auto_recovery_drain_capacity_pct: Decimal = knob(
        Decimal(80),
        "Use of the order cap above which draining starts",
        "%",
        ge=Decimal(0),
        le=Decimal(100),
        risk="down",
        since="recovery drain",
    )
    auto_soft_close_capacity_pct: Decimal = knob(
        Decimal("100.1"),
        "Use of the order cap above which recovery orders are soft closed",
        "%",
        ge=Decimal(0),
        le=Decimal(200),
        risk="down",
        since="recovery drain",
    )
    auto_soft_close_batch: int = knob(
        2,
        "Recovery orders soft closed in one tick",
        "orders",
        ge=1,
        le=50,
        risk="up",
        since="recovery drain",
    )
