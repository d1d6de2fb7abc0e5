"""Read what ccxt hands over into our types; amounts from text only, times to the microsecond.

Rules: a row that lacks what it owes raises VenueUnavailable: half an answer is no answer. Kraken's own
row is read where ccxt rounds (times) or leaves out (why an order ended); other exchanges give
milliseconds.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

import msgspec

from holdfast.domain.errors import VenueUnavailable
from holdfast.domain.market import SECOND
from holdfast.domain.money import HUNDRED, ZERO, Instrument
from holdfast.domain.observations import Execution
from holdfast.venue.port import Balance, Flow, VenueOrder

Row = Mapping[str, Any]
FLEXIBLE = "F"
STATUS: Mapping[str, str] = MappingProxyType(
    {
        "open": "open",
        "closed": "filled",
        "canceled": "canceled",
        "expired": "expired",
        "rejected": "refused",
    }
)
_FEE_STEP = Decimal("1E-8")


class OrderRow(msgspec.Struct, frozen=True, kw_only=True):
    """An order as one answer told it; `reason` is the venue's word for its end."""

    client_order_id: str
    venue_order_id: str
    symbol: str
    side: str
    price: Decimal
    size: Decimal
    filled: Decimal
    status: str
    opened: int
    closed: int = 0
    reason: str = ""

    def described(self, revision: int = 0) -> VenueOrder:
        """Say it in the words of the port; an order without a name of ours goes by the venue's."""
        return VenueOrder(
            client_order_id=self.client_order_id or self.venue_order_id,
            side=self.side,
            price=self.price,
            size=self.size,
            filled=self.filled,
            status=self.status,
            revision=revision,
            venue_order_id=self.venue_order_id,
            opened=self.opened,
            closed=self.closed,
        )


class TradeRow(msgspec.Struct, frozen=True, kw_only=True):
    """An execution as the venue told it; `number` orders those of one moment, where it has one."""

    fill_id: str
    venue_order_id: str
    symbol: str
    at: int
    price: Decimal
    size: Decimal
    cost: Decimal
    fee: Decimal
    liquidity: str
    number: int = 0

    def execution(self, client_order_id: str) -> Execution:
        """Give it to an order of ours."""
        return Execution(
            client_order_id,
            self.fill_id,
            self.price,
            self.size,
            self.cost,
            self.fee,
            self.liquidity,
        )


class Quotation(msgspec.Struct, frozen=True):
    """The market's price; `sign` differs whenever anything in the answer did. `at` may be unknown."""

    mark: Decimal
    sign: str
    at: int = 0


def read_instrument(market: Row) -> Instrument:
    """Read a market's units, smallest steps and fees; the fees are those of the lowest volume."""
    limits, precision = market["limits"], market["precision"]
    own_tick = _of(market, "info").get("tick_size")
    return Instrument(
        symbol=f"{market['base']}/{market['quote']}",
        base=market["base"],
        quote=market["quote"],
        price_tick=amount(own_tick or precision["price"], "price tick"),
        size_step=amount(precision["amount"], "size step"),
        min_base=amount(limits["amount"]["min"] or precision["amount"], "smallest size"),
        min_quote=amount(limits["cost"]["min"] or "0", "smallest notional"),
        maker_fee_pct=amount(market["maker"], "maker fee") * HUNDRED,
        taker_fee_pct=amount(market["taker"], "taker fee") * HUNDRED,
        fee_step=_FEE_STEP,
    )


def read_quotation(ticker: Row) -> Quotation:
    """Read a price: the middle of bid and ask where both are told, else the last trade."""
    bid, ask, last = (_maybe(ticker.get(name)) for name in ("bid", "ask", "last"))
    at = ticker.get("timestamp") or 0
    sign = str(ticker.get("info") or ticker)
    if bid and ask and bid <= ask:
        return Quotation((bid + ask) / 2, sign, at * 1000)
    if last:
        return Quotation(last, sign, at * 1000)
    raise VenueUnavailable("the ticker has no price")


