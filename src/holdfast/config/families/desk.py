"""How the desk process keeps time, records and publishes."""

from decimal import Decimal

from holdfast.config.knob import Knobs, knob


class DeskKnobs(Knobs):
    """How the desk process keeps time, records and publishes."""

    poll_interval_seconds: int = knob(
        30,
        "Time between two looks at a real venue",
        "s",
        ge=5,
        le=300,
        effect="restart",
        aliases=("tick_seconds",),
    )
    orchestrator_patience_ms: int = knob(
        50, "How long a tick waits for the orchestrator", "ms", ge=0, le=10_000, effect="restart"
    )
    snapshot_every_events: int = knob(
        5000, "Events between two snapshots", "events", ge=1, le=100_000_000, effect="restart"
    )
    publish_interval_ms: int = knob(
        500, "Shortest time between two published states", "ms", ge=0, le=60_000, effect="restart"
    )
    publish_tables_sec: int = knob(
        5, "Time between two published sets of tables", "s", ge=0, le=3600, effect="restart"
    )
    checkpoint_every_ticks: int = knob(
        100,
        "Ticks between two checkpoints of the ledger file",
        "ticks",
        ge=1,
        le=1_000_000,
        effect="restart",
    )
    prefect_port: int = knob(
        4200, "Preferred port of the Prefect server", "port", ge=1024, le=65_535, effect="restart"
    )
    dashboard_port: int = knob(
        8501, "Preferred port of the dashboard", "port", ge=1024, le=65_535, effect="restart"
    )
    session_hours: Decimal = knob(
        Decimal(1),
        "Length of one orchestrated session",
        "h",
        ge=Decimal("0.01"),
        le=Decimal(24),
        effect="restart",
    )
    control_query_timeout_sec: int = knob(
        5, "Longest query the control API answers", "s", ge=1, le=300, effect="restart"
    )
    position_ledger_enabled: bool = knob(
        True, "Keep a row for every open position and a journal of it", safe=True, effect="restart"
    )
    position_journal_local_limit: int = knob(
        500, "Journal rows kept in memory, snapshot and status", "rows", ge=50, le=100_000
    )
    max_consecutive_errors: int = knob(
        25,
        "Failed calls in a row that put the desk on hold",
        "errors",
        ge=1,
        le=1000,
        risk="up",
    )
    private_api_metronome_enabled: bool = knob(
        True, "Spread private calls over time", risk="down", since="real venue"
    )
    private_api_metronome_wave_calls: int = knob(
        2, "Private calls in one wave", "calls", ge=1, le=100, risk="up", since="real venue"
    )
    private_api_metronome_wave_seconds: Decimal = knob(
        Decimal("1.5"),
        "Time between two waves",
        "s",
        ge=Decimal("0.05"),
        le=Decimal(60),
        risk="down",
        since="real venue",
    )
