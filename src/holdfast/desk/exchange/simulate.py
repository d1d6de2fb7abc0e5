"""Note what a desk in DRY would place, once per change; no slot, account or id moves.

A simulated entry is renewed when a resting one would be: when the mark has run from it by the refresh
distance. The slots see the same rules, gates aside, as in a live desk.
"""

from decimal import Decimal

from holdfast.desk.desk import Desk
from holdfast.domain.bookkeeping import SimulatedNoted
from holdfast.domain.events import OrderPlaced
from holdfast.domain.slots import LegName, Slot, is_idle
from holdfast.engine.inputs import EntryWanted
from holdfast.engine.pricing import is_stale, refresh_distance
from holdfast.engine.reducer import reduce
from holdfast.engine.rules import Terms

Key = tuple[int, str]


class Simulation:
    """The orders a desk in DRY would have at the venue."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._resting: dict[Key, Decimal] = {}

    def __call__(self) -> int:
        """Look at every leg that waits; say how many orders were noted."""
        desk = self._desk
        if not desk.mark or desk.books.holds or not desk.fresh:
            return 0
        notes = [
            note
            for slot in desk.books.slots.values()
            for leg in (slot.b, slot.a)
            if is_idle(leg) and not slot.draining
            for note in self._would_place(slot, leg.name)
        ]
        if notes:
            desk.note(*notes)
        return len(notes)

    def clear(self) -> None:
        """Forget what was simulated: the desk trades for real, or stopped."""
        self._resting.clear()

    def _would_place(self, slot: Slot, leg: LegName) -> list[SimulatedNoted]:
        desk, key = self._desk, (slot.slot_id, leg.value)
        standing = self._resting.get(key)
        distance = refresh_distance(desk.rules, slot.slot_id)
        if standing is not None and not is_stale(standing, desk.mark, distance):
            return []
        terms = Terms(
            desk.rules,
            desk.now,
            desk.mark,
            desk.sizing,
            spare_base=desk.books.accounts.free_base,
            spare_quote=desk.books.accounts.free_quote,
        )
        events = reduce(slot, EntryWanted(leg=leg, reason="simulated"), terms).events
        placed = [event for event in events if isinstance(event, OrderPlaced)]
        if not placed or placed[0].price == standing:
            return []
        self._resting[key] = placed[0].price
        return [
            SimulatedNoted(
                slot=slot.slot_id,
                leg=leg.value,
                role=event.role.value,
                side=event.side.value,
                price=str(event.price),
                size=str(event.size),
            )
            for event in placed
        ]
