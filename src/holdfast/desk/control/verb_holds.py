"""The verbs that stop new entries and let them go on."""

from collections.abc import Callable

from holdfast.desk import holds
from holdfast.desk.control.verb_parameters import Arguments
from holdfast.desk.desk import INVARIANT, Desk
from holdfast.domain.errors import CommandRefused
from holdfast.engine.invariants import breaches

OPERATOR = "operator"
LIFTED = frozenset({"daily_loss", "total_loss", "drawdown", "api_errors"})
Keeps = Callable[[Desk, str], str]  # why such a hold must stand, empty where it may come down


def pause(desk: Desk, given: Arguments) -> str:
    """Put the operator's hold up; orders that rest stay, exits included."""
    if OPERATOR in desk.books.holds:
        return "paused already"
    holds.put_up(desk, OPERATOR, given["reason"] or "paused by an operator")
    return "paused: no new entries; orders that rest stay, and exits are still placed"


def resume(desk: Desk, given: Arguments, keeps: Keeps | None = None) -> str:
    """Take the operator's hold and that of an alert down, and others whose reason is gone."""
    del given
    standing = desk.books.holds
    if not standing:
        return "running already"
    over = sorted(name for name in LIFTED & standing.keys() if keeps and not keeps(desk, name))
    others = sorted(standing.keys() - {OPERATOR, INVARIANT, holds.ALERT, *over})
    if others:
        named = "; ".join(f"{name} ({standing[name]})" for name in others)
        raise CommandRefused(f"not resumed: a hold stands: {named}")
    if INVARIANT in standing:
        _recheck(desk)
        holds.take_down(desk, INVARIANT, "every slot was checked again and holds")
    for name in (*over, OPERATOR, holds.ALERT):
        if name in desk.books.holds:
            holds.take_down(desk, name, "resumed by an operator")
    return "resumed"


def _recheck(desk: Desk) -> None:
    found = [
        f"slot {slot_id}: {text}"
        for slot_id, slot in sorted(desk.books.slots.items())
        for text in breaches(slot)
    ]
    if found:
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""  # noqa: PLR2004 (three are shown)
        raise CommandRefused(f"not resumed: an invariant is broken: {'; '.join(found[:3])}{more}")
