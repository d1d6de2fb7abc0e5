"""How large an entry is."""

from decimal import Decimal
from typing import Literal

from holdfast.config.knob import Knobs, knob


class SizingKnobs(Knobs):
    """How large an entry is."""

    order_size_mode: Literal["USD", "DOGE"] = knob(
        "USD",
        "Unit an entry is sized in: USD (the quote) or DOGE (the base)",
        synonyms={"QUOTE": "USD", "BASE": "DOGE"},
    )
    order_size_usd: Decimal = knob(
        Decimal("2.0"),
        "Notional of an entry in quote sizing",
        "quote",
        ge=Decimal("0.01"),
        le=Decimal(1_000_000),
        safe=Decimal("0.01"),
        risk="up",
        aliases=("order_size_quote",),
    )
    order_size_doge: Decimal = knob(
        Decimal("18.0"),
        "Size of an entry in base sizing",
        "base",
        ge=Decimal("0.00000001"),
        le=Decimal(1_000_000_000),
        safe=Decimal("0.00000001"),
        risk="up",
        aliases=("order_size_base",),
    )
    sticky_compounding_mode: Literal["fixed", "legacy_profit"] = knob(
        "legacy_profit",
        "Quote sizing: add the slot's profit to the size, or keep it fixed",
        safe="fixed",
        risk=("fixed", "legacy_profit"),
    )
    order_size_base_compounding: Literal["none", "profit"] = knob(
        "none",
        "Base sizing: keep the size, or add the slot's profit to it",
        risk=("none", "profit"),
    )
    entry_floor_enabled: bool = knob(
        True,
        "Lift an entry in quote sizing to the smallest size the venue takes",
        safe=False,
        risk="up",
    )
    maker_fee_pct: Decimal = knob(
        Decimal("0.25"),
        "Fee of a resting order",
        "%",
        ge=Decimal(0),
        le=Decimal(5),
        effect="restart",
    )
    taker_fee_pct: Decimal = knob(
        Decimal("0.40"),
        "Fee of an order that crosses the book",
        "%",
        ge=Decimal(0),
        le=Decimal(5),
        effect="restart",
    )
