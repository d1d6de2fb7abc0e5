"""Find the orders a ledger has forgotten by the ids its later life must have given them.

Ids are derived, so a desk whose ledger is behind its venue can name every order it would have placed
next: of each leg the following attempts and cycles, of each recovery its exits, of each new slot all.
A name that is not among these is nobody's we know. Gaps are passed over, for not every attempt
arrived; a search ends when nothing was found for a while.
"""

from collections.abc import Callable, Iterable, Mapping

import msgspec

from holdfast.domain.slots import ENTRY, EXIT, Leg, LegName, Role, Slot

ATTEMPTS, CYCLES, SLOTS = 48, 8, 4  # passed over in vain before a search ends

Namer = Callable[[int, LegName, int, Role, int], str]


class Seat(msgspec.Struct, frozen=True, order=True):
    """Where an order belongs: its id was derived from this."""

    slot: int
    leg: LegName
    cycle: int
    role: Role
    attempt: int


def derive(
    slots: Mapping[int, Slot], next_slot: int, name_of: Namer, names: Iterable[str]
) -> dict[str, Seat]:
    """Say where each of the names belongs that a later life of these slots would have used."""
    search = _Search(name_of, set(names))
    for slot in slots.values():
        search.slot(slot)
    number = last = next_slot
    while search.wanted and number < last + SLOTS:
        if search.slot(Slot(slot_id=number, sticky=False, created_at=0)):
            last = number + 1
        number += 1
    return search.found


class _Search:
    """The names that are looked for, and those that were found."""

    def __init__(self, name_of: Namer, wanted: set[str]) -> None:
        self._name_of = name_of
        self.wanted = wanted
        self.found: dict[str, Seat] = {}

    def slot(self, slot: Slot) -> bool:
        """Look through what may follow in one slot; say whether anything was found."""
        before = len(self.found)
        for one in slot.recoveries:
            self._attempts(slot.slot_id, one.leg, one.lot.cycle, EXIT, one.attempts + 1)
        for leg in (slot.a, slot.b):
            self._leg(slot.slot_id, leg)
        return len(self.found) > before

    def _leg(self, slot: int, leg: Leg) -> None:
        following = leg.attempts + 1
        if leg.lot is None:
            self._attempts(slot, leg.name, leg.cycle, ENTRY, following)
            following = 1
        self._attempts(slot, leg.name, leg.cycle, EXIT, following)
        cycle, last = leg.cycle + 1, leg.cycle
        while self.wanted and cycle <= last + CYCLES:
            entries = self._attempts(slot, leg.name, cycle, ENTRY, 1)
            exits = self._attempts(slot, leg.name, cycle, EXIT, 1)
            if entries or exits:
                last = cycle
            cycle += 1

    def _attempts(self, slot: int, leg: LegName, cycle: int, role: Role, first: int) -> bool:
        attempt, last, some = first, first, False
        while self.wanted and attempt < last + ATTEMPTS:
            name = self._name_of(slot, leg, cycle, role, attempt)
            if name in self.wanted:
                self.wanted.discard(name)
                self.found[name] = Seat(slot, leg, cycle, role, attempt)
                last, some = attempt + 1, True
            attempt += 1
        return some
