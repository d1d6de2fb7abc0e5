"""Name what the desk notes about itself: the `ops` streams, which no event_hash covers.

Bookkeeping may hold machine time, process ids and reasons for people; no fold of the books reads it.
"""

from typing import ClassVar

import msgspec


class _Note(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    stream: ClassVar[str]
    version: ClassVar[int] = 1


class LedgerFounded(_Note, frozen=True, kw_only=True, gc=False):
    """A ledger was made: these four facts hold for its whole life."""

    stream: ClassVar[str] = "ops/ledger"
    genesis: str
    env: str
    venue: str
    account: str
    symbol: str


class SessionStarted(_Note, frozen=True, kw_only=True, gc=False):
    """A desk took the ledger over; `epoch` rises by one at each start."""

    stream: ClassVar[str] = "ops/session"
    epoch: int
    pid: int
    profile: str
    version_text: str


class SessionStopped(_Note, frozen=True, kw_only=True, gc=False):
    """A desk let go of the ledger on purpose."""

    stream: ClassVar[str] = "ops/session"
    epoch: int
    reason: str


class TransientHaltCleared(_Note, frozen=True, kw_only=True, gc=False):
    """The last stop was only a shutdown and does not hold the desk back."""

    stream: ClassVar[str] = "ops/session"
    reason: str


class HoldSet(_Note, frozen=True, kw_only=True, gc=False):
    """An operational stop was put up; new entries wait until it is cleared."""

    stream: ClassVar[str] = "ops/hold"
    name: str
    reason: str


class HoldCleared(_Note, frozen=True, kw_only=True, gc=False):
    """An operational stop was taken down."""

    stream: ClassVar[str] = "ops/hold"
    name: str
    reason: str


class ReceiptsNoted(_Note, frozen=True, gc=False):
    """The venue answered these orders: ids it accepted, moved or agreed to cancel."""

    stream: ClassVar[str] = "ops/receipt"
    accepted: tuple[str, ...] = ()
    repriced: tuple[str, ...] = ()
    canceled: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


class TickNoted(_Note, frozen=True, gc=False):
    """A tick changed the ledger, or a minute went by."""

    stream: ClassVar[str] = "ops/tick"
    tick: int
    mark: str
    events: int
    fills: int
    orders: int
    orchestrated: bool
    task_run: str = ""


class AnomalyNoted(_Note, frozen=True, kw_only=True, gc=False):
    """Something was seen that must not be, and was not acted on."""

    stream: ClassVar[str] = "ops/anomaly"
    kind: str
    detail: str


class ReloadNoted(_Note, frozen=True, kw_only=True, gc=False):
    """An edited profile was taken up, kept pending or refused."""

    stream: ClassVar[str] = "ops/reload"
    result: str
    detail: str
    changes: dict[str, tuple[str, str]]


class CommandNoted(_Note, frozen=True, kw_only=True, gc=False):
    """An operator asked for something, and this is what came of it."""

    stream: ClassVar[str] = "ops/command"
    action: str
    arguments: dict[str, str]
    principal: str
    accepted: bool
    message: str


class ReconcileNoted(_Note, frozen=True, kw_only=True, gc=False):
    """The desk compared itself with the venue."""

    stream: ClassVar[str] = "ops/reconcile"
    resent: int
    adopted: int
    filled: int
    ended: int
    foreign: tuple[str, ...]
    agreed: bool


class OrchestrationNoted(_Note, frozen=True, kw_only=True, gc=False):
    """The orchestrator came, went, or missed a tick."""

    stream: ClassVar[str] = "ops/orchestration"
    state: str
    detail: str


Note = (
    LedgerFounded
    | SessionStarted
    | SessionStopped
    | TransientHaltCleared
    | HoldSet
    | HoldCleared
    | ReceiptsNoted
    | TickNoted
    | AnomalyNoted
    | ReloadNoted
    | CommandNoted
    | ReconcileNoted
    | OrchestrationNoted
)
