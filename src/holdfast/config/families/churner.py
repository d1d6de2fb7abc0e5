"""The short-cycle helper of a stuck slot."""

from decimal import Decimal
from typing import Literal

from holdfast.config.knob import Knobs, knob

SINCE = "churner"


class ChurnerKnobs(Knobs):
    """The short-cycle helper of a stuck slot."""

    churner_enabled: bool = knob(False, "Let helpers run", risk="up", on_stale="safe", since=SINCE)
    churner_auto_activate: bool = knob(
        True, "Start a helper without an operator when its gates open", since=SINCE
    )
    churner_entry_pct: Decimal = knob(
        Decimal("0.15"),
        "Entry distance of a helper",
        "%",
        ge=Decimal("0.01"),
        le=Decimal(5),
        since=SINCE,
    )
    churner_profit_pct: Decimal = knob(
        Decimal("0.60"),
        "Profit target of a helper",
        "%",
        ge=Decimal("0.01"),
        le=Decimal(50),
        since=SINCE,
    )
    churner_order_size_usd: Decimal = knob(
        Decimal("2.0"),
        "Notional of a helper's entry",
        "quote",
        ge=Decimal("0.01"),
        le=Decimal(1_000_000),
        risk="up",
        since=SINCE,
    )
    churner_timeout_sec: int = knob(
        300, "Wait of a helper's entry", "s", ge=60, le=86_400, since=SINCE
    )
    churner_exit_timeout_sec: int = knob(
        600, "Wait of a helper's exit", "s", ge=60, le=86_400, since=SINCE
    )
    churner_min_headroom: int = knob(
        10,
        "Orders that must be left under the cap",
        "orders",
        ge=0,
        le=100,
        risk="down",
        since=SINCE,
    )
    churner_reserve_usd: Decimal = knob(
        Decimal("5.0"),
        "Quote set aside for helpers",
        "quote",
        ge=Decimal(0),
        le=Decimal(10_000),
        risk="up",
        since=SINCE,
    )
    churner_max_active: int = knob(
        5, "Helpers at one time", "helpers", ge=1, le=50, risk="up", since=SINCE
    )
    churner_profit_routing: Literal["subsidy", "slot"] = knob(
        "subsidy", "Where a helper's profit goes", since=SINCE
    )
    mts_churner_gate: Decimal = knob(
        Decimal("0.3"),
        "Market score below which no helper starts",
        "ratio",
        ge=Decimal(0),
        le=Decimal(1),
        risk="down",
        since=SINCE,
    )
    herd_mode_enabled: bool = knob(
        False, "The earlier bot's extra switch in front of helpers", since=SINCE
    )
