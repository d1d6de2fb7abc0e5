"""The verbs that keep a slot's entries off, and ask for them again.

Closing tightens: it works in every state of the desk. Opening loosens: it passes every gate an entry passes.
"""

from holdfast.desk import parking
from holdfast.desk.control.verb_parameters import Arguments, BadPayload, shown
from holdfast.desk.control.verb_slots import slot_of
from holdfast.desk.desk import Desk
from holdfast.domain.slots import LegName


def open_slot(desk: Desk, given: Arguments) -> str:
    """Ask for the entries of a slot's idle legs now, or of the one named."""
    slot, legs = slot_of(desk, given["slot_id"]), legs_of(given)
    return parking.open_slot(desk, slot, legs, principal=given["actor"], reason=given["reason"])


def close_slot(desk: Desk, given: Arguments) -> str:
    """Take a slot's entries off and keep them off, or those of the leg named."""
    slot, legs = slot_of(desk, given["slot_id"]), legs_of(given)
    return parking.close_slot(desk, slot, legs, principal=given["actor"], reason=given["reason"])


def legs_of(given: Arguments) -> tuple[LegName, ...]:
    """Read which legs are meant: the one named, else both."""
    name = given["trade_id"]
    if name is None:
        return parking.BOTH
    if name not in LegName.__members__:
        raise BadPayload(f"trade_id {shown(name)} is not A or B")
    return (LegName(name),)
