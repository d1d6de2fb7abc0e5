"""Begin a release, and say what stands in its way."""

from decimal import Decimal

from holdfast.desk.desk import INVARIANT, Desk
from holdfast.desk.release.look import Look
from holdfast.desk.turn import Turn
from holdfast.domain.money import ZERO
from holdfast.domain.slots import LEG_A, Close
from holdfast.engine.gates import Waiting
from holdfast.engine.inputs import ReleaseWanted
from holdfast.engine.parts import leg_of
from holdfast.engine.release import sale_of


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
    books = desk.books
    if any(books.orders.get(name) == one.slot for name in books.submissions):
        return "the outcome of a request for its slot is not known yet"
    return _unsalable(desk, one, look.mark) if close == Close.LIMIT_IOC else ""


def _unsalable(desk: Desk, one: Waiting, mark: Decimal) -> str:
    """Say why an exit cannot be sold for real, before its order is taken off the book for nothing."""
    sale = sale_of(desk.rules, one.leg, one.lot, mark)
    if sale is None:
        return "what is left of it is too small for the venue to sell"
    slot, accounts = desk.books.slots[one.slot], desk.books.accounts
    order = leg_of(slot, one.leg).order
    free = accounts.free_quote if one.leg is LEG_A else accounts.free_base
    if sale.hold > free + (order.hold if order is not None else ZERO):
        return f"closing it now takes {sale.hold:f}, and {free:f} is free beside its own order"
    return ""


def begin(turn: Turn, one: Waiting, close: str, reason: str) -> None:
    """Give an exit up: its cancel is asked for, and the rest follows its proof."""
    turn.slot(one.slot, ReleaseWanted(leg=one.leg, close=Close(close), reason=reason))
