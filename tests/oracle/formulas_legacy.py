"""Answer the recorded formulas of stops: what a resume checks, and which stop was only a shutdown.

The recorded bot lets a slot that rests no exit wait for its bootstrap without a word for it; an idle
leg of ours that waits says `pacing`.
"""

from decimal import Decimal

from msgspec.structs import replace
from recorded import Json, instrument_of, rules_of_scenario, slot_of

from holdfast.clock import FixedClock
from holdfast.desk.control.verb_holds import resume
from holdfast.desk.desk import INVARIANT, Desk
from holdfast.desk.limits import Limits
from holdfast.desk.startup import is_transient
from holdfast.domain.errors import CommandRefused
from holdfast.domain.slots import Block, Leg, Slot, is_idle
from holdfast.engine.sizing import Sizing
from holdfast.ledger.memory import MemoryLedger
from holdfast.venue.candles import Candles, FileFeed
from holdfast.venue.paper import PaperVenue


def _resume(given: Json) -> Json:
    desk = _halted_desk(given)
    try:
        resume(desk, {})
    except CommandRefused:
        return {"ok": False, "mode": desk.mode()}
    return {"ok": True, "mode": desk.mode()}


def _halted_desk(given: Json) -> Desk:
    instrument = instrument_of(given["constraints"])
    rows = [(0, *[Decimal(1)] * 4, Decimal(1))]
    candles = Candles.from_rows(rows, seconds=60, tick=Decimal(1), step=Decimal(1))
    desk = Desk(
        rules=rules_of_scenario(given),
        sizing=Sizing(base_sized=False, amount=Decimal(2)),
        limits=Limits(),
        venue=PaperVenue(instrument, FileFeed(candles), balances={}, participation=Decimal(1)),
        ledger=MemoryLedger(instrument.base, instrument.quote),
        clock=FixedClock(0),
    )
    desk.running = True
    for row in given["slots"]:
        slot = slot_of(row["state"], sticky=row.get("sticky", True))
        desk.books.slots[row["slot_id"]] = _waiting(replace(slot, slot_id=row["slot_id"]))
    desk.books.holds[INVARIANT] = "recorded"
    return desk


def _waiting(slot: Slot) -> Slot:
    """Name what an idle leg of a slot without exits waits for."""
    if slot.a.lot is not None or slot.b.lot is not None:
        return slot
    return replace(slot, a=_named(slot.a), b=_named(slot.b))


def _named(leg: Leg) -> Leg:
    waits = is_idle(leg) and leg.block is Block.NONE
    return replace(leg, block=Block.PACING) if waits else leg


def _is_transient(given: Json) -> bool:
    return is_transient(given["reason"])


FORMULAS = {
    "resume_from_halted": _resume,
    "is_transient_halt_reason": _is_transient,
}
