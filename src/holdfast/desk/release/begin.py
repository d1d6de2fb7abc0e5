"""Begin a release, and say what stands in its way."""

from holdfast.desk.desk import INVARIANT, Desk
from holdfast.desk.release.look import Look
from holdfast.desk.turn import Turn
from holdfast.domain.slots import Close
from holdfast.engine.gates import Waiting
from holdfast.engine.inputs import ReleaseWanted
from holdfast.engine.release import is_unsalable


def hindrance(desk: Desk, one: Waiting, look: Look, close: str) -> str:
    """Say why no release of an exit may begin now, whoever asks; empty where one may."""
    if one.lot.release:
        return "it is being released already"
    if not (desk.authority.may("cancel") and desk.authority.may("exit")):
        return "nothing may be sent to the venue now"
    if INVARIANT in desk.books.holds:
        return f"the desk is halted: {desk.books.holds[INVARIANT]}"
    if look.mark <= 0:
        return "the price is stale or not known yet"
    if close == Close.LIMIT_IOC and is_unsalable(desk.rules, one.leg, one.lot, look.mark):
        return "what is left of it is too small for the venue to sell"
    books = desk.books
    if any(books.orders.get(name) == one.slot for name in books.submissions):
        return "the outcome of a request for its slot is not known yet"
    return ""


def begin(turn: Turn, one: Waiting, close: str, reason: str) -> None:
    """Give an exit up: its cancel is asked for, and the rest follows its proof."""
    turn.slot(one.slot, ReleaseWanted(leg=one.leg, close=Close(close), reason=reason))
