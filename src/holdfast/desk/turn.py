"""Decide one step: feed what was seen to the slots it concerns and collect what follows."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

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
from holdfast.domain.slots import ENTRY, FREE_TO_ENTER, Block
from holdfast.engine.inputs import EntryWanted, ExitWanted, Input, MarkMoved, TimeCame
from holdfast.engine.invariants import breaches
from holdfast.engine.reducer import reduce
from holdfast.engine.rules import Terms


class Turn:
    """The events and intents of one step, in the order in which they were decided."""

    __slots__ = ("at", "desk", "events", "intents", "is_open", "mark", "notes", "touched")

    def __init__(self, desk: Desk, at: int, mark: Decimal) -> None:
        self.desk = desk
        self.at = at
        self.mark = mark
        self.is_open = desk.is_open()
        self.events: list[Event] = []
        self.intents: list[Intent] = []
        self.notes: list[Note] = []
        self.touched: set[int] = set()

    def order(self, seen: Execution | End) -> None:
        """Feed an execution or an end to the slot whose order it names."""
        slot_id = self.desk.books.orders.get(seen.client_order_id)
        if slot_id is None:
            self.desk.counters.anomalies += 1
            self.notes.append(
                AnomalyNoted(kind="unknown_order", detail=f"{type(seen).__name__} {seen}")
            )
            return
        self.slot(slot_id, seen)

    def slot(self, slot_id: int, seen: Input, *, exempt: bool = False) -> None:
        """Reduce one input of one slot."""
        desk = self.desk
        books = desk.books
        accounts = books.accounts
        terms = Terms(
            desk.rules,
            self.at,
            self.mark,
            desk.sizing,
            FREE_TO_ENTER if self.is_open else desk.gate(exempt=exempt),
            accounts.free_base,
            accounts.free_quote,
        )
        step = reduce(books.slots[slot_id], seen, terms)
        desk.counters.reducers_run += 1
        after, events = step.slot, step.events
        if events:
            books.follow(after, events)
            self._take(events)
            self.touched.add(slot_id)
        desk.index.update(after, self.at)

    def _take(self, events: list[Event]) -> None:
        desk, counters = self.desk, self.desk.counters
        self.events += events
        for event in events:
            if type(event) is OrderFilled:
                counters.fills += 1
                desk.funds_grew = True
            elif type(event) is OrderPlaced:
                role = event.role
                counters.calls_used += 1
                counters.orders_placed += 1
                counters.entries_used += role is ENTRY
                self.intents.append(
                    PlaceOrder(event.client_order_id, event.side, role, event.price, event.size)
                )
            elif type(event) is CycleBooked:
                counters.cycles += 1
            elif (count := _COUNTS.get(type(event))) is not None:
                count(self, event)

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
                self.slot(slot_id, MarkMoved())

    def owed(self) -> None:
        """Try again to rest exits that are owed, before anything else is spent."""
        desk = self.desk
        for slot_id in tuple(desk.index.owed):
            if desk.counters.calls_used >= desk.limits.calls_per_tick:
                return
            self.slot(slot_id, ExitWanted())

    def breaches(self) -> list[str]:
        """List what is wrong with the slots this step touched."""
        slots = self.desk.books.slots
        return [
            f"slot {slot_id}: {text}"
            for slot_id in sorted(self.touched)
            if slot_id in slots
            for text in breaches(slots[slot_id])
        ]


def _ended(turn: Turn, event: OrderEnded) -> None:
    del event
    turn.desk.funds_grew = True


def _repriced(turn: Turn, event: OrderRepriced) -> None:
    turn.desk.counters.calls_used += 1
    turn.desk.counters.orders_repriced += 1
    turn.intents.append(
        RepriceOrder(
            client_order_id=event.client_order_id,
            revision=event.revision,
            price=event.price,
            size=event.size,
        )
    )


def _canceled(turn: Turn, event: CancelAsked) -> None:
    turn.desk.counters.calls_used += 1
    turn.desk.counters.orders_canceled += 1
    turn.intents.append(CancelOrder(client_order_id=event.client_order_id, role=event.role))


_COUNTS: Mapping[type, Callable[[Turn, Any], None]] = MappingProxyType(
    {
        OrderEnded: _ended,
        OrderRepriced: _repriced,
        CancelAsked: _canceled,
    }
)
