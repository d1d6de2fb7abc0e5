"""Fold the whole ledger into what the desk knows: slots, accounts, holds, sessions.

The same fold restores a desk, verifies a ledger and follows a running one. It needs no rules.
"""

from holdfast.domain.bookkeeping import (
    EntriesParked,
    HoldCleared,
    HoldSet,
    IntentResolved,
    LedgerFounded,
    Note,
    ReceiptsNoted,
    RegimeHinted,
    RegimeOverridden,
    ReleaseTierNoted,
    SessionStarted,
    SessionStopped,
    SubmissionNoted,
    TickNoted,
    TierChanged,
)
from holdfast.domain.errors import InvariantBroken
from holdfast.domain.events import (
    Event,
    OrderEnded,
    OrderFilled,
    OrderPlaced,
    RulesChanged,
    SlotAdded,
    SlotImported,
    SlotRetired,
)
from holdfast.domain.intents import Submission
from holdfast.domain.slots import Block, Leg, LegName, Slot
from holdfast.domain.tiers import NO_TIER
from holdfast.engine.accounts import Accounts
from holdfast.engine.fold import evolve


class Books:
    """Everything a fold of the ledger's rows says."""

    def __init__(self, base: str, quote: str) -> None:
        self.slots: dict[int, Slot] = {}
        self.accounts = Accounts(base, quote)
        self.orders: dict[str, int] = {}  # live client_order_id → slot
        self.unanswered: set[str] = set()  # placed, and no receipt, fill or end seen yet
        self.submissions: dict[str, Submission] = {}  # by client_order_id, without an answer yet
        self.holds: dict[str, str] = {}
        self.founded: LedgerFounded | None = None
        self.rules_digest = ""
        self.next_slot_id = 0
        self.epoch = 0
        self.stop_reason: str | None = None
        self.tick = 0
        self.market_time = 0
        self.tier = NO_TIER
        self.regime_override = ""  # what an operator said; empty leaves it to the profile
        self.regime_hint: RegimeHinted | None = None  # the newest, whether or not it still counts
        self.parked: dict[int, tuple[LegName, ...]] = {}  # slot → legs that stay without entries
        self.panic_latched = False  # automatic release drains to its target

    def apply(self, at: int, entry: Event | Note) -> None:
        """Take one row in; raise InvariantBroken where it cannot follow what came before."""
        if type(entry) is ReceiptsNoted:  # this and the next come with every tick
            self.unanswered.difference_update(entry.accepted)
            if self.submissions:
                for name in (*entry.accepted, *entry.repriced, *entry.canceled, *entry.refused):
                    self.submissions.pop(name, None)
        elif type(entry) is TickNoted:
            self.tick = entry.tick
        elif entry.stream.startswith("ops/"):
            self._note(at, entry)  # type: ignore[arg-type]  # the stream says it is a note
        else:
            self.market_time = max(self.market_time, at)
            self._event(at, entry)  # type: ignore[arg-type]  # the stream says it is an event

    def follow(self, slot: Slot, event: Event) -> None:
        """Take in an event whose slot has been evolved already."""
        self.slots[slot.slot_id] = slot
        self.accounts.apply(event)
        self._index(event)

    def gone(self, client_order_id: str) -> None:
        """Forget an order that is over."""
        self.orders.pop(client_order_id, None)
        self.unanswered.discard(client_order_id)
        self.submissions.pop(client_order_id, None)

    def proven(self, client_order_id: str) -> None:
        """Take an execution as proof that an order arrived, where its answer is still missing."""
        submission = self.submissions.get(client_order_id)
        if submission is not None and submission.action == "place":
            del self.submissions[client_order_id]
            self.unanswered.discard(client_order_id)

    def _event(self, at: int, event: Event) -> None:
        match event:
            case SlotAdded():
                self._add(at, event)
            case SlotImported():
                self._join(event.saved)
            case SlotRetired():
                self.slots.pop(event.slot)
                self.parked.pop(event.slot, None)
            case RulesChanged():
                self.rules_digest = event.digest
            case _ if (slot_id := getattr(event, "slot", None)) is not None:
                if slot_id not in self.slots:
                    raise InvariantBroken(f"{type(event).__name__} names no slot {slot_id}")
                self.slots[slot_id] = evolve(self.slots[slot_id], event, at)
            case _:
                pass
        self.accounts.apply(event)
        self._index(event)

    def _add(self, at: int, event: SlotAdded) -> None:
        added = Slot(
            slot_id=event.slot,
            sticky=event.sticky,
            created_at=at,
            profit_pct=event.profit_pct,
            a=Leg(name=LegName.A, block=Block.PACING, blocked_at=at),
            b=Leg(name=LegName.B, block=Block.PACING, blocked_at=at),
        )
        self._join(added)

    def _join(self, slot: Slot) -> None:
        self.slots[slot.slot_id] = slot
        self.next_slot_id = max(self.next_slot_id, slot.slot_id + 1)

    def _index(self, event: Event) -> None:
        if isinstance(event, OrderPlaced):
            self.orders[event.client_order_id] = event.slot
            self.unanswered.add(event.client_order_id)
        elif isinstance(event, OrderEnded) or (isinstance(event, OrderFilled) and event.complete):
            self.gone(event.client_order_id)
        elif isinstance(event, OrderFilled) and self.submissions:
            self.proven(event.client_order_id)

    def _note(self, at: int, note: Note) -> None:
        match note:
            case SubmissionNoted():
                self._submit(at, note)
            case IntentResolved():
                self.submissions.pop(note.client_order_id, None)
            case LedgerFounded():
                self.founded = note
            case SessionStarted():
                self.epoch, self.stop_reason = note.epoch, None
            case SessionStopped():
                self.stop_reason = note.reason
            case HoldSet() | HoldCleared():
                self._hold(note)
            case ReleaseTierNoted():
                self.panic_latched = note.latched
            case _:
                self._lean(note)

    def _lean(self, note: Note) -> None:
        match note:
            case TierChanged():
                self.tier = note.state
            case RegimeOverridden():
                self.regime_override = note.regime
            case RegimeHinted():
                self.regime_hint = note
            case EntriesParked():
                self._park(note)
            case _:
                pass

    def _park(self, note: EntriesParked) -> None:
        if note.legs:
            self.parked[note.slot] = note.legs
        else:
            self.parked.pop(note.slot, None)

    def _hold(self, note: HoldSet | HoldCleared) -> None:
        if isinstance(note, HoldSet):
            self.holds[note.name] = note.reason
        else:
            self.holds.pop(note.name, None)

    def _submit(self, at: int, note: SubmissionNoted) -> None:
        for name in note.ids:
            if name in self.orders:
                self.submissions[name] = Submission(
                    action=note.action,
                    deadline=note.deadline,
                    epoch=note.epoch,
                    revision=note.revision,
                    at=at,
                )
