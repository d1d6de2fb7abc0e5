"""Bring a ledger that is behind its venue up to it: a backup came back, and the venue traded on.

Orders of the time the ledger does not know are ours where their ids can be derived from the books;
all others stay foreign. What ours did is replayed in the order of its time through the reducer: an
entry rests again as the venue tells it, an execution is booked, the exit it owes is the one that
rests, or rested, at the venue. Nothing the venue has ever seen is sent. What does not fit the books
is left as it is and said, and `recon` holds until a person has looked.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import msgspec

from holdfast.desk.desk import Desk
from holdfast.desk.exchange.as_it_was import RECOVERED, AsItWas, Claim, held
from holdfast.desk.reconcile import commit
from holdfast.desk.turn import Turn
from holdfast.domain.bookkeeping import ReceiptsNoted
from holdfast.domain.events import (
    Event,
    ExitOrphaned,
    OrderPlaced,
    OrderRepriced,
    ReleaseEnded,
    SlotAdded,
)
from holdfast.domain.ids import client_order_id
from holdfast.domain.observations import End, Execution
from holdfast.domain.slots import ENTRY, EXIT, Direction, Leg, Order, Slot, entry_side, is_idle
from holdfast.engine.derived import Seat, derive
from holdfast.engine.inputs import ExitWanted
from holdfast.engine.parts import leg_of, order_of
from holdfast.venue.port import VenueOrder

_PLACED, _TRADED, _ENDED = 0, 1, 2  # what happens to one order in one moment, in this order

Claims = Mapping[str, Claim]
Told = Sequence[tuple[int, Execution]]


class _Moment(msgspec.Struct, frozen=True, order=True):
    """Something that happened to one order; a tie in time is put as a leg must have lived it."""

    at: int
    cycle: int
    is_exit: bool
    attempt: int
    kind: int
    number: int
    name: str


class Recall:
    """What one desk recalls of a life its ledger has forgotten."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._strangers: set[str] = set()
        self._placed: set[str] = set()

    def match(self, rows: Iterable[VenueOrder]) -> dict[str, Claim]:
        """Pick the orders that are ours by their ids and not in the books; a stranger is asked of once."""
        desk, books = self._desk, self._desk.books
        told = {row.client_order_id: row for row in rows}
        names = told.keys() - books.orders.keys() - self._strangers
        if not names:
            return {}
        namer = partial(client_order_id, desk.rules.genesis, desk.rules.instrument.symbol)
        seats = derive(books.slots, books.next_slot_id, namer, names)
        self._strangers |= names - seats.keys()
        return {name: Claim(seat, told[name]) for name, seat in seats.items()}

    def replay(self, claims: Claims, told: Told, found: Mapping[str, VenueOrder]) -> list[str]:
        """Live through the forgotten time; return the claims that do not fit the books."""
        desk = self._desk
        self._placed = set()
        self._add_slots(claims)
        self._take_moves(found)
        rows = {**found, **{name: one.row for name, one in claims.items()}}
        judge, desk.equipment.judge = desk.equipment.judge, AsItWas(claims)
        try:
            for one in self._moments(claims, told, rows):
                desk.now = max(desk.now, one.at)
                if one.kind == _TRADED:
                    self._trade(told[one.number][1], claims)
                elif one.kind == _ENDED:
                    self._end(rows[one.name], claims)
                elif one.name not in self._placed:
                    self._place(claims[one.name], claims)
        finally:
            desk.equipment.judge = judge
        return sorted(claims.keys() - self._placed)

    def _moments(self, claims: Claims, told: Told, rows: Mapping[str, VenueOrder]) -> list[_Moment]:
        places = {**self._places(), **{name: _place_of(one.seat) for name, one in claims.items()}}

        def moment(at: int, name: str, kind: int, number: int = 0) -> _Moment:
            cycle, is_exit, attempt = places.get(name, (0, False, 0))
            return _Moment(at, cycle, is_exit, attempt, kind, number, name)

        found = [moment(one.row.opened, name, _PLACED) for name, one in claims.items()]
        for number, (at, execution) in enumerate(told):
            found.append(moment(at, execution.client_order_id, _TRADED, number))
        for name, row in rows.items():
            if row.status != "open" and name in places:
                found.append(moment(row.closed, name, _ENDED))
        return sorted(found)

    def _places(self) -> dict[str, tuple[int, bool, int]]:
        books = self._desk.books
        orders = (order_of(books.slots[slot_id], name) for name, slot_id in books.orders.items())
        return {one.client_order_id: _place_of(one) for one in orders}

    def _add_slots(self, claims: Claims) -> None:
        books = self._desk.books
        first, sticky = books.next_slot_id, all(one.sticky for one in books.slots.values())
        past = max((one.seat.slot for one in claims.values()), default=-1) + 1
        if past > first:
            added = [SlotAdded(slot=number, sticky=sticky) for number in range(first, past)]
            self._desk.record(self._desk.now, added)

    def _take_moves(self, found: Mapping[str, VenueOrder]) -> None:
        """Take entries as the venue has them: a life we do not know moved them."""
        books = self._desk.books
        for name, slot_id in books.orders.items():
            row, slot = found.get(name), books.slots[slot_id]
            order = order_of(slot, name)
            if row is not None and _is_moved(order, row) and name not in books.submissions:
                self._desk.record(self._desk.now, [self._moved(slot, order, row)])

    def _moved(self, slot: Slot, order: Order, row: VenueOrder) -> OrderRepriced:
        rules = self._desk.rules
        leg = slot.a if slot.a.order is order else slot.b
        return OrderRepriced(
            slot=slot.slot_id,
            leg=leg.name,
            client_order_id=order.client_order_id,
            local_id=slot.next_local_id,
            revision=order.revision + 1,
            price=row.price,
            size=row.size,
            hold=held(order.side, row, rules.instrument, order.filled),
            released=order.hold,
            reason=RECOVERED,
            refreshes=leg.refreshes,
            direction=leg.refresh_direction or Direction.UP,
            mark=self._desk.mark or row.price,
            rules=rules.digest,
        )

    def _place(self, claim: Claim, claims: Claims) -> None:
        seat, row = claim.seat, claim.row
        if seat.role is EXIT:
            self._keep(seat)
            turn = Turn(self._desk, self._desk.now, row.price)
            turn.slot(seat.slot, ExitWanted())
            self._commit(turn, claims)
            return
        slot = self._desk.books.slots[seat.slot]
        leg = leg_of(slot, seat.leg)
        entry = self._entry(slot, claim)
        if row.side != entry.side:
            return
        if is_idle(leg) and leg.cycle == seat.cycle and seat.attempt > leg.attempts:
            self._rest(entry)
        elif leg.lot is not None and leg.cycle + 1 == seat.cycle:
            self._rest(entry, self._set_aside(slot, leg, row))

    def _keep(self, seat: Seat) -> None:
        """Say that a release came to nothing whose exit the venue rested once more."""
        leg = leg_of(self._desk.books.slots[seat.slot], seat.leg)
        lot = leg.lot
        if lot is not None and lot.release and leg.order is None and lot.cycle == seat.cycle:
            ended = ReleaseEnded(slot=seat.slot, leg=seat.leg, cycle=seat.cycle, reason=RECOVERED)
            self._desk.record(self._desk.now, [ended])

    def _rest(self, entry: OrderPlaced, *before: Event) -> None:
        name = entry.client_order_id
        self._desk.record(self._desk.now, [*before, entry, ReceiptsNoted(accepted=(name,))])
        self._placed.add(name)

    def _entry(self, slot: Slot, claim: Claim) -> OrderPlaced:
        seat, row, rules = claim.seat, claim.row, self._desk.rules
        side = entry_side(seat.leg)
        return OrderPlaced(
            slot.slot_id,
            seat.leg,
            ENTRY,
            side,
            row.client_order_id,
            slot.next_local_id,
            seat.cycle,
            seat.attempt,
            row.price,
            row.size,
            held(side, row, rules.instrument),
            RECOVERED,
            self._desk.mark or row.price,
            rules.digest,
        )

    def _set_aside(self, slot: Slot, leg: Leg, row: VenueOrder) -> ExitOrphaned:
        """Say that an exit was set aside: its leg entered again while it rested."""
        return ExitOrphaned(
            slot=slot.slot_id,
            leg=leg.name,
            recovery_id=slot.next_recovery_id,
            reason=RECOVERED,
            cooldown_until=leg.cooldown_until,
            mark=self._desk.mark or row.price,
            rules=self._desk.rules.digest,
        )

    def _trade(self, execution: Execution, claims: Claims) -> None:
        books, name = self._desk.books, execution.client_order_id
        slot_id = books.orders.get(name)
        if slot_id is None and name in claims:
            return  # it has no place in the books: its amounts stay a gap
        if slot_id is not None:
            order = order_of(books.slots[slot_id], name)
            if order.filled + execution.size > order.size and not order.revision:
                return
        turn = Turn(self._desk, self._desk.now, execution.price)
        turn.order(execution)
        self._commit(turn, claims)

    def _end(self, row: VenueOrder, claims: Claims) -> None:
        books, name = self._desk.books, row.client_order_id
        slot_id = books.orders.get(name)
        if slot_id is None or order_of(books.slots[slot_id], name).filled < row.filled:
            return  # over already, or not all of its executions were told
        turn = Turn(self._desk, self._desk.now, row.price)
        turn.order(End(client_order_id=name, status=row.status, reason=RECOVERED))
        self._commit(turn, claims)

    def _commit(self, turn: Turn, claims: Claims) -> None:
        """Commit a turn; an exit that reached the venue long ago is not sent."""
        there = [
            event.client_order_id
            for event in turn.events
            if isinstance(event, OrderPlaced) and event.client_order_id in claims
        ]
        if there:
            self._placed.update(there)
            turn.notes.append(ReceiptsNoted(accepted=tuple(there)))
            turn.intents = [one for one in turn.intents if one.client_order_id not in there]
        commit(self._desk, turn)


def _place_of(one: Seat | Order) -> tuple[int, bool, int]:
    return one.cycle, one.role is EXIT, one.attempt


def _is_moved(order: Order, row: VenueOrder) -> bool:
    same = (row.price, row.size) == (order.price, order.size)
    return order.role is ENTRY and not same and row.size > order.filled
