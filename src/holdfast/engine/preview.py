"""Say what the next orphan timer would do to a slot, were it cycling, without doing it.

The reducer itself is asked, at the time its own timers name and at the price of now.
"""

from decimal import Decimal

import msgspec
from msgspec.structs import replace

from holdfast.domain.events import Event, EvictionStarted, ExitOrphaned
from holdfast.domain.money import ZERO
from holdfast.domain.slots import Block, Slot
from holdfast.engine.inputs import TimeCame
from holdfast.engine.reducer import reduce
from holdfast.engine.rules import NEVER, Rules, Terms
from holdfast.engine.sizing import Sizing
from holdfast.engine.timers import orphan_due

LOOKS = 2  # the first one may only note that both exits are open
NOTHING_SIZED = Sizing(base_sized=False, amount=ZERO)


class TimerPreview(msgspec.Struct, frozen=True):
    """What would happen at `at`; NEVER where no timer runs, no exit where the market has come."""

    at: int
    orphan: ExitOrphaned | None = None
    evicted: tuple[int, ...] = ()


def next_timer(slot: Slot, rules: Rules, now: int, mark: Decimal) -> TimerPreview:
    """Ask the reducer what the next orphan timer of a slot would do."""
    slot, at = replace(slot, sticky=False), now
    for _ in range(LOOKS):
        due = orphan_due(slot, rules)
        if due >= NEVER:
            return TimerPreview(NEVER)
        at = max(now, due)
        terms = Terms(rules, at, mark, NOTHING_SIZED, block=Block.PACING)
        step = reduce(slot, TimeCame(), terms)
        slot = step.slot
        if slot.s2_entered_at != at:
            return _seen(at, step.events)
    return TimerPreview(at)


def _seen(at: int, events: list[Event]) -> TimerPreview:
    orphan = next((one for one in events if isinstance(one, ExitOrphaned)), None)
    evicted = tuple(one.recovery_id for one in events if isinstance(one, EvictionStarted))
    return TimerPreview(at, orphan, evicted)
