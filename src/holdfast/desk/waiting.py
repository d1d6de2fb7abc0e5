"""Keep idle legs in line by why they wait, so that only those whose reason may be gone are asked.

Legs below the smallest size and legs in cooldown wait for a timer; legs told to leave by an
operator wait for nobody.
"""

from holdfast.domain.slots import LEG_A, LEG_B, Block, Leg, LegName, Slot

Key = tuple[int, LegName]
PRESSING = (
    Block.NONE,
    Block.PACING,
    Block.BUDGET,
    Block.DEFERRED,
    Block.HOLD,
    Block.UNKNOWN,
    Block.RISK,
)
ADVISED = (Block.REGIME, Block.MOMENTUM)  # legs that an adviser keeps away
_TIMED = (Block.COOLDOWN, Block.MIN_SIZE)


class Waiting:
    """Idle legs in the order in which they began to wait."""

    def __init__(self) -> None:
        self._lines: dict[Block, dict[Key, None]] = {block: {} for block in Block}
        self.pressing = tuple(self._lines[block] for block in PRESSING)
        self.where: dict[Key, Block] = {}  # every leg that waits, and the line it stands in

    def update(self, slot: Slot) -> None:
        """Put the legs of a slot in the line they belong to."""
        slot_id = slot.slot_id
        self._put((slot_id, LEG_B), slot.b, slot.draining)
        self._put((slot_id, LEG_A), slot.a, slot.draining)

    def forget(self, slot_id: int) -> None:
        """Take the legs of a slot out of every line."""
        for name in (LEG_B, LEG_A):
            self._take((slot_id, name))

    def __bool__(self) -> bool:
        return bool(self.where)

    def presses(self, *, room: bool, fresh: bool, funds: bool, advice: bool) -> bool:
        """Say whether a leg waits whose reason is gone, or is gone with the next tick.

        `room` is left under the order cap, the price is `fresh`, `funds` have grown, `advice` may be
        another than it was; no stop stands.
        """
        if not self.where:
            return False
        lines = self._lines
        return any(self.pressing) or bool(
            (room and lines[Block.CAPACITY])
            or (fresh and lines[Block.STALE_PRICE])
            or (funds and lines[Block.BALANCE])
            or (advice and any(lines[block] for block in ADVISED))
        )

    def line(self, block: Block) -> dict[Key, None]:
        """Return one line, first come first."""
        return self._lines[block]

    def requeue(self, key: Key) -> None:
        """Send a leg to the end of its line."""
        block = self.where.get(key)
        if block is not None:
            line = self._lines[block]
            del line[key]
            line[key] = None

    def counts(self) -> dict[Block, int]:
        """Say how many wait in each line that is not empty."""
        return {block: len(line) for block, line in self._lines.items() if line}

    def _put(self, key: Key, leg: Leg, draining: bool) -> None:
        idle = leg.order is None and leg.lot is None and not draining and leg.block not in _TIMED
        block = leg.block if idle else None
        if self.where.get(key) is block:
            return
        self._take(key)
        if block is not None:
            self.where[key] = block
            self._lines[block][key] = None

    def _take(self, key: Key) -> None:
        block = self.where.pop(key, None)
        if block is not None:
            del self._lines[block][key]
