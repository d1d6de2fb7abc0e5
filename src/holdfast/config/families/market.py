"""The paper market and the paper venue."""

from decimal import Decimal
from typing import Literal

from holdfast.config.knob import Knobs, knob


class MarketKnobs(Knobs):
    """The paper market and the paper venue."""

    market_source: Literal["generator", "file"] = knob(
        "generator", "Where paper candles come from", effect="never_live"
    )
    market_file: str | None = knob(
        None,
        "Path of the candle file when the source is `file`",
        effect="never_live",
    )
    market_repair: bool = knob(
        False, "Repair a candle file with a report instead of refusing it", effect="never_live"
    )
    market_seed: int = knob(
        7, "Seed of the generator", ge=0, le=9_223_372_036_854_775_807, effect="never_live"
    )
    market_regime: Literal["mixed", "ranging", "trending", "jump"] = knob(
        "mixed", "What the generator plays", effect="never_live"
    )
    market_start_price: Decimal = knob(
        Decimal("0.10"),
        "First price of the generator",
        "quote",
        ge=Decimal("0.00000001"),
        le=Decimal(1_000_000_000),
        effect="never_live",
    )
    candle_seconds: int = knob(60, "Length of a candle", "s", ge=1, le=86_400, effect="never_live")
    speed: Decimal = knob(
        Decimal(60),
        "Seconds of market time in one real second; 0 does not wait",
        "x",
        ge=Decimal(0),
        le=Decimal(1_000_000),
    )
    participation: Decimal = knob(
        Decimal("0.25"),
        "Part of a candle's volume our orders may take",
        "ratio",
        ge=Decimal(0),
        le=Decimal(1),
        effect="never_live",
    )
    opening_quote_per_slot: Decimal = knob(
        Decimal(20),
        "Quote on the paper account at the start, for each slot",
        "quote",
        ge=Decimal(0),
        le=Decimal(1_000_000_000),
        effect="never_live",
    )
    opening_base_per_slot: Decimal = knob(
        Decimal(100),
        "Base on the paper account at the start, for each slot",
        "base",
        ge=Decimal(0),
        le=Decimal(1_000_000_000_000),
        effect="never_live",
    )
    price_decimals: int = knob(
        6, "Decimals of a price on the paper venue", "decimals", ge=0, le=12, effect="never_live"
    )
    size_decimals: int = knob(
        0, "Decimals of a size on the paper venue", "decimals", ge=0, le=12, effect="never_live"
    )
    min_base: Decimal = knob(
        Decimal(13),
        "Smallest size the paper venue takes",
        "base",
        ge=Decimal(0),
        le=Decimal(1_000_000_000),
        effect="never_live",
    )
    min_quote: Decimal = knob(
        Decimal("0.5"),
        "Smallest notional the paper venue takes",
        "quote",
        ge=Decimal(0),
        le=Decimal(1_000_000_000),
        effect="never_live",
    )
