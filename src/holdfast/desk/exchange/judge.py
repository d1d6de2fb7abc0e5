"""Let the risk policy judge entries inside the step that decides them.

A refused entry is decided again with the reason as its leg's block, in the same transaction; a refused
move is not made. Exits are never judged here: what lowers risk is never gated.
"""

from msgspec.structs import replace

from holdfast.desk.desk import Desk
from holdfast.desk.risk_room import RiskRoom
from holdfast.domain.bookkeeping import RiskNoted
from holdfast.domain.events import OrderPlaced, OrderRepriced
from holdfast.domain.slots import ENTRY, Block, LegName, Slot
from holdfast.engine.draft import Draft
from holdfast.engine.inputs import Input
from holdfast.engine.parts import order_of
from holdfast.engine.reducer import reduce
from holdfast.engine.rules import Terms

ENTRIES = 2  # a reduction places one entry a leg at most


class Judge:
    """The risk policy as a step sees it."""

    def __init__(self, desk: Desk, room: RiskRoom) -> None:
        self._desk = desk
        self._room = room

    def __call__(self, slot: Slot, seen: Input, terms: Terms) -> tuple[Draft, list[RiskNoted]]:
        """Reduce one input of one slot as far as the policy allows."""
        notes: list[RiskNoted] = []
        blocks: dict[LegName, Block] = dict(terms.blocks)
        step = reduce(slot, seen, terms)
        for _ in range(ENTRIES):
            refused = self._refused(slot, step, notes)
            if refused is None:
                return step, notes
            if refused is slot:
                return Draft(slot, terms, []), notes
            blocks[refused] = Block.RISK  # type: ignore[index]  # the other case ended above
            step = reduce(slot, seen, replace(terms, blocks=blocks))
        return step, notes

    def _refused(self, slot: Slot, step: Draft, notes: list[RiskNoted]) -> LegName | Slot | None:
        """Name the leg whose entry is refused, or the slot whose move is; None where all may be."""
        gate = None
        for event in step.events:
            if isinstance(event, OrderPlaced) and event.role is ENTRY:
                gate = gate or self._room.gate(self._desk, self._desk.principal)
                decision = gate.judge(step.slot, event)
            elif isinstance(event, OrderRepriced):
                gate = gate or self._room.gate(self._desk)
                decision = gate.judge_change(order_of(slot, event.client_order_id), event)
            else:
                continue
            note = gate.changed(slot.slot_id, event.leg, decision)
            if note is not None:
                notes.append(note)
            if not decision.allow:
                return event.leg if isinstance(event, OrderPlaced) else slot
        return None
