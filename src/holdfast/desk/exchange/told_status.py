"""Say in a status how the execution mode stands, and the way to the venue."""

from collections.abc import Mapping
from typing import Any

import msgspec

from holdfast.desk.desk import Desk
from holdfast.desk.exchange.agree import Compared
from holdfast.desk.exchange.equip import Gear
from holdfast.domain.slots import ENTRY
from holdfast.engine.parts import order_of
from holdfast.safety.execution import ExecutionMode
from holdfast.safety.preconditions import Readings, judged
from holdfast.safety.snapshot import snapshot
from holdfast.venue.port import Exchange

MOST_ROWS = 50  # of a list in a status; its whole length is told beside it


def execution_block(
    execution: ExecutionMode, readings: Readings | None, risk: Mapping[str, Any], *, killed: bool
) -> Mapping[str, Any]:
    """Tell the mode, each thing arming needs beside what was measured, and the caps in use.

    `killed` says whether the kill file lies in the runtime's folder.
    """
    told: dict[str, Any] = msgspec.to_builtins(snapshot(execution))
    needs = () if readings is None else judged(readings)
    told["preconditions"] = [
        {"name": one.name, "holds": one.holds, "measured": one.measured, "needed": one.needed}
        for one in needs
    ]
    return {"ready": True, **told, "kill_file": killed, "risk": risk}


def exchange_block(desk: Desk, gear: Gear, exchange: Exchange) -> Mapping[str, Any]:
    """Tell what rests, what is not known, how the last comparison ended, how much of the limits is used."""
    books = desk.books
    orders = [order_of(books.slots[slot_id], name) for name, slot_id in books.orders.items()]
    entries = sum(order.role is ENTRY for order in orders)
    counters, agreement = exchange.counters(), gear.agreement
    agreed = agreement.agreed_at
    return {
        "ready": True,
        "entries": entries,
        "exits": len(orders) - entries,
        "unsent": len(desk.outbox),
        "unknown": len(books.submissions),
        "oldest_unknown_sec": gear.resolver.oldest() / 1_000_000,
        "quiet": gear.dispatch.is_quiet(),
        "errors_in_a_row": gear.watchful.errors,
        "last_error": gear.watchful.last_error,
        "calls": exchange.calls,
        "counters": msgspec.to_builtins(counters),
        "reconciled_sec_ago": None if agreed is None else desk.clock.monotonic() - agreed,
        "reconcile": msgspec.to_builtins(agreement.last) if agreement.last is not None else None,
        "compared": None if agreement.compared is None else _compared(agreement.compared),
        "unknowns": _unknowns(desk),
    }


def _compared(seen: Compared) -> Mapping[str, Any]:
    return {
        "market_time": seen.at,
        "verdicts": dict(seen.counts),
        "notable": [
            {"client_order_id": name, "verdict": verdict}
            for name, verdict in seen.notable[:MOST_ROWS]
        ],
        "assets": [
            {"asset": asset, "venue": theirs, "books": ours, "difference": theirs - ours}
            for asset, (theirs, ours) in sorted(seen.balances.items())
        ],
    }


def _unknowns(desk: Desk) -> list[Mapping[str, Any]]:
    held = sorted(desk.books.submissions.items(), key=lambda row: row[1].at)
    return [
        {
            "client_order_id": name,
            "slot_id": desk.books.orders.get(name),
            "action": one.action,
            "since": one.at,
            "deadline": one.deadline,
        }
        for name, one in held[:MOST_ROWS]
    ]
