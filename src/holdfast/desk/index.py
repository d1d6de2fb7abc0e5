"""Know which slots need a look: by mark, by time, by an exit that is owed, by a leg that waits."""

from holdfast.desk.waiting import Waiting
from holdfast.domain.slots import Leg, OrderStatus, Role, Slot
from holdfast.engine.ladder import Ladder
from holdfast.engine.pricing import refresh_distance, stale_bounds
from holdfast.engine.rules import Rules
from holdfast.engine.timers import Timers, due_time


class SlotIndex:
    """What is derived from the slots so that a quiet step looks at none of them."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.ladder = Ladder()
        self.timers = Timers()
        self.waiting = Waiting()
        self.owed: dict[int, None] = {}
        self.changed = True  # since a watch was last told
        self._refreshes = rules.refresh_pct > 0
        self._listed: set[int] = set()

    def update(self, slot: Slot, now: int) -> None:
        """Take in a slot as it is now."""
        slot_id = slot.slot_id
        # Only executions concern a slot at rest: no price, time, debt or line of ours does.
        if (
            slot.a.order is not None
            and slot.b.order is not None
            and slot.sticky
            and not slot.recoveries
            and not self._refreshes
        ):
            if slot_id not in self._listed:
                return
            self._listed.remove(slot_id)
        else:
            self._listed.add(slot_id)
        self.changed = True
        if self._refreshes:
            self._price(slot_id, slot.a, now)
            self._price(slot_id, slot.b, now)
        self.timers.set(slot_id, due_time(slot, self.rules, now))
        self.waiting.update(slot)
        if owes(slot):
            self.owed[slot_id] = None
        else:
            self.owed.pop(slot_id, None)

    def forget(self, slot_id: int) -> None:
        """Take a slot out."""
        self.changed = True
        self._listed.discard(slot_id)
        self.ladder.remove((slot_id, "A"))
        self.ladder.remove((slot_id, "B"))
        self.timers.set(slot_id, 10**18)
        self.waiting.forget(slot_id)
        self.owed.pop(slot_id, None)

    def _price(self, slot_id: int, leg: Leg, now: int) -> None:
        order, key = leg.order, (slot_id, leg.name.value)
        if (
            order is None
            or order.role is not Role.ENTRY
            or order.status is not OrderStatus.PLACED
            or leg.refresh_cooldown_until > now
        ):
            self.ladder.remove(key)
        else:
            tick = self.rules.instrument.price_tick
            distance = refresh_distance(self.rules, slot_id)
            self.ladder.set(key, *stale_bounds(order.price, distance, tick))


def owes(slot: Slot) -> bool:
    """Say whether a slot owes an exit that does not rest."""
    for leg in (slot.a, slot.b):
        if leg.lot is not None and leg.order is None:
            return True
    return any(one.order is None for one in slot.recoveries)
