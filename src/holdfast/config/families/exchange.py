"""How a desk talks to a real venue: where it is, whose clock counts, how carefully it sends."""

from decimal import Decimal
from typing import Literal

from holdfast.config.knob import Knobs, knob


class ExchangeKnobs(Knobs):
    """How a desk talks to a real venue: where it is, whose clock counts, how carefully it sends."""

    exchange_url: str | None = knob(
        None,
        "Where the venue answers: `emulator` is the one of this runtime, none is the venue's own",
        effect="restart",
        env=False,
    )
    exchange_port: int = knob(
        8640,
        "Preferred port of the emulated exchange that `holdfast up` starts",
        "port",
        ge=1024,
        le=65_535,
        effect="restart",
        env=False,
    )
    clock_source: Literal["machine", "venue"] = knob(
        "machine",
        "Whose clock the desk goes by; `venue` is for an emulator in lock step",
        effect="restart",
        env=False,
    )
    submit_deadline_s: int = knob(
        10,
        "After so long the venue itself refuses a request that arrives late",
        "s",
        ge=2,
        le=60,
        effect="restart",
        env=False,
    )
    entry_max_age_s: int = knob(
        30,
        "Age at which an entry that could not be sent is given up",
        "s",
        ge=1,
        le=600,
        effect="restart",
        env=False,
    )
    amend_max_count: int = knob(
        20,
        "Moves of one order; after them an entry is cancelled and placed anew",
        "moves",
        ge=1,
        le=1000,
        effect="restart",
        env=False,
    )
    amend_min_interval_s: int = knob(
        30,
        "Shortest time between two moves of one order",
        "s",
        ge=0,
        le=3600,
        effect="restart",
        env=False,
    )
    amend_max_total_move_pct: Decimal = knob(
        Decimal(5),
        "How far an order is moved from its first price at most",
        "%",
        ge=Decimal("0.1"),
        le=Decimal(100),
        effect="restart",
        env=False,
    )
    reconcile_interval_s: int = knob(
        300,
        "Time between two comparisons with the venue",
        "s",
        ge=30,
        le=86_400,
        effect="restart",
        env=False,
    )
