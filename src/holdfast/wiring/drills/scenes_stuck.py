"""D19: an order is stuck: its answer is lost, and the market moves away from it."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from holdfast.wiring.drills import books
from holdfast.wiring.drills.stage import SceneBroken, Stage

LONGEST = 7200.0  # market seconds the market is given to move away


def stuck_order(stage: Stage) -> None:
    """Lose an answer, follow the market in place, and replace what may not be moved any more."""
    stage.begin()
    stage.admin.faults(*stage.drill.faults)
    stage.admin.cancel(cl_ord_id=books.entries(stage)[0])
    began = stage.now
    if stage.until(lambda: bool(stage.way()["unknown"]), 60) is None:
        raise SceneBroken("no answer was lost")
    took = stage.until(lambda: not stage.way()["unknown"], 120)
    stage.notebook.within("proven", took)
    most = stage.furnished.settings.amend_max_count
    stage.until(lambda: bool(books.rows(stage, _REPLACED.format(began))), LONGEST)
    stage.admin.faults()
    stage.settle(1)
    books.agree(stage)
    _judge(stage, began, most)


def _judge(stage: Stage, began: int, most: int) -> None:
    judge = stage.notebook.judge
    told: Any = stage.admin.state()
    rows = {row["cl_ord_id"]: row for row in (*told["open"], *told["closed"]) if row["cl_ord_id"]}
    moved = books.rows(stage, _MOVED)
    same = [row for row in moved if row[0] in rows]
    held = bool(moved) and len(same) == len(moved)
    judge("same_id", held, f"{len(moved)} orders moved in place, revisions {[r[1] for r in moved]}")
    over = [row for row in moved if int(row[1]) > most + 1]
    sent = books.one(stage, _AMENDS)
    judge(
        "within_budget",
        not over and int(sent or 0) <= most,
        f"at most {sent} moves of one order, {most} allowed",
    )
    taker = [row for row in told["trades"] if row["maker"] is False]
    refused = {name: count for name, count in told["rejects"].items() if "Post only" in name}
    judge(
        "never_crossing", not taker and not refused, f"{len(taker)} taker trades, refused {refused}"
    )
    replaced = books.rows(stage, _REPLACED.format(began))
    judge("replaced", bool(replaced), f"cancelled, and what stands for it: {replaced[:2]}")
    overlaps = _overlaps(stage, rows)
    judge("one_live_attempt", not overlaps, f"{len(rows)} orders; live together: {overlaps[:3]}")


_MOVED = "select client_order_id, revision from orders where revision > 0 order by placed_seq"
_AMENDS = (
    "select max(n) from (select count(*) as n from submissions where action = 'amend' "
    "group by client_order_id)"
)
_REPLACED = (
    "select o.client_order_id, n.client_order_id from intent_events a "
    "join orders o on o.client_order_id = a.client_order_id and o.ended_at is not null "
    "join orders n on n.slot_id = o.slot_id and n.leg = o.leg and n.cycle = o.cycle "
    "and n.role = o.role and n.attempt = o.attempt + 1 and n.acked_at is not null "
    "where a.evidence = 'amend_budget' and a.market_time >= {}"
)
_PLACES = "select slot_id, leg, client_order_id from orders order by placed_seq"


def _overlaps(stage: Stage, rows: dict[str, dict[str, Any]]) -> list[tuple[str, str]]:
    """Name orders of one leg that rested at the exchange at the same time."""
    legs: dict[tuple[Any, Any], list[str]] = {}
    for slot, leg, name in books.rows(stage, _PLACES):
        if name in rows:
            legs.setdefault((slot, leg), []).append(str(name))
    found = []
    for names in legs.values():
        for before, after in pairwise(_by_time(names, rows)):
            ended = rows[before].get("closetm")
            if ended is None or Decimal(str(ended)) > Decimal(str(rows[after]["opentm"])):
                found.append((before, after))
    return found


def _by_time(names: Sequence[str], rows: dict[str, dict[str, Any]]) -> list[str]:
    return sorted(names, key=lambda name: Decimal(str(rows[name]["opentm"])))
