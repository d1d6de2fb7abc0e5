"""Send what was decided to a real venue: noted before it leaves, in batches, one request per order.

Rules: exits leave first, then cancels, moves and entries. A request is committed with its deadline
before the call. An order with a request in flight gets no other until that one is proven. What may
not leave stays in the outbox when it is an exit or a cancel, and is given up when it is an entry: an
entry decided now is worth nothing later. After a rate limit or a maintenance answer nothing leaves
for 5, 10, 20, 40, then 60 seconds.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby

import msgspec

from holdfast.desk.authority import Write
from holdfast.desk.desk import Desk
from holdfast.desk.execute import PASSING, QUIETING, allowance, class_of, take_in
from holdfast.desk.turn import Turn
from holdfast.domain.bookkeeping import SubmissionNoted
from holdfast.domain.intents import CancelOrder, Intent, PlaceOrder, RepriceOrder
from holdfast.domain.market import SECOND
from holdfast.domain.observations import End, Receipt
from holdfast.domain.slots import ENTRY
from holdfast.engine.inputs import CancelWanted
from holdfast.engine.intents import ABORTED
from holdfast.engine.parts import order_of
from holdfast.venue.port import Exchange

BACK_OFF = (5.0, 10.0, 20.0, 40.0, 60.0)


class Care(msgspec.Struct, frozen=True, kw_only=True):
    """How carefully requests are made; seconds, and counts per order."""

    deadline_seconds: float = 10.0
    entry_max_age_seconds: float = 30.0
    amend_max_count: int = 20
    amend_min_seconds: float = 30.0
    amend_max_move_pct: Decimal = Decimal(5)


class Dispatch:
    """The way out of a desk on a real venue."""

    def __init__(self, desk: Desk, exchange: Exchange, care: Care) -> None:
        self._desk = desk
        self._exchange = exchange
        self._care = care
        self._refusals = 0
        self._quiet_until = 0.0
        self._amended: dict[str, float] = {}
        self._first_prices: dict[str, Decimal] = {}
        self.doubts = False  # an order we know as resting was told to be over: compare soon

    def forget(self) -> None:
        """Drop what is remembered of orders that are over."""
        live = self._desk.books.orders
        for memory in (self._amended, self._first_prices):
            for name in memory.keys() - live.keys():
                del memory[name]

    def is_quiet(self) -> bool:
        """Say whether the venue asked to be left alone for a while."""
        return self._desk.clock.monotonic() < self._quiet_until

    def __call__(self, turn: Turn) -> None:
        """Send what may leave now; a step that decided nothing and owes nothing costs nothing."""
        outbox = self._desk.outbox
        if not (turn.intents or outbox):
            return
        calls = allowance(turn)
        queue = sorted([*outbox, *turn.intents], key=class_of)
        outbox.clear()
        queue, dropped = self._still_wanted(queue)
        self._give_up(turn, dropped)
        queue = self._within_budget(turn, queue)
        kept: list[Intent] = []
        for group in self._groups(queue):
            if calls > 0 and self._may_leave(group):
                calls -= 1
                self._send(turn, group)
            else:
                kept += group
        kept, stale = self._worth_keeping(kept)
        outbox.extend(kept)
        self._give_up(turn, stale)

    def _still_wanted(self, queue: list[Intent]) -> tuple[list[Intent], list[PlaceOrder]]:
        """Drop what concerns orders that are over, older moves, and cancels of what never left."""
        books = self._desk.books
        unsent = {one.client_order_id for one in queue if isinstance(one, PlaceOrder)}
        canceled = {one.client_order_id for one in queue if isinstance(one, CancelOrder)}
        newest: dict[str, int] = {}
        for one in queue:
            if isinstance(one, RepriceOrder):
                name = one.client_order_id
                newest[name] = max(one.revision, newest.get(name, 0))
        kept: list[Intent] = []
        dropped: list[PlaceOrder] = []
        seen: set[tuple[str, str]] = set()
        for one in queue:
            name, kind = one.client_order_id, type(one).__name__
            if name not in books.orders or (kind, name) in seen:
                continue
            if isinstance(one, PlaceOrder):
                if name in canceled:
                    dropped.append(one)
                    continue
                one = self._as_it_is(one)  # noqa: PLW2901 (a move before it left changes what leaves)
            elif name in unsent or (
                isinstance(one, RepriceOrder) and (one.revision < newest[name] or name in canceled)
            ):
                continue
            seen.add((kind, name))
            kept.append(one)
        return kept, dropped

    def _as_it_is(self, place: PlaceOrder) -> PlaceOrder:
        books = self._desk.books
        order = order_of(books.slots[books.orders[place.client_order_id]], place.client_order_id)
        name, side, role = place.client_order_id, place.side, place.role
        return PlaceOrder(name, side, role, order.price, order.size, place.takes)

    def _groups(self, queue: Sequence[Intent]) -> Iterator[list[Intent]]:
        for _, run in groupby(queue, key=class_of):
            group = list(run)
            most = self._exchange.largest_batch if isinstance(group[0], PlaceOrder) else 1
            for start in range(0, len(group), most):
                yield group[start : start + most]

    def _may_leave(self, group: list[Intent]) -> bool:
        if self.is_quiet():
            return False
        in_flight = self._desk.books.submissions
        if any(one.client_order_id in in_flight for one in group):
            return False
        if not all(self._desk.authority.may(self._kind(one)) for one in group):
            return False
        first = group[0]
        return not isinstance(first, RepriceOrder) or self._is_rested(first)

    def _kind(self, intent: Intent) -> Write:
        if isinstance(intent, CancelOrder):
            return "cancel"
        if isinstance(intent, PlaceOrder):
            return "entry" if intent.role is ENTRY else "exit"
        books = self._desk.books
        order = order_of(books.slots[books.orders[intent.client_order_id]], intent.client_order_id)
        return "entry" if order.role is ENTRY else "exit"

    def _within_budget(self, turn: Turn, queue: list[Intent]) -> list[Intent]:
        """Ask for the end of orders that were moved too often or too far, instead of one more move."""
        spent = [one for one in queue if isinstance(one, RepriceOrder) and self._is_spent(one)]
        if not spent:
            return queue
        follow = Turn(turn.desk, turn.at, turn.mark)
        for one in spent:
            slot_id = self._desk.books.orders[one.client_order_id]
            wanted = CancelWanted(reason="amend_budget", client_order_id=one.client_order_id)
            follow.slot(slot_id, wanted)
        self._commit(turn, follow)
        left = [one for one in queue if one not in spent]
        return sorted([*left, *follow.intents], key=class_of)

    def _is_spent(self, change: RepriceOrder) -> bool:
        if change.revision > self._care.amend_max_count:
            return True
        first = self._first_prices.get(change.client_order_id)
        if first is None:
            return False
        return abs(change.price - first) * 100 > first * self._care.amend_max_move_pct

    def _is_rested(self, change: RepriceOrder) -> bool:
        last = self._amended.get(change.client_order_id)
        now = self._desk.clock.monotonic()
        return last is None or now - last >= self._care.amend_min_seconds

    def _send(self, turn: Turn, group: list[Intent]) -> None:
        exchange, first = self._exchange, group[0]
        self._desk.authority.prepare()
        deadline = exchange.wall() + round(self._care.deadline_seconds * SECOND)
        self._note(group, deadline)
        if isinstance(first, PlaceOrder):
            places = [one for one in group if isinstance(one, PlaceOrder)]
            self._first_prices.update((one.client_order_id, one.price) for one in places)
            receipts = list(exchange.submit(places, deadline))
        elif isinstance(first, RepriceOrder):
            self._amended[first.client_order_id] = self._desk.clock.monotonic()
            receipts = [exchange.amend(first, deadline)]
        else:
            receipts = [exchange.cancel(first)]
        self._heed(receipts)
        self.doubts |= any(one.reason == "not_open" for one in receipts)
        self._take_in(turn, group, receipts)
        if isinstance(first, CancelOrder) and _is_passing(receipts[0]):
            self._desk.outbox.append(first)

    def _note(self, group: list[Intent], deadline: int) -> None:
        first = group[0]
        action = {PlaceOrder: "place", RepriceOrder: "amend", CancelOrder: "cancel"}[type(first)]
        self._desk.note(
            SubmissionNoted(
                action=action,
                ids=tuple(one.client_order_id for one in group),
                deadline=deadline,
                epoch=self._desk.authority.epoch,
                revision=first.revision if isinstance(first, RepriceOrder) else 0,
            )
        )

    def _take_in(self, turn: Turn, group: list[Intent], receipts: list[Receipt]) -> None:
        accepted: list[str] = []
        others: list[tuple[Intent, Receipt]] = []
        for intent, receipt in zip(group, receipts, strict=True):
            if isinstance(intent, PlaceOrder) and receipt.outcome == "accepted":
                accepted.append(receipt.client_order_id)
            else:
                others.append((intent, receipt))
        take_in(turn, accepted, others)

    def _heed(self, receipts: Sequence[Receipt]) -> None:
        if any(one.reason in QUIETING for one in receipts if one.outcome == "refused"):
            seconds = BACK_OFF[min(self._refusals, len(BACK_OFF) - 1)]
            self._refusals += 1
            self._quiet_until = self._desk.clock.monotonic() + seconds
        elif any(one.outcome == "accepted" for one in receipts):
            self._refusals = 0

    def _worth_keeping(self, kept: list[Intent]) -> tuple[list[Intent], list[PlaceOrder]]:
        """Keep exits, cancels and moves; an entry that could not leave is worth nothing later."""
        stale: list[PlaceOrder] = []
        staying: list[Intent] = []
        for one in kept:
            if isinstance(one, PlaceOrder) and one.role is ENTRY and self._is_stale(one):
                stale.append(one)
            else:
                staying.append(one)
        return staying, stale

    def _is_stale(self, place: PlaceOrder) -> bool:
        desk, books = self._desk, self._desk.books
        if not desk.authority.may("entry") or self.is_quiet():
            return True
        order = order_of(books.slots[books.orders[place.client_order_id]], place.client_order_id)
        return desk.now - order.placed_at > self._care.entry_max_age_seconds * SECOND

    def _give_up(self, turn: Turn, places: list[PlaceOrder]) -> None:
        if not places:
            return
        follow = Turn(turn.desk, turn.at, turn.mark)
        for one in places:
            follow.order(End(client_order_id=one.client_order_id, status="refused", reason=ABORTED))
        self._commit(turn, follow)
        turn.desk.outbox.extend(follow.intents)

    def _commit(self, turn: Turn, follow: Turn) -> None:
        entries = [*follow.events, *follow.notes]
        if entries:
            turn.desk.ledger.commit(turn.at, entries)
        for note in follow.notes:
            turn.desk.books.apply(turn.at, note)
        turn.touched |= follow.touched


def _is_passing(receipt: Receipt) -> bool:
    return receipt.outcome == "refused" and receipt.reason in PASSING
