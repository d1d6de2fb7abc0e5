"""Write what the exchange answers in Kraken's shapes: strings of fixed decimals, seconds, sentences."""

from datetime import UTC, datetime

from holdfast.domain.market import SECOND
from holdfast.venue.emulator.account import held_asset
from holdfast.venue.emulator.listing import BY_ASSET, BY_PAIR, written
from holdfast.venue.emulator.state import ZERO, LedgerRow, Order, Trade

Row = dict[str, object]


def seconds(at: int) -> float:
    """Write a time as seconds with six decimals."""
    return at / SECOND


def rfc3339(at: int) -> str:
    """Write a time as RFC 3339 in whole seconds, UTC."""
    return datetime.fromtimestamp(at // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def rfc1123(at: int) -> str:
    """Write a time as RFC 1123, UTC."""
    return datetime.fromtimestamp(at // SECOND, UTC).strftime("%a, %d %b %y %H:%M:%S +0000")


def described(order: Order) -> str:
    """Say an order in one sentence."""
    pair = BY_PAIR[order.pair]
    head = f"{order.side} {written(order.vol, pair.lot_decimals)} {pair.altname} @"
    if order.kind == "market":
        return f"{head} market"
    return f"{head} limit {written(order.price, pair.pair_decimals)}"


def order_row(order: Order, *, trades: bool = False) -> Row:
    """Write an order, open or closed."""
    pair = BY_PAIR[order.pair]
    average = order.cost / order.executed if order.executed else ZERO
    row: Row = {
        "refid": None,
        "userref": order.userref,
        "status": order.status,
        "opentm": seconds(order.opened),
        "starttm": 0,
        "expiretm": seconds(order.expires) if order.expires else 0,
        "descr": {
            "pair": pair.altname,
            "aclass": "forex",
            "type": order.side,
            "ordertype": order.kind,
            "price": written(order.price, pair.pair_decimals) if order.price else "0",
            "price2": "0",
            "leverage": "none",
            "order": described(order),
            "close": "",
        },
        "vol": written(order.vol, pair.lot_decimals),
        "vol_exec": written(order.executed, pair.lot_decimals),
        "cost": written(order.cost, pair.cost_decimals),
        "fee": written(order.fee, pair.cost_decimals),
        "price": written(average, pair.pair_decimals),
        "stopprice": "0.00000",
        "limitprice": "0.00000",
        "misc": "partial" if order.executed and order.left else "",
        "oflags": order.oflags,
    }
    if order.cl_ord_id is not None:
        row["cl_ord_id"] = order.cl_ord_id
    if order.status != "open":
        row["closetm"], row["reason"] = seconds(order.closed), order.reason
    if trades and order.trades:
        row["trades"] = list(order.trades)
    return row


def trade_row(trade: Trade) -> Row:
    """Write an execution."""
    pair = BY_PAIR[trade.pair]
    return {
        "ordertxid": trade.order,
        "postxid": trade.order,
        "pair": trade.pair,
        "aclass": "forex",
        "time": seconds(trade.at),
        "type": trade.side,
        "ordertype": trade.kind,
        "price": written(trade.price, pair.pair_decimals),
        "cost": written(trade.cost, pair.cost_decimals),
        "fee": written(trade.fee, pair.cost_decimals),
        "vol": written(trade.vol, pair.lot_decimals),
        "margin": written(ZERO, pair.cost_decimals),
        "leverage": "0",
        "misc": "",
        "trade_id": trade.number,
        "maker": trade.maker,
    }


def ledger_row(row: LedgerRow) -> Row:
    """Write a movement of an asset."""
    decimals = BY_ASSET[row.asset].decimals
    return {
        "refid": row.refid,
        "time": seconds(row.at),
        "type": row.kind,
        "subtype": "",
        "aclass": "currency",
        "asset": row.asset,
        "amount": written(row.amount, decimals),
        "fee": written(row.fee, decimals),
        "balance": written(row.balance, decimals),
    }


def state_row(order: Order) -> Row:
    """Write an order for the administrator."""
    return {
        **order_row(order, trades=True),
        "txid": order.txid,
        "foreign": order.foreign,
        "hold": str(order.hold),
        "held_asset": held_asset(order),
    }
