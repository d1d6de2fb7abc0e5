"""Keep every time rule in one heap: which slot is to be looked at when."""

import heapq

from holdfast.domain.slots import Block, Leg, Phase, Role, Slot, phase
from holdfast.engine.rules import NEVER, Rules

MIN_SIZE_RETRY = 60_000_000  # a leg below the smallest size looks again after a minute


class Timers:
    """One due time a slot; a later setting replaces an earlier one."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int]] = []
        self._due: dict[int, int] = {}

    def set(self, slot_id: int, due: int) -> None:
        """Look at a slot at `due`; NEVER forgets it."""
        if due >= NEVER:
            self._due.pop(slot_id, None)
        elif self._due.get(slot_id) != due:
            self._due[slot_id] = due
            heapq.heappush(self._heap, (due, slot_id))

    def next(self) -> int:
        """Return the earliest due time, NEVER where there is none."""
        heap, due = self._heap, self._due
        while heap and due.get(heap[0][1]) != heap[0][0]:
            heapq.heappop(heap)
        return heap[0][0] if heap else NEVER

    def ripe(self, now: int) -> list[int]:
        """Take out the slots due by now, in order of slot."""
        found = []
        while self.next() <= now:
            _, slot_id = heapq.heappop(self._heap)
            del self._due[slot_id]
            found.append(slot_id)
        return sorted(found)


def due_time(slot: Slot, rules: Rules, now: int) -> int:
    """Say when the rules next have something to do for a slot, later than now."""
    due = min(_leg_due(slot.a, now), _leg_due(slot.b, now))
    if not slot.sticky:
        due = min(due, orphan_due(slot, rules))
    return due if due > now else now + 1


def _leg_due(leg: Leg, now: int) -> int:
    order = leg.order
    if order is not None:
        paused = order.role is Role.ENTRY and leg.refresh_cooldown_until > now
        return leg.refresh_cooldown_until if paused else NEVER
    if leg.lot is None:
        if leg.block is Block.COOLDOWN:
            return leg.cooldown_until
        if leg.block is Block.MIN_SIZE:
            return now + MIN_SIZE_RETRY
    return NEVER


def orphan_due(slot: Slot, rules: Rules) -> int:
    """Say when a cycling slot's exits next have to be looked at; 0 is at once, NEVER not at all."""
    label = phase(slot)
    if label is Phase.S0:
        return NEVER
    if label is Phase.S2:
        anchor = slot.s2_entered_at
        return 0 if anchor is None else anchor + rules.s2_orphan_after
    lot = slot.a.lot or slot.b.lot
    return NEVER if lot is None else lot.opened_at + rules.s1_orphan_after
