"""D6 to D10: answers and requests are lost, signals repeat, orders end half done, the desk dies."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from holdfast.wiring.drills import books
from holdfast.wiring.drills.stage import TICK, SceneBroken, Stage

PART = Decimal("0.65")


def answer_lost(stage: Stage) -> None:
    """D6: the order is placed, and its answer never comes."""
    name, took = _lose_one(stage)
    stage.notebook.within("resolved", took, f"states {books.states(stage, name)}")
    seen = books.states(stage, name)
    stage.notebook.judge("unknown_then_open", _follows(seen, "unknown", "open"), seen)
    accepted = _accepted(stage).get(name, 0)
    stage.notebook.judge("one_order", accepted == 1, f"accepted {accepted} times")
    books.agree(stage)


def request_lost(stage: Stage) -> None:
    """D7: the order never reaches the exchange."""
    name, took = _lose_one(stage)
    stage.notebook.within("resolved", took, f"states {books.states(stage, name)}")
    seen = books.states(stage, name)
    stage.notebook.judge("not_placed", _follows(seen, "unknown", "not_placed"), seen)
    stage.settle(2 * stage.furnished.settings.slots)
    where = f"(select slot_id, leg, cycle from orders where client_order_id = '{name}')"
    found = books.rows(
        stage,
        "select client_order_id, attempt from orders "
        f"where (slot_id, leg, cycle) in {where} order by attempt",
    )
    attempts = [int(row[1]) for row in found]
    later = str(found[-1][0])
    sent = _accepted(stage)
    held = attempts[-2:] == [attempts[-1] - 1, attempts[-1]] and later != name
    told = f"attempts {attempts}; the lost one accepted {sent.get(name, 0)} times"
    stage.notebook.judge("second_attempt", held and sent.get(later) == 1, told)
    books.agree(stage)


def partial_and_cancel(stage: Stage) -> None:
    """D9: 65 of 100 trade, then the rest is cancelled."""
    stage.begin()
    name = books.entries(stage)[0]
    size = Decimal(books.open_at_exchange(stage)[name]["vol"])
    part = (size * PART).quantize(Decimal("1e-8"))
    stage.admin.fill(cl_ord_id=name, vol=str(part))
    stage.ticks(1)
    stage.admin.cancel(cl_ord_id=name)
    stage.ticks(2)
    stage.settle(2 * stage.furnished.settings.slots)
    seen = books.states(stage, name)
    filled = Decimal(str(books.one(stage, _FILLED.format(name))))
    held = seen[-1:] == ["canceled_partial"] and filled == part
    stage.notebook.judge("canceled_partial", held, f"{seen}; {filled} of {size} traded")
    where = f"(select slot_id, leg, cycle from orders where client_order_id = '{name}')"
    owed = books.rows(
        stage,
        "select client_order_id, cast(size as varchar) from orders "
        f"where role = 'exit' and (slot_id, leg, cycle) in {where}",
    )
    resting = books.open_at_exchange(stage)
    right = [row for row in owed if row[0] in resting and Decimal(str(row[1])) == part]
    stage.notebook.judge("exit_for_the_part", len(right) == 1, f"exits {owed}")
    stage.ticks(round(float(stage.furnished.settings.reconcile_interval_s) / TICK) + 2)
    last = stage.way()["reconcile"]
    stage.notebook.judge("no_drift", last["agreed"] and not last["gaps"], f"gaps {last['gaps']}")
    books.agree(stage)


def _lose_one(stage: Stage) -> tuple[str, float | None]:
    """Let the next order's request or answer be lost; name it, and say how long its proof took."""
    stage.begin()
    stage.admin.faults(*stage.drill.faults)
    stage.admin.cancel(cl_ord_id=books.entries(stage)[0])
    began = stage.now
    if stage.until(lambda: bool(stage.way()["unknown"]), 60) is None:
        raise SceneBroken("no request was lost")
    took = stage.until(lambda: not stage.way()["unknown"], 180)
    stage.ticks(1)
    sql = f"select client_order_id from intent_events where after = 'unknown' and market_time >= {began}"
    found = books.rows(stage, sql)
    if not found:
        raise SceneBroken("the ledger names no unknown order")
    return str(found[0][0]), took


def _accepted(stage: Stage) -> Mapping[str, int]:
    told: Any = stage.admin.audit()["accepted"]
    return dict(told)


def _follows(seen: list[str], first: str, then: str) -> bool:
    return first in seen and seen[seen.index(first) + 1 :][:1] == [then]


_FILLED = "select cast(filled as varchar) from orders where client_order_id = '{}'"
