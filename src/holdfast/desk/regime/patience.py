"""Ask again for entries that momentum deferred for as long as it may: the only advice that time ends.

Everything else that advisers say changes when the market is read or the tiers are looked at.
"""

from holdfast.desk.desk import Desk
from holdfast.desk.regime.stance import Held
from holdfast.desk.turn import Turn
from holdfast.domain.slots import LEG_A, Block
from holdfast.engine.rules import NEVER


class Patience:
    """The policy that is due when the first deferred leg has waited for long enough."""

    def __init__(self, desk: Desk, held: Held) -> None:
        self._desk = desk
        self._held = held
        self._asked = -1

    def due(self) -> int:
        """Return when the next deferral ends that had not ended when last asked."""
        desk, stance = self._desk, self._held.stance
        line = desk.index.waiting.line(Block.MOMENTUM)
        if not line or not stance.momentum_act:
            return NEVER
        slots, longest = desk.books.slots, stance.longest
        ends = (
            (slots[slot_id].a if name is LEG_A else slots[slot_id].b).blocked_at + longest
            for slot_id, name in line
        )
        return min((at for at in ends if at > self._asked), default=NEVER)

    def decide(self, turn: Turn) -> None:
        """Remember when it was asked: those legs are entered by whoever tries idle legs again."""
        self._asked = turn.at
