"""Give idle legs another chance when the reason they wait for may be gone.

New slots come first, both legs together, a few a tick; then entries that were put off, in the order
in which they began to wait; then missing sides whose reason may be gone. Repairs are never paced:
only capacity, calls and funds limit them. docs/contracts/bootstrap.md is the contract.
"""

from collections.abc import Iterable

from holdfast.desk.turn import Turn
from holdfast.desk.waiting import ADVISED, Key
from holdfast.domain.slots import FREE_TO_ENTER, LEG_A, LEG_B, Block, LegName, Slot, is_idle
from holdfast.engine.bootstrap import AUTO_REPAIR, bring_up, repair
from holdfast.engine.inputs import EntryWanted, SideSuppressed

DRAIN = "entry_scheduler_drain"
QUEUED = (Block.NONE, Block.BUDGET, Block.DEFERRED)  # entries that were on their way
REPAIRED = (Block.CAPACITY, Block.HOLD, Block.STALE_PRICE, Block.UNKNOWN, Block.RISK)
MISSES = 3  # legs a side that funds may disappoint in one step


def bootstrap(turn: Turn) -> None:
    """Bring up new slots, both legs together, so many a tick (core 2.1, C-10)."""
    desk = turn.desk
    line = desk.index.waiting.line(Block.PACING)
    if not line:
        return
    slots = list(dict.fromkeys(slot_id for slot_id, _ in line))
    for slot_id in slots[: desk.limits.bootstraps_per_tick]:
        for wanted in bring_up(turn.terms(slot_id)):
            turn.enter(slot_id, wanted)


def retry(turn: Turn) -> None:
    """Enter legs whose reason to wait may be gone; an open gate says that most reasons are."""
    desk = turn.desk
    waiting = desk.index.waiting
    for block in QUEUED:
        if waiting.line(block):
            _enter(turn, tuple(waiting.line(block)), DRAIN)
    if AUTO_REPAIR not in desk.exempt and desk.gate() is not FREE_TO_ENTER:
        return
    for block in REPAIRED:
        if waiting.line(block):
            _enter(turn, tuple(waiting.line(block)), AUTO_REPAIR)
    if desk.chances.readvised or not desk.policies:
        _advised(turn)
    _funded(turn)


def suppress(turn: Turn, *, everywhere: bool) -> None:
    """Take sides that the regime suppresses off slots without exits; others are never touched.

    It looks everywhere when a policy was asked and what is suppressed is another than it was (where
    there is no policy, in the first step of a tick), else at what this step touched. What stands
    already is left as it is: to ask again changes nothing (core 2.4).
    """
    desk = turn.desk
    slots = desk.books.slots
    everywhere = everywhere and _is_new(turn)
    for slot_id in tuple(slots) if everywhere else sorted(turn.touched & slots.keys()):
        slot = slots[slot_id]
        if slot.a.lot is not None or slot.b.lot is not None:
            continue
        for leg, why in desk.advice(slot, turn.at).blocks.items():
            if why is Block.REGIME and _is_told(slot, leg is LEG_A):
                turn.slot(slot.slot_id, SideSuppressed(leg=leg))


def _is_new(turn: Turn) -> bool:
    desk = turn.desk
    if desk.outlook.suppression is None:
        return True
    before, desk.outlook.suppressed = desk.outlook.suppressed, desk.outlook.suppression(turn.at)
    return desk.outlook.suppressed != before


def _is_told(slot: Slot, on_a: bool) -> bool:
    leg = slot.a if on_a else slot.b
    return leg.order is not None or leg.block is not Block.REGIME


def _advised(turn: Turn) -> None:
    """Enter what advisers no longer keep away; look again while one of these legs has not entered.

    What they say changes only when a policy is asked, so that nobody looks at these legs between.
    """
    desk = turn.desk
    desk.chances.readvised = False
    for block in ADVISED:
        line = desk.index.waiting.line(block)
        if line:
            lapsed = _lapsed(turn, block)
            _enter(turn, lapsed, AUTO_REPAIR)
            desk.chances.readvised |= any(key in line for key in lapsed)


def _lapsed(turn: Turn, block: Block) -> list[Key]:
    """List legs whose adviser no longer speaks against them: the gate of a repair.

    Skipped only while the missing side itself is suppressed, its cooldown with it, as
    docs/contracts/bootstrap.md has it. A profile may ask that no lapsed regime is repaired at all.
    """
    desk = turn.desk
    if block is Block.REGIME and desk.limits.repairs.regime == "never":
        return []
    slots, held = desk.books.slots, set[LegName]()
    found: list[Key] = []
    for slot_id, leg in desk.index.waiting.line(block):
        if leg in held:
            continue
        if leg not in desk.advice(slots[slot_id], turn.at).blocks:
            found.append((slot_id, leg))
        elif block is Block.REGIME:  # it is against a side of the market, not of one slot
            held.add(leg)
    return found


def _funded(turn: Turn) -> None:
    """Try legs that waited for funds, each once since they grew, a few misses a step."""
    desk = turn.desk
    line = desk.index.waiting.line(Block.BALANCE)
    if desk.chances.funds_grew:
        desk.chances.funds_grew = False
        desk.chances.untried = dict.fromkeys(line)
    if not desk.chances.untried:
        return
    for leg in (LEG_B, LEG_A):
        keys = [key for key in desk.chances.untried if key[1] is leg and key in line]
        _enter(turn, keys, AUTO_REPAIR, misses=MISSES)
    desk.chances.untried = {key: None for key in desk.chances.untried if key in line}


def _enter(turn: Turn, keys: Iterable[Key], source: str, misses: int | None = None) -> None:
    desk = turn.desk
    exempt = source in desk.exempt
    for slot_id, leg in keys:
        if misses == 0 or desk.gate(exempt=exempt) is not FREE_TO_ENTER:
            return
        turn.enter(slot_id, _wanted(turn, slot_id, leg is LEG_A, source))
        desk.chances.untried.pop((slot_id, leg), None)
        slot = desk.books.slots[slot_id]
        entered = slot.a if leg is LEG_A else slot.b
        if not is_idle(entered):
            desk.counters.drained += 1
            desk.counters.last_drained_at = turn.at
        elif misses is not None:
            misses -= 1


def _wanted(turn: Turn, slot_id: int, on_a: bool, source: str) -> EntryWanted:
    leg = LEG_A if on_a else LEG_B
    if source == DRAIN:
        return EntryWanted(leg=leg, reason=DRAIN)
    return repair(turn.desk.books.slots[slot_id], leg, turn.terms(slot_id))
