"""Sharing free quote, layers of capital, dust and rounding."""

from decimal import Decimal
from typing import Literal

from holdfast.config.knob import Knobs, knob


class AllocationKnobs(Knobs):
    """Sharing free quote, layers of capital, dust and rounding."""

    quote_first_allocation: bool = knob(
        False, "Quote sizing: share the free quote among the slots that can buy", risk="up"
    )
    account_share_enabled: bool = knob(
        False, "Quote sizing: give every slot an equal part of the free quote to buy for", risk="up"
    )
    allocation_safety_buffer_usd: Decimal = knob(
        Decimal("0.10"),
        "Quote that is never shared out",
        "quote",
        ge=Decimal(0),
        le=Decimal(10_000),
        risk="down",
    )
    b_side_max_mult: Decimal = knob(
        Decimal(3),
        "Largest buy entry as a multiple of the order size",
        "x",
        ge=Decimal(1),
        le=Decimal(100),
        risk="up",
    )
    capital_layer_target_layers: int = knob(
        0, "Layers of capital asked for; 0 is none", "layers", ge=0, le=1000, risk="up"
    )
    capital_layer_default_source: Literal["AUTO", "DOGE", "USD"] = knob(
        "AUTO", "Where a layer takes its capital from"
    )
    capital_layer_doge_per_order: Decimal = knob(
        Decimal("1.0"),
        "Base one layer adds to every order",
        "base",
        ge=Decimal(0),
        le=Decimal(1_000_000),
        risk="up",
    )
    capital_layer_order_budget: int = knob(
        225, "Orders a layer is planned for", "orders", ge=1, le=225
    )
    capital_layer_balance_buffer: Decimal = knob(
        Decimal("1.03"),
        "Balance a layer must find, as a multiple of its need",
        "x",
        ge=Decimal(1),
        le=Decimal(10),
        risk="down",
    )
    capital_layer_max_target_layers: int = knob(
        20,
        "Layers an operator may ask for",
        "layers",
        ge=0,
        le=1000,
        risk="up",
    )
    dust_sweep_enabled: bool = knob(
        False, "Quote sizing: add what is left over to the next buy entry", risk="up"
    )
    dust_min_threshold: Decimal = knob(
        Decimal("0.50"),
        "Smallest amount worth sweeping",
        "quote",
        ge=Decimal(0),
        le=Decimal(10_000),
    )
    dust_max_bump_pct: Decimal = knob(
        Decimal(0),
        "Largest growth of one entry; 0 sets no limit",
        "%",
        ge=Decimal(0),
        le=Decimal(1000),
        risk="up",
    )
    rounding_residual_enabled: bool = knob(
        True, "Carry what rounding left over to the next order", since="rounding residual"
    )
    rounding_residual_cap_pct: Decimal = knob(
        Decimal("0.25"),
        "Largest carry as a part of the order size",
        "ratio",
        ge=Decimal(0),
        le=Decimal(1),
        since="rounding residual",
    )
    fee_tier_auto_detect: bool = knob(
        False, "Take the fee tier from observed fills", since="fee detection"
    )
    fee_observation_window: int = knob(
        100, "Fills the observation looks at", "fills", ge=10, le=10_000
    )
    fee_mismatch_threshold_pct: Decimal = knob(
        Decimal(10),
        "Difference from the configured fee that is reported",
        "%",
        ge=Decimal(0),
        le=Decimal(100),
    )
