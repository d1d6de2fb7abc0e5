"""Say what the rows about the regime are: changes of its tier, and what watched gates would have done."""

from typing import ClassVar

from holdfast.ledger.row import Row


class TierRow(Row, kw_only=True):
    """One change of the tier, or of the side it is against; `side` is empty below tier 2."""

    TABLE: ClassVar[str] = "regime_tiers"
    seq: int
    market_time: int
    recorded_at: int
    before: int
    tier: int
    side: str
    regime: str
    confidence: str
    bias: str
    reason: str
    dwell: int
    acted: bool
    model: int


class ShadowRow(Row, kw_only=True):
    """Entries that were placed although a gate that is only watched spoke against them."""

    TABLE: ClassVar[str] = "gate_shadows"
    seq: int
    market_time: int
    recorded_at: int
    gate: str
    leg: str
    entries: int
    slots: str
