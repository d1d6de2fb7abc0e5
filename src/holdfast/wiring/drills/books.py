"""Ask the ledger and the exchange of a drill what happened, and whether they agree.

A running desk is asked over its API; else the file is opened, under the desk's own lock.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from decimal import Decimal
from typing import Any

import msgspec

from holdfast.domain.money import ZERO
from holdfast.ledger.query import ask
from holdfast.ledger.remote import query
from holdfast.ledger.standing import standing
from holdfast.ledger.store import DuckDbLedger
from holdfast.wiring.drills.stage import Stage

BASE, QUOTE = "DOGE", "USD"
NAMES = {"DOGE": "XXDG", "USD": "ZUSD"}
Row = Sequence[Any]


def rows(stage: Stage, sql: str) -> list[Row]:
    """Ask the ledger one SELECT."""
    with standing(stage.house.place) as desk:
        if desk is not None:
            return [list(row) for row in query(desk, sql).rows]
        with ExitStack() as stack:
            ledger = opened(stage, stack)
            return [list(row) for row in ask(ledger.cursor(), sql).rows]


def one(stage: Stage, sql: str) -> Any:  # noqa: ANN401 (a value of any column)
    """Ask for one value; None where there is no row."""
    found = rows(stage, sql)
    return found[0][0] if found else None


def opened(stage: Stage, stack: ExitStack) -> DuckDbLedger:
    """Open the ledger of a desk that does not run; who calls holds its lock."""
    ledger = DuckDbLedger.open(
        stage.house.place.ledger, clock=stage.machine, base=BASE, quote=QUOTE
    )
    stack.callback(ledger.close)
    return ledger


def fills_booked(stage: Stage) -> Decimal:
    """Add up the sizes of all fills in the ledger, late ones too."""
    late = "select payload from event where type = 'LateFilled'"
    found = rows(stage, "select cast(coalesce(sum(size), 0) as varchar) from fills")
    return Decimal(str(found[0][0])) + sum(
        (Decimal(_payload(row[0])["size"]) for row in rows(stage, late)), ZERO
    )


def fills_at_exchange(stage: Stage, *, named: bool = True) -> Decimal:
    """Add up what the exchange says our orders traded."""
    told: Any = stage.admin.state()
    ours = {row["txid"] for row in (*told["open"], *told["closed"]) if not named or _is_ours(row)}
    return sum((Decimal(row["vol"]) for row in told["trades"] if row["ordertxid"] in ours), ZERO)


def open_at_exchange(stage: Stage) -> dict[str, dict[str, Any]]:
    """List our open orders at the exchange, by our names."""
    told: Any = stage.admin.state(rows=False)
    return {row["cl_ord_id"]: row for row in told["open"] if _is_ours(row)}


def twins(stage: Stage) -> dict[str, int]:
    """Name the ids the exchange accepted more than once."""
    found: Any = stage.admin.audit()["repeated"]
    return dict(found)


def money_gaps(stage: Stage) -> list[str]:
    """Say where balances of books and exchange differ, to the last unit."""
    told: Any = stage.admin.state(rows=False)["balances"]
    gaps = []
    for asset, name in NAMES.items():
        theirs = Decimal(told.get(name, {"total": "0"})["total"])
        ours = booked(stage, asset)
        if theirs != ours:
            gaps.append(f"{asset}: exchange {theirs}, books {ours}")
    return gaps


def booked(stage: Stage, asset: str) -> Decimal:
    """Say what the books hold of an asset, folded from the ledger of a desk that was stopped."""
    with standing(stage.house.place) as desk, ExitStack() as stack:
        if desk is not None:
            raise RuntimeError("the books are folded once the desk was stopped")
        return opened(stage, stack).restore().accounts.total(asset)


def submitted(stage: Stage, *, after: int = 0, until: int | None = None, what: str = "") -> int:
    """Count orders that were sent between two times, by the ledger."""
    end = "" if until is None else f" and market_time < {until}"
    action = f" and action = '{what}'" if what else ""
    sql = f"select count(*) from submissions where market_time >= {after}{end}{action}"
    return int(one(stage, sql))


def entries(stage: Stage) -> list[str]:
    """Name our entries that rest at the exchange, the oldest first."""
    sql = (
        "select client_order_id from orders where role = 'entry' and ended_at is null "
        "order by placed_seq"
    )
    resting = open_at_exchange(stage)
    return [str(row[0]) for row in rows(stage, sql) if row[0] in resting]


def exits_at_exchange(stage: Stage) -> set[str]:
    """Name our exits that rest at the exchange."""
    sql = "select client_order_id from orders where role = 'exit' and ended_at is null"
    return {str(row[0]) for row in rows(stage, sql)} & open_at_exchange(stage).keys()


def states(stage: Stage, client_order_id: str) -> list[str]:
    """List the states an order went through on its way to the exchange."""
    sql = (
        f"select after from intent_events where client_order_id = '{client_order_id}' "
        "order by seq, ordinal"
    )
    return [str(row[0]) for row in rows(stage, sql)]


def last_seq(stage: Stage) -> int:
    """Say how far the ledger is."""
    return int(one(stage, "select coalesce(max(seq), 0) from event"))


def agree(stage: Stage, name: str = "books") -> bool:
    """Stop the desk and judge whether its books and the exchange agree to the last unit."""
    stage.stop_desk()
    gaps = money_gaps(stage)
    ours, theirs, twice = fills_booked(stage), fills_at_exchange(stage), twins(stage)
    illegal = int(one(stage, "select count(*) from intent_events where not legal"))
    live = {str(row[0]) for row in rows(stage, _LIVE)}
    stray = sorted(open_at_exchange(stage).keys() - live)
    told = (
        f"gaps {gaps or 'none'}; fills {ours} booked, {theirs} at the exchange; "
        f"ids accepted twice {len(twice)}; unknown to the books {len(stray)}; "
        f"illegal steps {illegal}"
    )
    held = not gaps and ours == theirs and not twice and not stray and not illegal
    return stage.notebook.judge(name, held, told)


_LIVE = "select client_order_id from orders where ended_at is null"


def calls(stage: Stage, *endpoints: str) -> int:
    """Count the calls the exchange heard."""
    told: Any = stage.admin.state(rows=False)["calls"]
    return sum(int(told.get(name, 0)) for name in endpoints)


def _is_ours(row: dict[str, Any]) -> bool:
    return bool(row.get("cl_ord_id")) and not row.get("foreign")


def _payload(text: str) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(text)
    return found
