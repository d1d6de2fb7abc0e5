"""Say what the row of an alert is."""

from typing import ClassVar

from holdfast.ledger.row import Row


class AlertRow(Row, kw_only=True):
    """One alert, from its beginning to its end."""

    TABLE: ClassVar[str] = "alerts"
    KEY: ClassVar[str] = "began_seq"
    CHANGING: ClassVar[tuple[str, ...]] = ("ended_seq", "ended_at")
    began_seq: int
    name: str
    severity: str
    detail: str
    market_time: int
    began_at: int
    ended_seq: int | None = None
    ended_at: int | None = None
