"""Record what a gate that is only watched would have kept back, beside what the desk did."""

from holdfast.desk.turn import Turn
from holdfast.domain.bookkeeping import GateShadowed
from holdfast.domain.slots import LEG_A, Leg, LegName, Slot

Place = tuple[int, int]  # a leg's cycle, and its placements in it


class Shadow:
    """Looks at regular times; between two looks the gate stood as it did at the first."""

    def __init__(self, gate: str) -> None:
        self.gate = gate
        self.entries = 0  # that the gate would have kept back in this life of the desk
        self._side: LegName | None = None
        self._places: dict[int, Place] = {}

    def look(self, turn: Turn, side: LegName | None) -> None:
        """Note the entries placed since the last look on the side that the gate spoke against."""
        slots = turn.desk.books.slots.values()
        if self._side is not None:
            name = self._side
            kept = tuple(one.slot_id for one in slots if self._entered(one, name))
            if kept:
                self.entries += len(kept)
                turn.notes.append(GateShadowed(gate=self.gate, leg=name, slots=kept))
        self._side = side
        if side is not None:
            self._places = {one.slot_id: _place(_leg(one, side)) for one in slots}

    def forget(self) -> None:
        """Look anew from now on."""
        self._side = None

    def _entered(self, slot: Slot, name: LegName) -> bool:
        before = self._places.get(slot.slot_id, (1, 0))
        return entered(before, _place(_leg(slot, name)))


def entered(before: Place, after: Place) -> bool:
    """Say whether a leg placed an entry between two looks.

    >>> entered((1, 1), (1, 1)), entered((1, 1), (1, 2)), entered((1, 1), (2, 0)), entered((1, 1), (2, 1))
    (False, True, False, True)
    """
    cycles, placed = after[0] - before[0], after[1]
    if cycles <= 0:
        return placed > before[1]
    return placed > 0 or before[1] == 0 or cycles > 1


def _leg(slot: Slot, name: LegName) -> Leg:
    return slot.a if name is LEG_A else slot.b


def _place(leg: Leg) -> Place:
    return leg.cycle, leg.attempts
