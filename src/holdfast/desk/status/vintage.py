"""Tell how old the waiting exits are, and what capital they hold (core 3.7, design 9).

Every exit counts as waiting; one counts as stuck from `stuck_min_age_sec` on. Ages are raw.
"""

from bisect import bisect_right
from decimal import Decimal
from typing import Any

from holdfast.desk.status.facts import View, percent
from holdfast.desk.status.slots import Row, open_lots
from holdfast.domain.market import DAY, HOUR, SECOND
from holdfast.domain.money import ZERO

EDGES = (HOUR, 6 * HOUR, DAY, 7 * DAY)
BUCKETS = (
    "vintage_fresh_0_1h",
    "vintage_aging_1_6h",
    "vintage_stale_6_24h",
    "vintage_old_1_7d",
    "vintage_ancient_7d_plus",
)
WARN_AGE = 3 * DAY


def slot_vintage(view: View, rows: list[Row], worth: Decimal) -> dict[str, Any]:
    """Sort the waiting exits by age; `worth` is the whole account in quote."""
    settings = view.profile.settings
    counts, oldest = [0] * len(BUCKETS), 0
    waiting = stuck = ZERO
    for row in rows:
        for _, lot in open_lots(row.slot):
            age = max(0, view.market_time - lot.opened_at)
            counts[bisect_right(EDGES, age)] += 1
            oldest = max(oldest, age)
            left = lot.size - lot.closed
            waiting += left
            if age >= settings.stuck_min_age_sec * SECOND:
                stuck += left
    waiting, stuck = waiting * view.price, stuck * view.price
    stuck_pct = percent(stuck, worth)
    return {
        **dict(zip(BUCKETS, counts, strict=True)),
        "waiting_exits": sum(counts),
        "oldest_exit_age_sec": oldest // SECOND,
        **_sizes([row.moving["order_size_usd"] for row in rows]),
        "stuck_capital_usd": stuck,
        "stuck_capital_pct": stuck_pct,
        "waiting_capital_usd": waiting,
        "waiting_capital_pct": percent(waiting, worth),
        "vintage_warn": oldest >= WARN_AGE,
        "vintage_critical": stuck_pct > settings.release_max_stuck_pct,
        "vintage_release_eligible": None,
        "regime_strength_adx_proxy": None,
    }


def _sizes(sizes: list[Decimal]) -> dict[str, Decimal]:
    ordered = sorted(sizes) or [ZERO]
    middle = len(ordered) // 2
    median = ordered[middle]
    if len(ordered) % 2 == 0:
        median = (ordered[middle - 1] + median) / 2
    return {
        "min_slot_size_usd": ordered[0],
        "median_slot_size_usd": median,
        "max_slot_size_usd": ordered[-1],
    }
