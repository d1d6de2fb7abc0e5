"""Answer the private endpoints that only read.

Rules: lists come newest first, 50 rows a page from `ofs`, with the count of all; `start` is exclusive
and `end` inclusive, seconds or the id of a row; an id nobody knows is refused.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import TypeVar

from holdfast.domain.market import SECOND
from holdfast.venue.emulator import refusals
from holdfast.venue.emulator.asks import client_id
from holdfast.venue.emulator.core import Core
from holdfast.venue.emulator.listing import ASSET_NAMES, BY_ASSET, FEES, PAIR_NAMES, written
from holdfast.venue.emulator.params import Params
from holdfast.venue.emulator.refusals import Refused, argument
from holdfast.venue.emulator.state import LedgerRow, Order
from holdfast.venue.emulator.wire import ledger_row, order_row, trade_row

Result = dict[str, object]
PAGE = 50
MOST_ORDERS, MOST_TRADES, MOST_ROWS = 50, 20, 20
T = TypeVar("T")


def balance(core: Core, _params: Params) -> Result:
    """Say the totals."""
    return {name: _amount(core, name) for name in core.state.balances}


def balance_ex(core: Core, _params: Params) -> Result:
    """Say the totals, and what open orders hold back."""
    return {
        name: {
            "balance": _amount(core, name),
            "hold_trade": written(core.account.held(name), BY_ASSET[name].decimals),
        }
        for name in core.state.balances
    }


def open_orders(core: Core, params: Params) -> Result:
    """List what is open, all of it at once."""
    trades = params.truth("trades")
    cl_ord_id = client_id(params)
    named = core.book.by_client.get(cl_ord_id) if cl_ord_id is not None else None
    some = [] if named is None else [named]
    found = _of_userref(params, list(core.book.everything()) if cl_ord_id is None else some)
    rows = sorted(found, key=lambda order: order.opened, reverse=True)
    return {"open": {one.txid: order_row(one, trades=trades) for one in rows}}


def closed_orders(core: Core, params: Params) -> Result:
    """List what has ended, a page at a time."""
    orders, closed = core.state.orders, core.state.closed
    kind = params.text("closetime", "both")
    if kind not in {"open", "close", "both"}:
        raise argument("closetime")
    known = {word: orders[word].closed for word in params.words("start") if word in orders}
    start, end = _span(params, known)
    cl_ord_id = client_id(params)
    if cl_ord_id is not None:
        ended = [one for one in core.orders_of(cl_ord_id) if one.status != "open"]
        found = sorted(ended, key=lambda order: order.closed)
    else:
        first = bisect_right(closed, start, key=lambda txid: orders[txid].closed)
        found = [orders[txid] for txid in closed[first:]]
    found = [one for one in found if _within(one, kind, start, end)]
    page, count = _page(_of_userref(params, found), params)
    trades = params.truth("trades")
    return {"closed": {one.txid: order_row(one, trades=trades) for one in page}, "count": count}


def query_orders(core: Core, params: Params) -> Result:
    """Look orders up by their ids."""
    words = _ids(params, "txid", MOST_ORDERS)
    missing = [word for word in words if word not in core.state.orders]
    if missing:
        raise Refused(refusals.UNKNOWN_ORDER)
    found = _of_userref(params, [core.state.orders[word] for word in words])
    return {one.txid: order_row(one, trades=params.truth("trades")) for one in found}


def trades_history(core: Core, params: Params) -> Result:
    """List executions, a page at a time."""
    known = {
        word: core.by_trade[word].at for word in params.words("start") if word in core.by_trade
    }
    page, count = _between(core.state.trades, lambda one: one.at, params, known)
    return {"trades": {one.txid: trade_row(one) for one in page}, "count": count}


def query_trades(core: Core, params: Params) -> Result:
    """Look executions up by their ids."""
    words = _ids(params, "txid", MOST_TRADES)
    if any(word not in core.by_trade for word in words):
        raise Refused("EQuery:Unknown trade")
    return {word: trade_row(core.by_trade[word]) for word in words}


def ledgers(core: Core, params: Params) -> Result:
    """List the movements of assets, a page at a time."""
    wanted = {_asset(word) for word in params.words("asset") if word != "all"}
    kind = params.text("type", "all")
    rows = [
        row
        for row in core.state.ledger
        if (not wanted or row.asset in wanted) and kind in {"all", row.kind}
    ]
    page, count = _between(rows, lambda one: one.at, params, {})
    return {"ledger": {row.txid: ledger_row(row) for row in page}, "count": count}


def query_ledgers(core: Core, params: Params) -> Result:
    """Look movements up by their ids."""
    words = set(_ids(params, "id", MOST_ROWS))
    found: list[LedgerRow] = [row for row in core.state.ledger if row.txid in words]
    if len(found) < len(words):
        raise Refused("EQuery:Unknown ledger")
    return {row.txid: ledger_row(row) for row in found}


def trade_volume(core: Core, params: Params) -> Result:
    """Say the fees of the pairs that are asked about."""
    pairs = [PAIR_NAMES.get(word) for word in params.words("pair")]
    if None in pairs:
        raise Refused(refusals.PAIR)
    volume = sum((trade.cost for trade in core.state.trades), Decimal(0))
    told: Result = {"currency": "ZUSD", "volume": written(volume, 4)}
    if pairs:
        told["fees"] = {pair.name: _fee(maker=False) for pair in pairs if pair is not None}
        told["fees_maker"] = {pair.name: _fee(maker=True) for pair in pairs if pair is not None}
    return told


READING: MappingProxyType[str, Callable[[Core, Params], Result]] = MappingProxyType(
    {
        "Balance": balance,
        "BalanceEx": balance_ex,
        "OpenOrders": open_orders,
        "ClosedOrders": closed_orders,
        "QueryOrders": query_orders,
        "TradesHistory": trades_history,
        "QueryTrades": query_trades,
        "Ledgers": ledgers,
        "QueryLedgers": query_ledgers,
        "TradeVolume": trade_volume,
    }
)


def _amount(core: Core, name: str) -> str:
    return written(core.account.total(name), BY_ASSET[name].decimals)


def _of_userref(params: Params, orders: list[Order]) -> list[Order]:
    userref = params.amount("userref")
    return [one for one in orders if userref is None or one.userref == int(userref)]


def _within(order: Order, kind: str, start: int, end: int) -> bool:
    times = {"open": (order.opened,), "close": (order.closed,)}
    return any(start < at <= end for at in times.get(kind, (order.opened, order.closed)))


def _between(
    rows: Sequence[T], at: Callable[[T], int], params: Params, known: dict[str, int]
) -> tuple[list[T], int]:
    start, end = _span(params, known)
    return _page(rows[bisect_right(rows, start, key=at) : bisect_right(rows, end, key=at)], params)


def _page(rows: Sequence[T], params: Params) -> tuple[list[T], int]:
    ofs = params.whole("ofs")
    if ofs < 0:
        raise argument("ofs")
    last = len(rows) - ofs
    return list(reversed(rows[max(0, last - PAGE) : max(0, last)])), len(rows)


def _span(params: Params, known: dict[str, int]) -> tuple[int, int]:
    start = known.get(params.text("start"))
    if start is None:
        start = _time(params, "start", -1)
    return start, _time(params, "end", 1 << 62)


def _time(params: Params, name: str, default: int) -> int:
    number = params.amount(name)
    return default if not number else int(number * SECOND)


def _ids(params: Params, name: str, most: int) -> list[str]:
    words = params.words(name)
    if not 1 <= len(words) <= most:
        raise argument(name)
    return words


def _asset(word: str) -> str:
    asset = ASSET_NAMES.get(word)
    if asset is None:
        raise Refused(refusals.ASSET)
    return asset.name


def _fee(*, maker: bool) -> Result:
    table = [low if maker else high for _, low, high in FEES]
    return {
        "fee": written(table[0], 4),
        "minfee": written(table[-1], 4),
        "maxfee": written(table[0], 4),
        "nextfee": written(table[1], 4),
        "tiervolume": "0.0000",
        "nextvolume": written(Decimal(FEES[1][0]), 4),
    }
