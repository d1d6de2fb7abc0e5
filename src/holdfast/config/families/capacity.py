"""How much of the venue's limits one tick and one desk may use."""

from decimal import Decimal
from typing import Literal

from holdfast.config.knob import Knobs, knob


class CapacityKnobs(Knobs):
    """How much of the venue's limits one tick and one desk may use."""

    open_order_cap: Literal["starter", "intermediate", "pro", "none"] = knob(
        "pro",
        "Open orders the venue allows for one symbol: 60, 80, 225, or no cap (paper and replay only)",
        safe="starter",
        risk=("starter", "intermediate", "pro", "none"),
        effect="restart",
    )
    kraken_open_orders_per_pair_limit: int = knob(
        225, "Upper limit of the order cap, whatever the tier", "orders", ge=1, le=225, risk="up"
    )
    open_order_safety_ratio: Decimal = knob(
        Decimal("0.75"),
        "Part of the order cap that entries may fill",
        "ratio",
        ge=Decimal("0.1"),
        le=Decimal("0.95"),
        risk="up",
        on_stale="safe",
    )
    max_api_calls_per_loop: int = knob(
        20, "Private calls one tick may make", "calls", ge=1, le=1_000_000, risk="up"
    )
    max_entry_adds_per_loop: int = knob(
        2, "New entries one tick may place", "entries", ge=1, le=1_000_000, risk="up"
    )
    bootstrap_slots_per_tick: int = knob(
        7,
        "Empty slots one tick may bring up, both sides together",
        "slots",
        ge=1,
        le=1_000_000,
        risk="up",
    )
    stale_price_max_age_sec: int = knob(
        60,
        "Age at which a price no longer carries a decision to place",
        "s",
        ge=5,
        le=86_400,
        risk="up",
        on_stale="safe",
    )
    entry_scheduler_exempt: Literal["none", "bootstrap", "repair"] = knob(
        "repair",
        "Entries that do not count against the cap of new entries: none, those of bring-up, or also those of repair",
        risk=("none", "bootstrap", "repair"),
    )
    entry_cap_policy: Literal["total", "entry_only"] = knob(
        "total",
        "Which orders slow new entries down: all that rest, or the entries; the cap counts all in both",
        risk=("total", "entry_only"),
    )
    open_order_drift_alert_threshold: int = knob(
        10,
        "Difference of open orders, ours against the venue's, that is reported",
        "orders",
        ge=1,
        le=225,
        since="alerts",
    )
    open_order_drift_alert_persist_sec: int = knob(
        600, "How long the difference has to last", "s", ge=0, le=86_400, since="alerts"
    )
    open_order_drift_alert_cooldown_sec: int = knob(
        1800, "Silence after such a report", "s", ge=0, le=86_400, since="alerts"
    )
    orphan_pressure_warn_at: int = knob(
        100,
        "Recovery orders between two reports of their number",
        "orders",
        ge=1,
        le=1_000_000,
    )
