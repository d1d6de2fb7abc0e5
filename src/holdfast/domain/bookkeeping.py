"""Name what the desk notes about itself: the `ops` streams, which no event_hash covers.

Bookkeeping may hold machine time, process ids and reasons for people; no fold of the books reads it.
"""

from decimal import Decimal
from typing import ClassVar

import msgspec

from holdfast.domain.market import Regime
from holdfast.domain.slots import LegName
from holdfast.domain.tiers import TierState


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
    """The venue answered these orders: ids it accepted, moved or agreed to cancel.

    `refused` are orders that rest on, since a move or a cancel of them was refused.
    """

    stream: ClassVar[str] = "ops/receipt"
    accepted: tuple[str, ...] = ()
    repriced: tuple[str, ...] = ()
    canceled: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


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
    """The desk compared itself with the venue; one that could not be answered whole changed nothing.

    `unresolved` orders wait for proof; `calls` are the private requests it took.
    """

    stream: ClassVar[str] = "ops/reconcile"
    resent: int
    adopted: int
    filled: int
    ended: int
    foreign: tuple[str, ...]
    agreed: bool
    unresolved: int = 0
    calls: int = 0
    gaps: tuple[str, ...] = ()
    complete: bool = True

    @property
    def result(self) -> str:
        """Say how it ended: agreed, differs or incomplete."""
        if not self.complete:
            return "incomplete"
        return "agreed" if self.agreed else "differs"


class SubmissionNoted(_Note, frozen=True, kw_only=True, gc=False):
    """These intents are about to leave for the venue: committed before the call, never after it.

    `action` is place, amend or cancel; `deadline` is wall time (µs UTC) after which the venue itself
    refuses the request; `epoch` is the one of the execution mode that permitted it.
    """

    stream: ClassVar[str] = "ops/intent"
    action: str
    ids: tuple[str, ...]
    deadline: int
    epoch: int
    revision: int = 0


class IntentResolved(_Note, frozen=True, kw_only=True, gc=False):
    """An outcome that was not known is known now, and by what evidence."""

    stream: ClassVar[str] = "ops/intent"
    client_order_id: str
    outcome: str
    evidence: str


class SimulatedNoted(_Note, frozen=True, kw_only=True, gc=False):
    """What a desk in DRY would have placed, noted once per change; no order has this id."""

    stream: ClassVar[str] = "ops/simulated"
    slot: int
    leg: str
    role: str
    side: str
    price: str
    size: str


class ModeNoted(_Note, frozen=True, kw_only=True, gc=False):
    """The effective execution mode changed."""

    stream: ClassVar[str] = "ops/mode"
    before: str
    after: str
    cause: str
    epoch: int


class RiskNoted(_Note, frozen=True, kw_only=True, gc=False):
    """The risk policy refused an order; `code` leads `codes`, all rules that were violated."""

    stream: ClassVar[str] = "ops/risk"
    slot: int
    leg: str
    code: str
    codes: tuple[str, ...]
    limit: str
    observed: str
    policy: str


class PolicyNoted(_Note, frozen=True, kw_only=True, gc=False):
    """A risk policy of a principal changed."""

    stream: ClassVar[str] = "ops/policy"
    principal: str
    changes: dict[str, tuple[str, str]]
    reason: str
    approver: str = ""


class SignalNoted(_Note, frozen=True, kw_only=True, gc=False):
    """A signal from outside reached a state: received, rejected, done."""

    stream: ClassVar[str] = "ops/signal"
    source: str
    signal_id: str
    payload_sha: str
    kind: str
    state: str
    detail: str = ""


class ReleaseTierNoted(_Note, frozen=True, kw_only=True, gc=False):
    """The tier of automatic release changed, or what keeps it closed; `latched` lasts over restarts."""

    stream: ClassVar[str] = "ops/release"
    tier: str
    latched: bool
    stuck_pct: str
    closed: str


class EvidenceNoted(_Note, frozen=True, kw_only=True, gc=False):
    """One step of a drill or a runbook was judged; `verdict` is pass, fail or none."""

    stream: ClassVar[str] = "ops/evidence"
    kind: str
    name: str
    run: str
    step: str
    verdict: str
    expected: str
    observed: str
    artefact_sha: str = ""


class AlertNoted(_Note, frozen=True, kw_only=True, gc=False):
    """An alert began or ended."""

    stream: ClassVar[str] = "ops/alert"
    name: str
    severity: str
    state: str
    detail: str


class KeyNoted(_Note, frozen=True, kw_only=True, gc=False):
    """An API key was looked at or taken up; only its fingerprint is known here."""

    stream: ClassVar[str] = "ops/key"
    fingerprint: str
    purpose: str
    result: str
    detail: str


class TierChanged(_Note, frozen=True, kw_only=True, gc=False):
    """The regime's tier changed, or the side it is against; `acted` is false while it is only watched.

    `dwell` is how long the tier before lasted, 0 for the first; `model` names the detector's version.
    """

    stream: ClassVar[str] = "ops/regime"
    before: int
    state: TierState
    regime: Regime
    confidence: Decimal
    bias: Decimal
    reason: str
    dwell: int
    acted: bool
    model: int = 0


class GateShadowed(_Note, frozen=True, kw_only=True, gc=False):
    """What a gate that is only watched would have kept back: entries that were placed all the same."""

    stream: ClassVar[str] = "ops/shadow"
    gate: str
    leg: LegName
    slots: tuple[int, ...]


class RegimeOverridden(_Note, frozen=True, kw_only=True, gc=False):
    """An operator said which regime it is, or with NONE that the detector speaks again."""

    stream: ClassVar[str] = "ops/regime"
    regime: str
    reason: str


class RegimeHinted(_Note, frozen=True, kw_only=True, gc=False):
    """A source from outside takes the market for a regime; it counts until then, for less than a person."""

    stream: ClassVar[str] = "ops/regime"
    regime: Regime
    confidence: Decimal
    until: int
    principal: str
    reason: str = ""


class EntriesParked(_Note, frozen=True, kw_only=True, gc=False):
    """A slot's entries are kept off on these legs until they are asked for; none: all enter again."""

    stream: ClassVar[str] = "ops/parked"
    slot: int
    legs: tuple[LegName, ...]
    principal: str
    reason: str = ""


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
    | SubmissionNoted
    | IntentResolved
    | SimulatedNoted
    | ModeNoted
    | RiskNoted
    | PolicyNoted
    | SignalNoted
    | EvidenceNoted
    | AlertNoted
    | KeyNoted
    | TierChanged
    | GateShadowed
    | RegimeOverridden
    | RegimeHinted
    | EntriesParked
    | ReleaseTierNoted
)
