"""Where entries and exits are placed, and when a resting entry is moved."""

from decimal import Decimal

from holdfast.config.knob import Knobs, knob


class GridKnobs(Knobs):
    """Where entries and exits are placed, and when a resting entry is moved."""

    pair_entry_pct: Decimal = knob(
        Decimal("0.2"),
        "Distance of an entry from the mark",
        "%",
        ge=Decimal("0.05"),
        le=Decimal(10),
        risk="down",
        aliases=("entry_pct",),
    )
    pair_profit_pct: Decimal = knob(
        Decimal("1.0"),
        "Distance of an exit from its entry, before fees",
        "%",
        ge=Decimal("0.1"),
        le=Decimal(50),
        aliases=("profit_pct",),
    )
    pair_refresh_pct: Decimal = knob(
        Decimal("1.0"),
        "Drift at which a resting entry is moved to the mark again; 0 turns refreshing off",
        "%",
        ge=Decimal(0),
        le=Decimal(10),
        aliases=("refresh_pct",),
    )
    max_consecutive_refreshes: int = knob(
        3, "Refreshes in one direction before the leg has to rest", "refreshes", ge=0, le=1000
    )
    refresh_cooldown_sec: int = knob(
        300, "Rest after too many refreshes in one direction", "s", ge=0, le=86_400
    )
    slot_spacing_pct: Decimal = knob(
        Decimal(0),
        "Extra entry distance for each slot index, so that slots do not share a price",
        "%",
        ge=Decimal(0),
        le=Decimal(5),
    )
    slots: int = knob(4, "Slots the desk keeps", "slots", ge=1, le=10_000, safe=1, risk="up")
    entry_backoff_enabled: bool = knob(True, "Widen entries after losing cycles", risk="down")
    entry_backoff_factor: Decimal = knob(
        Decimal("0.5"),
        "How much each further loss widens the entry distance",
        "per loss",
        ge=Decimal(0),
        le=Decimal(5),
    )
    entry_backoff_max_multiplier: Decimal = knob(
        Decimal("5.0"),
        "Widest entry distance as a multiple of the plain one",
        "x",
        ge=Decimal(1),
        le=Decimal(20),
    )
    loss_backoff_start: int = knob(
        3, "Losses in a row after which entries widen", "losses", ge=1, le=1000, risk="up"
    )
    loss_cooldown_start: int = knob(
        5, "Losses in a row after which a leg rests", "losses", ge=1, le=1000, risk="up"
    )
    loss_cooldown_sec: int = knob(
        900, "Rest after a losing streak", "s", ge=0, le=86_400, risk="down"
    )
    reentry_base_cooldown_sec: int = knob(
        60, "Rest of a leg after a cycle closed", "s", ge=0, le=3600, risk="down"
    )
