"""Decide one step: feed what was seen to the slots it concerns and collect what follows."""

from decimal import Decimal

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
from holdfast.domain.slots import Block, Role
from holdfast.engine.inputs import EntryWanted, ExitWanted, Input, MarkMoved, TimeCame
from holdfast.engine.invariants import breaches
from holdfast.engine.reducer import reduce
from holdfast.engine.rules import Terms
from holdfast.engine.sizing import entry_amount


class Turn:
    """The events and intents of one step, in the order in which they were decided."""

    __slots__ = ("at", "desk", "events", "intents", "mark", "notes", "touched")

    def __init__(self, desk: Desk, at: int, mark: Decimal) -> None:
        self.desk = desk
        self.at = at
        self.mark = mark
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
        slot = books.slots[slot_id]
        rules = desk.rules
        instrument = rules.instrument
        amount = entry_amount(desk.sizing, slot, self.mark, instrument)
        gate = desk.gate(exempt=exempt)
        accounts = books.accounts
        step = reduce(
            slot,
            seen,
            Terms(
                rules=rules,
                now=self.at,
                mark=self.mark,
                amount_a=amount,
                amount_b=amount,
                block_a=gate,
                block_b=gate,
                spare_base=accounts.free(instrument.base),
                spare_quote=accounts.free(instrument.quote),
            ),
        )
        desk.counters.reducers_run += 1
        if not step.events:
            desk.index.update(slot, self.at)
            return
        after = step.slot
        books.slots[slot_id] = after
        for event in step.events:
            books.follow(after, event)
            self._count(event)
        self.events += step.events
        self.touched.add(slot_id)
        desk.index.update(after, self.at)

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

    def _count(self, event: Event) -> None:
        counters = self.desk.counters
        if isinstance(event, OrderPlaced):
            counters.calls_used += 1
            counters.orders_placed += 1
            if event.role is Role.ENTRY:
                counters.entries_used += 1
            self.intents.append(
                PlaceOrder(
                    client_order_id=event.client_order_id,
                    side=event.side,
                    role=event.role,
                    price=event.price,
                    size=event.size,
                )
            )
        elif isinstance(event, OrderFilled):
            counters.fills += 1
            self.desk.funds_grew = True
        elif isinstance(event, CycleBooked):
            counters.cycles += 1
        elif isinstance(event, OrderEnded):
            self.desk.funds_grew = True
        elif isinstance(event, OrderRepriced):
            counters.calls_used += 1
            counters.orders_repriced += 1
            self.intents.append(
                RepriceOrder(
                    client_order_id=event.client_order_id,
                    revision=event.revision,
                    price=event.price,
                    size=event.size,
                )
            )
        elif isinstance(event, CancelAsked):
            counters.calls_used += 1
            counters.orders_canceled += 1
            self.intents.append(CancelOrder(client_order_id=event.client_order_id, role=event.role))
