"""Prove what became of requests whose answer is not known; nothing is sent again before that.

A lookup names the order by our own id, among open orders and those that ended since shortly before
the request. Absence counts only when the venue can no longer accept the request (its deadline and ten
seconds), twice, five seconds apart. Lookups come after 0, 5, 15, 30, then every 60 seconds, and in
the moment from which absence counts.
"""

from collections.abc import Mapping

import msgspec

from holdfast.desk.desk import Desk
from holdfast.desk.turn import Turn
from holdfast.domain.bookkeeping import AnomalyNoted, IntentResolved, Note, ReceiptsNoted
from holdfast.domain.errors import VenueUnavailable
from holdfast.domain.intents import CancelOrder, Intent, RepriceOrder, Submission
from holdfast.domain.market import SECOND
from holdfast.domain.observations import End
from holdfast.domain.slots import Order
from holdfast.engine.intents import NOT_PLACED
from holdfast.engine.parts import order_of
from holdfast.venue.port import Exchange, VenueOrder

WAITS = (0.0, 5.0, 15.0, 30.0, 60.0)
GRACE = 10 * SECOND  # after the deadline: the engine's answer may lag
APART = 5.0  # seconds between the two empty looks
SINCE = 60 * SECOND
TOO_LONG = 120 * SECOND


class _Search(msgspec.Struct):
    """How far the proof for one order is, in monotonic seconds."""

    looks: int = 0
    due: float = 0.0
    empty_since: float | None = None
    told: bool = False


class Resolver:
    """Looks unknown requests up until each is proven."""

    def __init__(self, desk: Desk, exchange: Exchange) -> None:
        self._desk = desk
        self._exchange = exchange
        self._searches: dict[str, _Search] = {}

    def oldest(self) -> int:
        """Say how long ago the oldest unknown request left, in µs of market time; 0 for none."""
        held = self._desk.books.submissions
        return max((self._desk.now - one.at for one in held.values()), default=0)

    def __call__(self) -> int:
        """Look up what is due; say how many requests are still unknown."""
        held = self._desk.books.submissions
        for name in self._searches.keys() - held.keys():
            del self._searches[name]
        now = self._desk.clock.monotonic()
        due = {
            name: one
            for name, one in held.items()
            if self._searches.setdefault(name, _Search()).due <= now
        }
        if due:
            self._look(due)
        return len(held)

    def _look(self, due: Mapping[str, Submission]) -> None:
        now = self._desk.clock.monotonic()
        for name in due:
            search = self._searches[name]
            search.looks += 1
            search.due = now + WAITS[min(search.looks, len(WAITS) - 1)]
        since = min(one.at for one in due.values()) - SINCE
        try:
            found = self._exchange.find(list(due), since)
        except VenueUnavailable:
            return  # no answer is no evidence
        for name, submission in due.items():
            self._judge(name, submission, found.get(name))

    def _judge(self, name: str, submission: Submission, found: VenueOrder | None) -> None:
        desk = self._desk
        slot_id = desk.books.orders.get(name)
        if slot_id is None:
            return
        order = order_of(desk.books.slots[slot_id], name)
        if submission.action == "place":
            self._placed(name, submission, found)
        elif submission.action == "amend":
            self._amended(order, submission, found)
        else:
            self._canceled(order, submission, found)
        if name in desk.books.submissions:
            self._complain(name, submission)

    def _placed(self, name: str, submission: Submission, found: VenueOrder | None) -> None:
        if found is not None:
            evidence = f"found {found.status}, filled {found.filled}"
            self._resolve(name, "open", evidence, ReceiptsNoted(accepted=(name,)))
        elif self._is_absent(name, submission):
            note = IntentResolved(
                client_order_id=name, outcome=NOT_PLACED, evidence="absent twice after its deadline"
            )
            self._end(End(client_order_id=name, status="refused", reason=NOT_PLACED), note)

    def _amended(self, order: Order, submission: Submission, found: VenueOrder | None) -> None:
        name = order.client_order_id
        if found is None:
            return  # an order that rested is never absent: the venue has not caught up
        if found.status != "open":
            self._resolve(name, found.status, "the order is over")
        elif (found.price, found.size) == (order.price, order.size):
            self._resolve(name, "amended", "rests as asked", ReceiptsNoted(repriced=(name,)))
        elif self._is_past(name, submission):
            self._resolve(name, "not_amended", f"rests at {found.price} after the deadline")
            again = RepriceOrder(
                client_order_id=name,
                revision=order.revision,
                price=order.price,
                size=order.size,
            )
            self._desk.outbox.append(again)

    def _canceled(self, order: Order, submission: Submission, found: VenueOrder | None) -> None:
        name = order.client_order_id
        if found is not None and found.status != "open":
            self._resolve(name, found.status, "the order is over")
        elif found is not None and self._is_past(name, submission):
            self._resolve(name, "not_canceled", "still rests after the deadline")
            again: Intent = CancelOrder(client_order_id=name, role=order.role)
            self._desk.outbox.append(again)

    def _is_past(self, name: str, submission: Submission) -> bool:
        left = submission.deadline + GRACE - self._exchange.wall()
        if left > 0:
            search = self._searches[name]
            search.due = min(search.due, self._desk.clock.monotonic() + left / SECOND)
        return left <= 0

    def _is_absent(self, name: str, submission: Submission) -> bool:
        if not self._is_past(name, submission):
            return False
        search, now = self._searches[name], self._desk.clock.monotonic()
        if search.empty_since is None:
            search.empty_since, search.due = now, now + APART
            return False
        return now - search.empty_since >= APART

    def _resolve(self, name: str, outcome: str, evidence: str, *notes: Note) -> None:
        self._desk.note(
            IntentResolved(client_order_id=name, outcome=outcome, evidence=evidence), *notes
        )
        self._searches.pop(name, None)

    def _end(self, end: End, note: Note) -> None:
        desk = self._desk
        turn = Turn(desk, desk.now, desk.mark or desk.rules.instrument.price_tick)
        turn.order(end)
        entries = [note, *turn.events, *turn.notes]
        desk.ledger.commit(turn.at, entries)
        for one in (note, *turn.notes):
            desk.books.apply(turn.at, one)
        desk.outbox.extend(turn.intents)
        desk.watch_again()

    def _complain(self, name: str, submission: Submission) -> None:
        search = self._searches.get(name)
        if search is None or search.told or self._desk.now - submission.at < TOO_LONG:
            return
        search.told = True
        detail = f"{submission.action} of {name} is unknown for two minutes"
        self._desk.note(AnomalyNoted(kind="unknown_intent", detail=detail))
