"""Give idle legs another chance when the reason they wait for may be gone.

New slots come first, both legs together, a few a tick; then legs that were deferred, in the order
in which they began to wait. A line is left at the first leg that its reason still holds back.
"""

from collections.abc import Iterable

from holdfast.desk.turn import Turn
from holdfast.desk.waiting import Key
from holdfast.domain.slots import FREE_TO_ENTER, LEG_A, LEG_B, Block
from holdfast.engine.inputs import EntryWanted

_RETRIED = (
    Block.NONE,
    Block.BUDGET,
    Block.DEFERRED,
    Block.CAPACITY,
    Block.HOLD,
    Block.STALE_PRICE,
    Block.UNKNOWN,
    Block.RISK,
)


def bootstrap(turn: Turn) -> None:
    """Enter both legs of new slots, passing the per-tick entry cap (core 2.5)."""
    desk = turn.desk
    line = desk.index.waiting.line(Block.PACING)
    if not line:
        return
    slots = list(dict.fromkeys(slot_id for slot_id, _ in line))
    for slot_id in slots[: desk.limits.bootstraps_per_tick]:
        for leg in (LEG_B, LEG_A):
            turn.slot(slot_id, EntryWanted(leg=leg, reason="bootstrap"), exempt=True)


def retry(turn: Turn) -> None:
    """Enter legs whose reason to wait may be gone; an open gate says that most reasons are."""
    desk = turn.desk
    waiting = desk.index.waiting
    if not waiting or desk.gate() is not FREE_TO_ENTER:
        return
    for block in _RETRIED:
        if waiting.line(block):
            _drain(turn, tuple(waiting.line(block)))
    if waiting.line(Block.BALANCE) and desk.funds_grew:
        desk.funds_grew = False
        for leg in (LEG_B, LEG_A):
            keys = [key for key in waiting.line(Block.BALANCE) if key[1] is leg]
            _drain(turn, keys, stop_at=Block.BALANCE)


def _drain(turn: Turn, keys: Iterable[Key], stop_at: Block | None = None) -> None:
    desk = turn.desk
    for slot_id, leg in keys:
        if desk.gate() is not FREE_TO_ENTER:
            return
        turn.slot(slot_id, EntryWanted(leg=leg, reason="entry_scheduler_drain"))
        slot = desk.books.slots[slot_id]
        held = (slot.a if leg is LEG_A else slot.b).block
        if held is FREE_TO_ENTER:
            desk.counters.drained += 1
            desk.counters.last_drained_at = turn.at
        elif held is stop_at:
            desk.index.waiting.requeue((slot_id, leg))
            return
