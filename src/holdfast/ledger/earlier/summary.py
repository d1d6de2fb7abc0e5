"""Say of an import what is brought in, slot by slot and in all, for people and for programs."""

from collections import Counter
from decimal import Decimal

import msgspec

from holdfast.domain.market import SECOND
from holdfast.domain.money import ZERO
from holdfast.domain.slots import EXIT, Slot, phase
from holdfast.ledger.earlier.carry import Carried
from holdfast.ledger.earlier.shape import Saved


class SlotLine(msgspec.Struct, frozen=True, kw_only=True):
    """One slot as it is brought in."""

    slot: int
    sticky: bool
    phase: str
    cycle_a: int
    cycle_b: int
    entries: int
    exits: int
    recoveries: int
    cost: Decimal
    net: Decimal
    round_trips: int


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What an import writes, or would write.

    `crossing` orders are not sent, `unsent` exits never were: the desk places both anew. `estimated`
    exits have no recorded cost. `moved_back` is in seconds.
    """

    file: str
    sha256: str
    profile: str
    runtime: str
    planned: bool
    already: bool = False
    slots: tuple[SlotLine, ...] = ()
    orders: int = 0
    crossing: tuple[str, ...] = ()
    unsent: int = 0
    positions: int = 0
    estimated: int = 0
    cost: Decimal = ZERO
    net: Decimal = ZERO
    fees: Decimal = ZERO
    round_trips: int = 0
    moved_back: int = 0
    pair_named: bool = True
    left_behind: tuple[str, ...] = ()
    sent: int = 0
    refused: tuple[str, ...] = ()
    backup: str = ""


def lines_of(carried: Carried) -> tuple[SlotLine, ...]:
    """Say what each slot is brought in with."""
    entries = Counter(one.slot for one in carried.placed if one.role is not EXIT)
    return tuple(_line(one, entries[one.slot_id]) for one in carried.slots)


def _line(slot: Slot, entries: int) -> SlotLine:
    lots = [leg.lot for leg in (slot.a, slot.b) if leg.lot is not None]
    lots += [one.lot for one in slot.recoveries]
    return SlotLine(
        slot=slot.slot_id,
        sticky=slot.sticky,
        phase=phase(slot).value,
        cycle_a=slot.a.cycle,
        cycle_b=slot.b.cycle,
        entries=entries,
        exits=sum(leg.lot is not None for leg in (slot.a, slot.b)),
        recoveries=len(slot.recoveries),
        cost=sum((lot.cost for lot in lots), ZERO),
        net=slot.net_profit,
        round_trips=slot.round_trips,
    )


def summed(saved: Saved, carried: Carried, summary: Summary) -> Summary:
    """Fill in what is brought in."""
    slots, exits = carried.slots, carried.exits
    lines = lines_of(carried)
    return msgspec.structs.replace(
        summary,
        slots=lines,
        orders=len(carried.placed),
        crossing=tuple(sorted(carried.crossing)),
        unsent=sum(not one.order.txid for one in exits),
        positions=carried.positions,
        estimated=sum(one.row is None for one in exits),
        cost=sum((one.cost for one in lines), ZERO),
        net=sum((one.net_profit for one in slots), ZERO),
        fees=sum((one.fees for one in slots), ZERO),
        round_trips=sum(one.round_trips for one in slots),
        moved_back=carried.moved_back // SECOND,
        pair_named=bool(saved.file.symbol or saved.file.pair),
        left_behind=saved.left_behind,
    )
