"""Say what the rows about a real venue are: steps of intents, requests, modes, comparisons."""

from typing import ClassVar

from holdfast.ledger.row import Row


class IntentEventRow(Row, kw_only=True):
    """One step of an order's way to the venue."""

    TABLE: ClassVar[str] = "intent_events"
    seq: int
    ordinal: int
    market_time: int
    recorded_at: int
    client_order_id: str
    before: str | None
    after: str
    evidence: str
    legal: bool


class SubmissionRow(Row, kw_only=True):
    """One request for one order, noted before it left."""

    TABLE: ClassVar[str] = "submissions"
    seq: int
    market_time: int
    recorded_at: int
    client_order_id: str
    action: str
    deadline: int
    epoch: int
    revision: int


class ModeRow(Row, kw_only=True):
    """One change of the effective execution mode."""

    TABLE: ClassVar[str] = "modes"
    seq: int
    market_time: int
    recorded_at: int
    before: str
    after: str
    cause: str
    epoch: int


class SimulatedRow(Row, kw_only=True):
    """One order that a desk in DRY would have placed."""

    TABLE: ClassVar[str] = "simulated"
    seq: int
    market_time: int
    recorded_at: int
    slot_id: int
    leg: str
    role: str
    side: str
    price: str
    size: str


class ReconciliationRow(Row, kw_only=True):
    """One comparison of the desk with its venue."""

    TABLE: ClassVar[str] = "reconciliations"
    seq: int
    market_time: int
    recorded_at: int
    result: str
    resent: int
    adopted: int
    filled: int
    ended: int
    unresolved: int
    calls: int
    foreign_orders: str
    gaps: str


VENUE_KINDS: tuple[type[Row], ...] = (
    IntentEventRow,
    SubmissionRow,
    ModeRow,
    SimulatedRow,
    ReconciliationRow,
)
