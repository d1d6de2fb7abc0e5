"""The verbs that give a waiting exit up, gate by gate, or say what would happen.

A manual release passes all three gates and the hard gate; only a comparison that cannot be made lets
it go on, with a warning. What is refused has changed nothing and answers with every figure.
"""

from holdfast.config.profile import Profile
from holdfast.desk.control.verb_parameters import Arguments, BadPayload
from holdfast.desk.control.verb_slots import slot_of
from holdfast.desk.desk import Desk
from holdfast.desk.reconcile import commit
from holdfast.desk.release.begin import begin, hindrance
from holdfast.desk.release.look import Look, look_at
from holdfast.desk.release.recon import Standing
from holdfast.desk.turn import Turn
from holdfast.domain.errors import CommandRefused
from holdfast.domain.slots import LegName, Slot
from holdfast.engine.gates import Selector, Waiting, choose, passes, waiting_exits

OPERATOR = "operator"


def release_slot(desk: Desk, given: Arguments, profile: Profile) -> str:
    """Give up one exit of a slot: the one named, else the oldest of the leg, else the oldest."""
    slot = slot_of(desk, given["slot_id"])
    look = look_at(desk, profile.settings, desk.mark, desk.now)
    one = choose(slot, _selector(given))
    if one is None:
        raise CommandRefused(f"slot {slot.slot_id}: {_nothing(slot, given)}")
    return _release(desk, one, look, profile.settings.release_close, dry=given["dry_run"])


def release_oldest_eligible(desk: Desk, given: Arguments, profile: Profile) -> str:
    """Give up the oldest exit of a slot, or of all slots, that passes every gate."""
    look = look_at(desk, profile.settings, desk.mark, desk.now)
    slots = _slots(desk, given)
    found = [choose(slot, Selector(), lambda one: passes(look.gates(one))) for slot in slots]
    eligible = [one for one in found if one is not None and not one.lot.release]
    if not eligible:
        where = f"slot {given['slot_id']}" if given["slot_id"] is not None else "all slots"
        waiting = sum(len(waiting_exits(slot)) for slot in slots)
        raise CommandRefused(f"{where}: none of {waiting} waiting exits passes all gates")
    one = min(eligible, key=lambda each: (each.lot.opened_at, each.slot))
    return _release(desk, one, look, profile.settings.release_close, dry=given["dry_run"])


def _release(desk: Desk, one: Waiting, look: Look, close: str, *, dry: bool) -> str:
    gates = look.gates(one)
    told = ", ".join(gate.sentence for gate in gates)
    said = f"exit {_named(one)} of slot {one.slot}: {told}; balances {look.recon.reason}"
    problem = _problem(desk, one, look, close, passed=passes(gates))
    if problem and not dry:
        raise CommandRefused(f"not released, {problem}; {said}")
    warning = "WARNING, " if look.recon.standing is Standing.UNKNOWN else ""
    if dry:
        verdict = (
            f"would not be released, {problem}" if problem else f"would be released by {close}"
        )
        return f"{warning}{verdict}; {said}; nothing was changed"
    turn = Turn(desk, desk.now, desk.mark)
    begin(turn, one, close, OPERATOR)
    commit(desk, turn)
    desk.watch_again()
    return f"{warning}release begun by {close}; {said}"


def _problem(desk: Desk, one: Waiting, look: Look, close: str, *, passed: bool) -> str:
    if look.recon.blocked:
        return f"release blocked by {look.recon.reason}"
    if not passed:
        return "release blocked by gates"
    return hindrance(desk, one, look, close)


def _selector(given: Arguments) -> Selector:
    leg = given["trade_id"]
    if leg is not None and leg not in LegName.__members__:
        raise BadPayload(f"trade_id {leg} is not A or B")
    return Selector(leg=None if leg is None else LegName(leg), local_id=given["exit_id"])


def _nothing(slot: Slot, given: Arguments) -> str:
    exits = waiting_exits(slot)
    if not exits:
        return "it owes no exit; one that filled is booked already"
    owed = ", ".join(_named(one) for one in exits)
    wanted = [f"leg {given['trade_id']}"] if given["trade_id"] is not None else []
    wanted += [f"exit {given['exit_id']}"] if given["exit_id"] is not None else []
    return f"{' '.join(wanted)} is no waiting exit, it may just have filled; it owes {owed}"


def _named(one: Waiting) -> str:
    return f"{one.local_id if one.local_id is not None else 'unplaced'} (leg {one.leg.value})"


def _slots(desk: Desk, given: Arguments) -> list[Slot]:
    if given["slot_id"] is None:
        return list(desk.books.slots.values())
    return [slot_of(desk, given["slot_id"])]
