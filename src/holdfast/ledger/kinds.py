"""List the kinds of rows that the events fold to, one a table, in the order in which they are written."""

from holdfast.ledger.row import Row
from holdfast.ledger.rows import (
    CommandRow,
    CycleRow,
    EntryRow,
    FillRow,
    HoldRow,
    IntentRow,
    JournalRow,
    OrderRow,
    PositionRow,
    RulesRow,
    SessionRow,
    SlotRow,
    TickRow,
)
from holdfast.ledger.rows_alerts import AlertRow
from holdfast.ledger.rows_evidence import EvidenceRow
from holdfast.ledger.rows_regime import ShadowRow, TierRow
from holdfast.ledger.rows_safety import PolicyRow, RiskRefusalRow, SignalRow
from holdfast.ledger.rows_venue import VENUE_KINDS

KINDS: tuple[type[Row], ...] = (
    *(SlotRow, OrderRow, IntentRow, FillRow, CycleRow, PositionRow, JournalRow, EntryRow),
    *(HoldRow, SessionRow, TickRow, CommandRow, RulesRow),
    *VENUE_KINDS,
    *(SignalRow, RiskRefusalRow, PolicyRow, AlertRow, EvidenceRow),
    *(TierRow, ShadowRow),
)
