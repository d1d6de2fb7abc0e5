"""Say what the rows about safety are: signals from outside, refused orders, limits of principals."""

from typing import ClassVar

from holdfast.ledger.row import Row


class SignalRow(Row, kw_only=True):
    """One signal: what was asked, and how far it came; source and signal_id name it for ever."""

    TABLE: ClassVar[str] = "signals"
    KEY: ClassVar[str] = "received_seq"
    CHANGING: ClassVar[tuple[str, ...]] = ("state", "detail", "updated_at", "updated_seq")
    received_seq: int
    source: str
    signal_id: str
    payload_sha: str
    kind: str
    asked: str
    state: str
    detail: str = ""
    received_at: int
    updated_at: int
    updated_seq: int


class RiskRefusalRow(Row, kw_only=True):
    """One order the policy refused, noted once per change of its reasons."""

    TABLE: ClassVar[str] = "risk_refusals"
    seq: int
    market_time: int
    recorded_at: int
    slot_id: int
    leg: str
    code: str
    codes: str
    allowed: str
    observed: str
    policy: str


class PolicyRow(Row, kw_only=True):
    """One limit of a principal, from its setting to its end."""

    TABLE: ClassVar[str] = "policies"
    KEY: ClassVar[str] = "limit_id"
    CHANGING: ClassVar[tuple[str, ...]] = ("ended_seq", "ended_at", "ended_reason")
    limit_id: str
    set_seq: int
    principal: str
    field: str
    value: str
    reason: str
    approver: str
    set_at: int
    ended_seq: int | None = None
    ended_at: int | None = None
    ended_reason: str | None = None
