"""Take up an edited profile between ticks, whole or not at all.

Resting orders keep price and size; entry distance and size apply at the next placement or refresh,
the profit target to new exits, time and drift rules at once. A slot that would turn from sticky to
cycling with exits open is refused: that is an operator's own decision, slot by slot.
"""

from collections.abc import Mapping

from holdfast.desk.desk import Desk
from holdfast.desk.limits import Limits
from holdfast.desk.rules_change import apply_rules
from holdfast.desk.startup import fit_slots
from holdfast.domain.bookkeeping import ReloadNoted
from holdfast.domain.events import StickySet
from holdfast.domain.slots import Slot
from holdfast.engine.rules import Rules
from holdfast.engine.sizing import Sizing

TAKEN, PENDING, REFUSED = "taken", "pending", "refused"
Changes = Mapping[str, tuple[str, str]]


def take_up(
    desk: Desk,
    *,
    rules: Rules,
    sizing: Sizing,
    limits: Limits,
    slots: int,
    sticky: bool,
    changes: Changes,
    reason: str,
) -> None:
    """Put new rules in force as one event with its diff, and look at every slot again."""
    apply_rules(desk, rules=rules, sizing=sizing, limits=limits, changes=changes, reason=reason)
    if "sticky_mode_enabled" in changes:
        _set_sticky(desk, sticky=sticky)
    if "slots" in changes:
        fit_slots(desk, slots, sticky=sticky)
    desk.reindex()
    desk.note(ReloadNoted(result=TAKEN, detail=reason, changes=dict(changes)))


def open_exits(desk: Desk) -> list[Slot]:
    """List the sticky slots that owe an exit."""
    return [
        slot
        for slot in desk.books.slots.values()
        if slot.sticky and (slot.a.lot is not None or slot.b.lot is not None)
    ]


def _set_sticky(desk: Desk, *, sticky: bool) -> None:
    for slot in tuple(desk.books.slots.values()):
        if slot.sticky is not sticky:
            desk.record(desk.now, [StickySet(slot=slot.slot_id, sticky=sticky)])
