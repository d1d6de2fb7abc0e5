"""Let a living desk say what its books hold, each time before it waits for the clock."""

import json
import os
from decimal import ROUND_UP, Decimal
from pathlib import Path

from holdfast.engine.parts import order_of
from holdfast.venue.emulator.process import AdminClient

FILE = "told.json"


def describe(held):
    """Write the books of an open desk down as plain data."""
    desk = held.desk
    books = desk.books
    accounts = books.accounts
    orders = {}
    for name, slot_id in books.orders.items():
        order = order_of(books.slots[slot_id], name)
        orders[name] = [str(order.price), str(order.size), str(order.filled), order.role.value]
    return {
        "pid": os.getpid(),
        "now": held.clock.wall(),
        "totals": {one: str(accounts.total(one)) for one in (accounts.base, accounts.quote)},
        "orders": orders,
        "unknown": sorted(books.submissions),
        "unsent": [f"{type(one).__name__} {one.client_order_id}" for one in desk.outbox],
        "owed": sorted(desk.index.owed),
        "holds": dict(books.holds),
        "mode": held.exchange.road.mode.execution.state.mode.value,
        "sequence": held.ledger.sequence,
        "errors": held.exchange.gear.watchful.errors,
    }


def write(folder: Path, told):
    """Replace the file in one step."""
    part = folder / f".{FILE}.part"
    part.write_text(json.dumps(told))
    part.replace(folder / FILE)


def read(folder: Path, pid: int):
    """Read what a desk said last; None where it has said nothing yet."""
    try:
        told = json.loads((folder / FILE).read_text())
    except FileNotFoundError:
        return None
    return told if told["pid"] == pid else None


ASSETS = {"XXDG": "DOGE", "ZUSD": "USD"}


def differences(admin: AdminClient, told) -> list[str]:
    """Compare what a desk said with what the exchange has; nothing means they agree."""
    state = admin.state(rows=False)
    found = []
    for theirs, ours in ASSETS.items():
        total = state["balances"][theirs]["total"]
        if _number(total) != _number(told["totals"][ours]):
            found.append(f"{ours}: exchange {total}, books {told['totals'][ours]}")
    resting = {row["cl_ord_id"]: row for row in state["open"]}
    found += [f"order {name} is only in the books" for name in told["orders"].keys() - resting]
    found += [f"order {name} is only at the exchange" for name in resting.keys() - told["orders"]]
    for name in resting.keys() & told["orders"].keys():
        row, (price, size, filled, _) = resting[name], told["orders"][name]
        there = [row["descr"]["price"], row["vol"], row["vol_exec"]]
        if [_number(one) for one in there] != [_number(one) for one in (price, size, filled)]:
            found.append(f"order {name}: exchange {there}, books {[price, size, filled]}")
    found += [f"outcome unknown: {name}" for name in told["unknown"]]
    found += [f"not sent: {one}" for one in told["unsent"]]
    found += [f"slot {slot_id} owes an exit" for slot_id in told["owed"]]
    return found


def _number(text):
    return Decimal(text)


def part_of(row, share: str) -> str:
    """Say how much a share of what is left of an order is, on the grid of its size."""
    left = Decimal(row["vol"]) - Decimal(row["vol_exec"])
    return str((left * Decimal(share)).quantize(Decimal("1e-8"), ROUND_UP))
