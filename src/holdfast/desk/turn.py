"""Decide one step: feed what was seen to the slots it concerns and collect what follows."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, get_args

from holdfast.desk.desk import Desk
from holdfast.domain.bookkeeping import AnomalyNoted, Note
from holdfast.domain.events import (
    CancelAsked,
    CycleBooked,
    Event,
    OrderEnded,
    OrderFilled,
    OrderPlaced,
    OrderRepriced,
)
from holdfast.domain.intents import CancelOrder, Intent, PlaceOrder, RepriceOrder
from holdfast.domain.observations import End, Execution
from holdfast.domain.slots import ENTRY, FREE_TO_ENTER, SALE, Block, Slot
from holdfast.engine.advice import advised
from holdfast.engine.inputs import EntryWanted, ExitWanted, Input, MarkMoved, TimeCame
from holdfast.engine.invariants import breaches, is_plain
from holdfast.engine.reducer import reduce
from holdfast.engine.rules import Terms


class Turn:
    """The events and intents of one step, in the order in which they were decided.

    Exits alone stand before all other intents; where more than exits and entries are asked for, what
    leaves first is sorted out at the door.
    """

    __slots__ = (
        "at",
        "desk",
        "events",
        "exits",
        "intents",
        "is_mixed",
        "is_open",
        "mark",
        "notes",
        "touched",
    )

    def __init__(self, desk: Desk, at: int, mark: Decimal) -> None:
        self.desk = desk
        self.at = at
        self.mark = mark
        self.is_open = desk.is_open()
        self.events: list[Event] = []
        self.intents: list[Intent] = []
        self.exits = 0  # how many of the intents are exits, ahead of the others
        self.is_mixed = False  # whether there are moves or cancels among them
        self.notes: list[Note] = []
        self.touched: set[int] = set()

    def order(self, seen: Execution | End) -> None:
        """Feed an execution or an end to the slot whose order it names."""
        slot_id = self.desk.books.orders.get(seen.client_order_id)
        if slot_id is not None:
            self.slot(slot_id, seen)
        elif isinstance(seen, Execution):  # an end may be told again after a start has resolved it
            if self.desk.equipment.strays is not None and self.desk.equipment.strays(self, seen):
                return
            self.desk.counters.anomalies += 1
            self.notes.append(AnomalyNoted(kind="unknown_order", detail=f"Execution {seen}"))

    def slot(self, slot_id: int, seen: Input, *, exempt: bool = False) -> None:
        """Reduce one input of one slot."""
        desk, at = self.desk, self.at
        slots = desk.books.slots
        block = FREE_TO_ENTER if self.is_open else self._gate(slot_id, exempt=exempt)
        terms = self.terms(slot_id, block)
        if desk.equipment.judge is None:
            step = reduce(slots[slot_id], seen, terms)
        else:
            step, judged = desk.equipment.judge(slots[slot_id], seen, terms)
            self.notes += judged
        desk.counters.reducers_run += 1
        after, events = step.slot, step.events
        if events:
            slots[slot_id] = after
            self.events += events
            self.touched.add(slot_id)
            for event in events:
                _TAKE[type(event)](self, after, event)
        desk.index.update(after, at)

    def terms(self, slot_id: int, block: Block = FREE_TO_ENTER) -> Terms:
        """Say what a reduction of one slot may know in this step, given what stands on all legs."""
        desk = self.desk
        accounts = desk.books.accounts
        terms = Terms(
            desk.rules,
            self.at,
            self.mark,
            desk.sizing,
            block,
            accounts.free_base,
            accounts.free_quote,
            blind=not (desk.fresh and desk.mark),
        )
        if desk.advisers or desk.books.parked:
            terms = advised(terms, desk.advice(desk.books.slots[slot_id], self.at))
        return terms

    def enter(self, slot_id: int, wanted: EntryWanted) -> None:
        """Reduce an entry that is wanted; it passes the cap of a tick where its source is exempt.

        The scheduler's gate: only `bootstrap`, `bootstrap_regime` and `auto_repair` pass, as
        docs/contracts/bootstrap.md has it; capacity, calls, funds, price and holds stop them too.
        """
        self.slot(slot_id, wanted, exempt=wanted.reason in self.desk.exempt)

    def _gate(self, slot_id: int, *, exempt: bool) -> Block:
        desk = self.desk
        block = desk.gate(exempt=exempt)
        if block is FREE_TO_ENTER and self._is_unsure(slot_id):
            return Block.UNKNOWN
        return block

    def _is_unsure(self, slot_id: int) -> bool:
        """Say whether an order of a slot has a request in flight whose outcome is not known."""
        books = self.desk.books
        return any(books.orders.get(name) == slot_id for name in books.submissions)

    def ripe(self) -> None:
        """Look at slots whose time has come."""
        desk = self.desk
        timers = desk.index.timers
        if timers.next() > self.at:
            return
        for slot_id in timers.ripe(self.at):
            slot = desk.books.slots[slot_id]
            if not slot.sticky:
                self.slot(slot_id, TimeCame())
            for leg in (slot.b, slot.a):
                if leg.block in {Block.COOLDOWN, Block.MIN_SIZE}:
                    self.slot(slot_id, EntryWanted(leg=leg.name, reason="reentry"))
            desk.index.update(desk.books.slots[slot_id], self.at)

    def policies(self) -> bool:
        """Ask the policies whose time has come; say whether any was asked."""
        asked = False
        for policy in self.desk.policies:
            if self.at >= policy.due():
                policy.decide(self)
                asked = True
        return asked

    def woken(self) -> None:
        """Look at slots whose entries the mark may have left behind."""
        ladder = self.desk.index.ladder
        floor, ceiling = ladder.floor(), ladder.ceiling()
        if floor is None or ceiling is None or floor < self.mark < ceiling:
            return
        seen: int | None = None
        for slot_id, _ in ladder.woken(self.mark):
            self.desk.counters.keys_woken += 1
            if slot_id != seen:
                seen = slot_id
                if self.desk.books.submissions and self._is_unsure(slot_id):
                    continue  # nothing is moved before it is known to rest
                self.slot(slot_id, MarkMoved())

    def owed(self) -> None:
        """Try again to rest exits that are owed, before anything else is spent."""
        desk = self.desk
        if not desk.authority.may("exit"):
            return
        for slot_id in tuple(desk.index.owed):
            if desk.counters.calls_used >= desk.limits.calls_per_tick:
                return
            self.slot(slot_id, ExitWanted())

    def breaches(self) -> list[str]:
        """List what is wrong with the slots this step touched."""
        slots = self.desk.books.slots
        others: list[int] = []
        for slot_id in self.touched:
            slot = slots.get(slot_id)
            if slot is not None and not is_plain(slot):
                others.append(slot_id)
        if not others:
            return []
        return [
            f"slot {slot_id}: {text}"
            for slot_id in sorted(others)
            for text in breaches(slots[slot_id])
        ]


# One function an event keeps the books, the counts and the intents: a look at it for all three.
# `follow` of the books says the same of every event; a test of the restored books holds them together.


def _filled(turn: Turn, slot: Slot, event: OrderFilled) -> None:
    del slot
    desk = turn.desk
    books = desk.books
    books.accounts.fill(event)
    if event.complete:
        del books.orders[event.client_order_id]
        books.unanswered.discard(event.client_order_id)
        if books.submissions:
            books.submissions.pop(event.client_order_id, None)
    elif books.submissions:
        books.proven(event.client_order_id)
    desk.counters.fills += 1
    desk.chances.funds_grew = True


def _placed(turn: Turn, slot: Slot, event: OrderPlaced) -> None:
    desk = turn.desk
    books, counters = desk.books, desk.counters
    client_order_id, side, role = event.client_order_id, event.side, event.role
    reason = event.reason
    books.accounts.hold(side, event.hold)
    books.orders[client_order_id] = slot.slot_id
    books.unanswered.add(client_order_id)
    counters.calls_used += 1
    counters.orders_placed += 1
    intent = PlaceOrder(client_order_id, side, role, event.price, event.size, reason == SALE)
    if role is not ENTRY:
        turn.intents.insert(turn.exits, intent)
        turn.exits += 1
        return
    turn.intents.append(intent)
    if reason in desk.exempt:
        counters.exempt_used += 1  # counted apart, so that it starves no other entry (C-11)
    else:
        counters.entries_used += 1


def _booked(turn: Turn, slot: Slot, event: CycleBooked) -> None:
    del slot
    desk = turn.desk
    desk.counters.cycles += 1
    if desk.closed is not None:
        desk.closed.take(turn.at, event)


def _any(turn: Turn, slot: Slot, event: Event) -> None:
    turn.desk.books.follow(slot, event)


def _ended(turn: Turn, slot: Slot, event: OrderEnded) -> None:
    turn.desk.books.follow(slot, event)
    turn.desk.chances.funds_grew = True


def _repriced(turn: Turn, slot: Slot, event: OrderRepriced) -> None:
    turn.desk.books.follow(slot, event)
    turn.desk.counters.calls_used += 1
    turn.desk.counters.orders_repriced += 1
    turn.is_mixed = True
    turn.intents.append(
        RepriceOrder(
            client_order_id=event.client_order_id,
            revision=event.revision,
            price=event.price,
            size=event.size,
        )
    )


def _canceled(turn: Turn, slot: Slot, event: CancelAsked) -> None:
    turn.desk.books.follow(slot, event)
    turn.desk.counters.calls_used += 1
    turn.desk.counters.orders_canceled += 1
    turn.is_mixed = True
    turn.intents.append(CancelOrder(client_order_id=event.client_order_id, role=event.role))


_TAKE: Mapping[type, Callable[[Turn, Slot, Any], None]] = {
    **dict.fromkeys(get_args(Event), _any),
    OrderFilled: _filled,
    OrderPlaced: _placed,
    CycleBooked: _booked,
    OrderEnded: _ended,
    OrderRepriced: _repriced,
    CancelAsked: _canceled,
}
