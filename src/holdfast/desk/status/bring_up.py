"""Tell which slots trade one side only, why, and how long a side takes to come back.

Reasons are those on record: a leg keeps the one that was decided for it last, and since when.
"""

import statistics
from collections import Counter
from collections.abc import Iterator
from typing import Any

from holdfast.desk.status.facts import View
from holdfast.domain.market import SECOND
from holdfast.domain.slots import Leg, Slot, entry_side, is_idle, one_sided

SHOWN = 20  # missing sides listed, the longest first
SIDES = ("long_only", "short_only", "neither")


def bring_up(view: View) -> dict[str, Any]:
    """Say how many slots miss a side, which and why, and how quickly sides come back."""
    desk = view.desk
    repairs = desk.limits.repairs
    sides: dict[str, Counter[str]] = {side: Counter() for side in SIDES}
    missing: list[tuple[int, Slot, Leg]] = []
    for slot in desk.books.slots.values():
        idle = [leg for leg in (slot.b, slot.a) if is_idle(leg)]
        if idle:
            side, source = _standing(slot)
            sides[side][source] += 1
            missing += [(leg.blocked_at, slot, leg) for leg in idle]
    missing.sort(key=lambda row: row[0])
    times = view.facts.tally.repairs.of_a_day(view.market_time)
    return {
        "ready": True,
        "one_sided": {side: sum(counts.values()) for side, counts in sides.items()},
        "by_source": {side: dict(counts) for side, counts in sides.items()},
        "missing": list(_rows(missing, view.market_time)),
        "missing_total": len(missing),
        "waiting": {block.value: n for block, n in desk.index.waiting.counts().items()},
        "returned_1d": len(times),
        "median_return_seconds_1d": statistics.median_low(times) if times else None,
        "longest_return_seconds_1d": max(times) if times else None,
        "exempt_used_this_loop": desk.counters.exempt_used,
        "entry_scheduler_exempt": repairs.exempt,
        "auto_repair_regime": repairs.regime,
    }


def _standing(slot: Slot) -> tuple[str, str]:
    long_only, short_only, source = one_sided(slot)
    if long_only or short_only:
        return ("long_only" if long_only else "short_only"), source.value
    return "neither", slot.b.block.value


def _rows(missing: list[tuple[int, Slot, Leg]], now: int) -> Iterator[dict[str, Any]]:
    for since, slot, leg in missing[:SHOWN]:
        yield {
            "slot_id": slot.slot_id,
            "leg": leg.name.value,
            "side": entry_side(leg.name).value,
            "source": leg.block.value,
            "since": since or None,
            "seconds": max(0, now - since) // SECOND if since else None,
        }