def read_order(order: Row) -> OrderRow:
    """Read one order."""
    info, status = _of(order, "info"), STATUS.get(str(order.get("status")), "")
    if not status or not order.get("id"):
        raise VenueUnavailable(f"an order with status {order.get('status')!r} cannot be read")
    return OrderRow(
        client_order_id=_own_name(order, info),
        venue_order_id=str(order["id"]),
        symbol=order.get("symbol") or "",
        side=order.get("side") or "",
        price=_maybe(order.get("price")) or ZERO,
        size=amount(order.get("amount"), "size"),
        filled=amount(order.get("filled"), "filled size"),
        status=status,
        opened=_moment(info.get("opentm"), order.get("timestamp")),
        closed=_moment(info.get("closetm") or 0, None) if status != "open" else 0,
        reason=str(info.get("reason") or ""),
    )


def read_trade(trade: Row) -> TradeRow:
    """Read one execution; price, cost and fee are the venue's own, never worked out."""
    fee = _of(trade, "fee")
    liquidity = trade.get("takerOrMaker")
    if liquidity not in {"maker", "taker"} or not trade.get("id") or not trade.get("order"):
        raise VenueUnavailable("an execution without id, order or maker flag cannot be read")
    info = _of(trade, "info")
    return TradeRow(
        fill_id=str(trade["id"]),
        venue_order_id=str(trade["order"]),
        symbol=trade.get("symbol") or "",
        at=_moment(info.get("time"), trade.get("timestamp")),
        price=amount(trade.get("price"), "price"),
        size=amount(trade.get("amount"), "size"),
        cost=amount(info.get("cost") or trade.get("cost"), "cost"),
        fee=amount(fee.get("cost"), "fee"),
        liquidity=str(liquidity),
        number=int(amount(info.get("trade_id") or 0, "number")),
    )


def read_balances(answer: Row, assets: tuple[str, ...]) -> dict[str, Balance]:
    """Read what the account holds of these assets, with their parts that are put to work elsewhere.

    Kraken names such a part by a suffix. `.F` earns and comes back by itself at a trade: it is
    `flexible` and counts in the total. All others (staked, opted in, bonded) are `locked`: named,
    and not counted, since no order can use them.
    """
    found = {}
    for asset in assets:
        spot = _of(answer, asset)
        held = amount(spot.get("used") or "0", "held")
        whole = amount(spot.get("total") or "0", "total")
        parts = {
            name.removeprefix(f"{asset}."): amount(_of(answer, name).get("total") or "0", name)
            for name in answer
            if name.startswith(f"{asset}.")
        }
        flexible = parts.pop(FLEXIBLE, ZERO)
        locked = tuple(sorted((name, size) for name, size in parts.items() if size))
        found[asset] = Balance(whole - held, held, flexible, locked)
    return found


def read_flow(row: Row) -> Flow:
    """Read one movement of the account."""
    info, fee = _of(row, "info"), _of(row, "fee")
    asset, _, part = str(row.get("currency") or "").partition(".")
    size = amount(row.get("amount"), "amount")
    return Flow(
        flow_id=str(row.get("id") or ""),
        at=_moment(info.get("time"), row.get("timestamp")),
        kind=str(row.get("type") or ""),
        asset=asset,
        part=part,
        amount=-size if row.get("direction") == "out" else size,
        fee=amount(fee.get("cost") or "0", "fee"),
    )


def amount(value: object, what: str) -> Decimal:
    """Read an exact amount from text or a whole number; a float is refused."""
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        try:
            read = Decimal(value)
        except InvalidOperation:
            read = Decimal("NaN")
        if read.is_finite():
            return read
    raise VenueUnavailable(f"the venue gave no {what}: {str(value)[:40]!r}")


def _maybe(value: object) -> Decimal | None:
    return None if value is None else amount(value, "price")


def _moment(seconds: object, milliseconds: object) -> int:
    if isinstance(seconds, str | int) and not isinstance(seconds, bool):
        return int(amount(seconds, "time") * SECOND)
    if isinstance(milliseconds, int):
        return milliseconds * 1000
    raise VenueUnavailable("the venue gave no time")


def _own_name(order: Row, info: Row) -> str:
    if "descr" in info:  # Kraken: ccxt would give its userref for a name that is missing
        return str(info.get("cl_ord_id") or "")
    return str(order.get("clientOrderId") or "")


def _of(row: Row, name: str) -> Row:
    inner = row.get(name)
    return inner if isinstance(inner, Mapping) else {}
