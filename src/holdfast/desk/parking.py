"""Keep a slot's entries off leg by leg, and ask for them again.

Idle legs enter by themselves, so an entry that is only cancelled comes back in the next step: a leg that
was closed is parked, and stays without entries until it is opened. Exits are never touched.
Opening passes every gate an entry passes; a leg that was refused is left as it was.
"""

from collections.abc import Sequence

from holdfast.desk.desk import Desk
from holdfast.desk.reconcile import commit
from holdfast.desk.status.why import reason_of
from holdfast.desk.turn import Turn
from holdfast.domain.bookkeeping import EntriesParked
from holdfast.domain.errors import CommandRefused
from holdfast.domain.slots import ENTRY, LEG_A, LEG_B, Block, LegName, OrderStatus, Slot, is_idle
from holdfast.engine.inputs import CancelWanted, EntryWanted
from holdfast.engine.parts import leg_of

BOTH = (LEG_B, LEG_A)  # B first: quote is what runs short
ASKED_FOR = "asked_for"  # reason of an entry somebody asked for
CLOSED = "closed"
Legs = Sequence[LegName]


def close_slot(desk: Desk, slot: Slot, legs: Legs, *, principal: str, reason: str) -> str:
    """Take the entries of these legs off and park the legs; works in every state of the desk."""
    slot_id, before = slot.slot_id, desk.books.parked.get(slot.slot_id, ())
    turn = Turn(desk, desk.now, desk.mark or desk.rules.instrument.price_tick)
    _park(desk, slot_id, [name for name in BOTH if name in before or name in legs])
    said = [text for name in legs if (text := _take_off(turn, slot_id, name))]
    _note(turn, slot_id, before, principal, reason)
    _commit(turn)
    told = f"slot {slot_id} takes no entries on leg {_named(legs)} until it is opened"
    return "; ".join([told, *said])


def open_slot(desk: Desk, slot: Slot, legs: Legs, *, principal: str, reason: str) -> str:
    """Ask for the entries of these legs now, in the name of a principal; raise CommandRefused."""
    slot_id, before = slot.slot_id, desk.books.parked.get(slot.slot_id, ())
    _may_open(desk, slot)
    turn = Turn(desk, desk.now, desk.mark)
    desk.principal, usual = principal, desk.principal
    try:
        found = [_open_leg(turn, slot_id, name) for name in legs]
    finally:
        desk.principal = usual
    _note(turn, slot_id, before, principal, reason)
    _commit(turn)
    said = "; ".join(text for _, text in found)
    if not any(done for done, _ in found):
        raise CommandRefused(f"slot {slot_id} was not opened: {said}")
    return f"slot {slot_id}: {said}"


def _may_open(desk: Desk, slot: Slot) -> None:
    why = ""
    if slot.draining:
        why = "it is leaving"
    elif desk.books.holds:
        why = f"the desk is held: {desk.pause_reason()}"
    elif desk.mark <= 0:
        why = "no price was seen yet"
    if why:
        raise CommandRefused(f"slot {slot.slot_id} was not opened: {why}")


def _take_off(turn: Turn, slot_id: int, name: LegName) -> str:
    leg = leg_of(turn.desk.books.slots[slot_id], name)
    if leg.lot is not None:
        return f"the exit of leg {name.value} stays"
    if leg.order is None:
        turn.slot(slot_id, EntryWanted(leg=name, reason=CLOSED, block=Block.OPERATOR))
        return ""
    if leg.order.status is OrderStatus.PLACED and leg.order.role is ENTRY:
        turn.slot(slot_id, CancelWanted(reason=CLOSED, client_order_id=leg.order.client_order_id))
    return f"the entry of leg {name.value} is being taken off"


def _open_leg(turn: Turn, slot_id: int, name: LegName) -> tuple[bool, str]:
    leg = leg_of(turn.desk.books.slots[slot_id], name)
    if leg.lot is not None:
        return _open_later(turn.desk, slot_id, name)
    if leg.order is None:
        return _enter(turn, slot_id, name)
    leaving = leg.order.status is OrderStatus.CANCELING
    state = "is being taken off, ask again when it has ended" if leaving else "rests already"
    return False, f"the entry of leg {name.value} {state}"


def _open_later(desk: Desk, slot_id: int, name: LegName) -> tuple[bool, str]:
    parked = desk.books.parked.get(slot_id, ())
    if name not in parked:
        return False, f"leg {name.value} owes an exit, and enters after it"
    _park(desk, slot_id, [one for one in parked if one is not name])
    return True, f"leg {name.value} enters again after its exit"


def _enter(turn: Turn, slot_id: int, name: LegName) -> tuple[bool, str]:
    desk, books = turn.desk, turn.desk.books
    slot, parked, decided = books.slots[slot_id], books.parked.get(slot_id, ()), len(turn.events)
    _park(desk, slot_id, [one for one in parked if one is not name])
    turn.enter(slot_id, EntryWanted(leg=name, reason=ASKED_FOR))
    leg = leg_of(books.slots[slot_id], name)
    if not is_idle(leg):
        return True, f"leg {name.value} enters"
    why = reason_of(desk, leg)
    del turn.events[decided:]  # all it came to is another reason to wait: as it was before
    books.slots[slot_id] = slot
    desk.index.update(slot, turn.at)
    _park(desk, slot_id, parked)
    return False, f"leg {name.value} waits: {why}"


def _park(desk: Desk, slot_id: int, legs: Legs) -> None:
    """Change what is parked at once, as slots are; the note says the same after the commit."""
    desk.books.apply(desk.now, EntriesParked(slot=slot_id, legs=tuple(legs), principal=""))


def _note(turn: Turn, slot_id: int, before: Legs, principal: str, reason: str) -> None:
    legs = turn.desk.books.parked.get(slot_id, ())
    if legs != before:
        note = EntriesParked(slot=slot_id, legs=legs, principal=principal, reason=reason)
        turn.notes.append(note)


def _commit(turn: Turn) -> None:
    commit(turn.desk, turn)
    turn.desk.watch_again()


def _named(legs: Legs) -> str:
    return " and ".join(sorted(name.value for name in legs))
