"""Execution mode, risk caps and what leaves the desk."""

from decimal import Decimal
from typing import Literal

from holdfast.config.knob import Knobs, knob


class SafetyKnobs(Knobs):
    """Execution mode, risk caps and what leaves the desk."""

    execution_mode: Literal["HALT", "DRY", "CANARY_LIVE", "LIVE"] = knob(
        "DRY",
        "Highest mode the desk may reach",
        risk=("HALT", "DRY", "CANARY_LIVE", "LIVE"),
        on_stale="safe",
        effect="restart",
        env=False,
    )
    live_arm_reads: int = knob(
        3,
        "Good reads in a row that arm LIVE",
        "reads",
        ge=1,
        le=20,
        risk="down",
        env=False,
    )
    live_arm_min_span_s: int = knob(
        10,
        "Shortest time those reads must cover",
        "s",
        ge=0,
        le=300,
        risk="down",
        env=False,
    )
    live_read_interval_s: int = knob(
        5,
        "Time between two reads of the requested mode",
        "s",
        ge=1,
        le=300,
        env=False,
    )
    live_max_read_age_s: int = knob(
        15,
        "Age at which a read no longer counts",
        "s",
        ge=2,
        le=600,
        risk="up",
        env=False,
    )
    live_lease_s: int = knob(
        900,
        "Length of a LIVE lease",
        "s",
        ge=60,
        le=86_400,
        risk="up",
        env=False,
    )
    live_permit_ttl_s: int = knob(
        3,
        "How long a permit is good for",
        "s",
        ge=1,
        le=30,
        risk="up",
        env=False,
    )
    max_leverage: Decimal = knob(
        Decimal(1),
        "Largest leverage a request may name; a spot venue gives 1",
        "x",
        ge=Decimal(1),
        le=Decimal(50),
        risk="up",
        on_stale="safe",
        env=False,
    )
    max_order_notional_usd: Decimal = knob(
        Decimal(0),
        "Largest notional of one order; 0 lets none through on a live ledger",
        "quote",
        ge=Decimal(0),
        le=Decimal(1_000_000),
        risk="up",
        on_stale="safe",
        env=False,
        aliases=("max_notional_usdc",),
    )
    max_symbol_exposure_usd: Decimal = knob(
        Decimal(0),
        "Largest exposure in one symbol: open entries, and inventory above the base at the start",
        "quote",
        ge=Decimal(0),
        le=Decimal(1_000_000),
        risk="up",
        on_stale="safe",
        env=False,
    )
    max_total_exposure_usd: Decimal = knob(
        Decimal(0),
        "Largest exposure in all symbols",
        "quote",
        ge=Decimal(0),
        le=Decimal(1_000_000),
        risk="up",
        on_stale="safe",
        env=False,
    )
    max_open_notional_usd: Decimal = knob(
        Decimal(0),
        "Largest notional of all open orders, exits too",
        "quote",
        ge=Decimal(0),
        le=Decimal(1_000_000),
        risk="up",
        on_stale="safe",
        env=False,
    )
    max_open_orders: int = knob(
        50,
        "Open orders the policy allows for one symbol; at least two a slot",
        "orders",
        ge=1,
        le=225,
        risk="up",
        on_stale="safe",
        env=False,
    )
    max_orders_per_minute: int = knob(
        10,
        "New entries in one minute, exits not counted; at least two a slot",
        "orders",
        ge=1,
        le=225,
        risk="up",
        on_stale="safe",
        env=False,
    )
    max_daily_orders: int = knob(
        50,
        "New entries in one day, exits not counted",
        "orders",
        ge=1,
        le=1_000_000,
        risk="up",
        on_stale="safe",
        env=False,
    )
    max_total_loss_usd: Decimal = knob(
        Decimal(0),
        "Realised loss since the ledger began that puts the desk on hold; 0 is off",
        "quote",
        ge=Decimal(0),
        le=Decimal(1_000_000),
        env=False,
    )
    daily_loss_limit: Decimal = knob(
        Decimal(0),
        "Realised loss of a day that puts the desk on hold; 0 is off, on paper only",
        "quote",
        ge=Decimal(0),
        le=Decimal(1_000_000),
        env=False,
        aliases=("daily_loss_limit_usd",),
    )
    max_drawdown_pct: Decimal = knob(
        Decimal(10),
        "Fall of equity below its peak that puts the desk on hold",
        "%",
        ge=Decimal(0),
        le=Decimal(100),
        risk="up",
        on_stale="safe",
        env=False,
    )
    symbol_allowlist: str | None = knob(
        None,
        "Symbols orders may be sent for, separated by commas",
        on_stale="safe",
        env=False,
        aliases=("allowed_symbols",),
    )
    circuit_breaker: Literal["off", "entries", "all"] = knob(
        "off",
        "What the circuit breaker blocks: new entries, or also changes of entries; exits never",
        risk=("all", "entries", "off"),
        env=False,
    )
    max_price_deviation_pct: Decimal = knob(
        Decimal(5),
        "Largest distance of a limit price from the mid",
        "%",
        ge=Decimal("0.1"),
        le=Decimal(50),
        risk="up",
        on_stale="safe",
        env=False,
    )
    min_quote_reserve_usd: Decimal = knob(
        Decimal(0),
        "Quote that is never spent",
        "quote",
        ge=Decimal(0),
        le=Decimal(1_000_000),
        risk="down",
        env=False,
    )
    max_signal_age_s: int = knob(
        120,
        "Age at which a signal expires",
        "s",
        ge=0,
        le=86_400,
        risk="up",
        on_stale="safe",
        env=False,
    )
    flow_detection_enabled: bool = knob(
        True, "Book deposits and withdrawals when a comparison finds them", effect="restart"
    )
    flow_poll_interval_sec: int = knob(
        300, "Time between two looks for flows", "s", ge=60, le=86_400, since="flow detection"
    )
    flow_baseline_auto_adjust: bool = knob(
        True, "Move the baseline of the drift by a flow", since="flow detection"
    )
    supabase_ledger_writes: bool = knob(
        False, "Copy the ledger to Postgres", since="replication", aliases=("replication_enabled",)
    )
