"""Answer the private endpoints that change orders.

Rules: each function takes the exchange at its virtual time and a request's parameters, and returns
the result or raises `Refused` with nothing changed but the counters. Cancels are always taken.
"""

from collections.abc import Callable
from decimal import Decimal
from types import MappingProxyType

import msgspec

from holdfast.domain.market import SECOND
from holdfast.venue.emulator import names, refusals
from holdfast.venue.emulator.asks import (
    check_deadline,
    check_unique,
    checked_price,
    checked_volume,
    christen,
    client_id,
    pair_of,
    read_order,
)
from holdfast.venue.emulator.core import USER, Core
from holdfast.venue.emulator.faults import Effects
from holdfast.venue.emulator.limits import (
    ADD,
    BATCH_SHARE,
    amend_cost,
    cancel_cost,
    charge,
    settle,
    spend,
)
from holdfast.venue.emulator.listing import BY_PAIR, Pair
from holdfast.venue.emulator.params import Params
from holdfast.venue.emulator.refusals import Refused, argument
from holdfast.venue.emulator.state import ZERO, Counter, Order
from holdfast.venue.emulator.wire import described, rfc3339

Result = dict[str, object]
FEWEST, MOST = 2, 15
MOST_CANCELS = 50
LONGEST_TIMEOUT = 86_400


class Ask(msgspec.Struct, frozen=True):
    """One request for change: its parameters, and what the fault plan adds to it."""

    params: Params
    effects: Effects


def add_order(core: Core, ask: Ask) -> Result:
    """Place one order."""
    pair = pair_of(ask.params)
    _transact(core, pair, ADD)
    _may_add(ask)
    check_deadline(ask.params, core.state.now + ask.effects.shift)
    order = read_order(core, pair, ask.params)
    told: Result = {"descr": {"order": described(order)}}
    if ask.params.truth("validate"):
        return told
    _admit(core, order, ask.effects)
    return {**told, "txid": [order.txid]}


def add_order_batch(core: Core, ask: Ask) -> Result:
    """Place 2 to 15 orders of one pair; what one of them lacks on arrival refuses them all."""
    pair, rows = pair_of(ask.params), ask.params.rows("orders")
    if not FEWEST <= len(rows) <= MOST:
        raise argument("orders")
    _transact(core, pair, len(rows) * BATCH_SHARE)
    _may_add(ask)
    check_deadline(ask.params, core.state.now + ask.effects.shift)
    orders = [read_order(core, pair, row) for row in rows]
    if ask.params.truth("validate"):
        return {"orders": [{"descr": {"order": described(one)}} for one in orders]}
    return {"orders": [_one_of_batch(core, one, ask.effects) for one in orders]}


def amend_order(core: Core, ask: Ask) -> Result:
    """Change price or size of an open order in place."""
    params = ask.params
    order = _open_order(core, params)
    pair = BY_PAIR[order.pair]
    _transact(core, pair, amend_cost(core.state.now - order.stamped))
    if ask.effects.mode == "cancel_only":
        raise Refused(refusals.CANCEL_ONLY)
    check_deadline(params, core.state.now + ask.effects.shift)
    vol = params.amount("order_qty")
    changes_price = bool(params.text("limit_price"))
    if (vol is None and not changes_price) or (changes_price and order.kind == "market"):
        raise argument("order_qty" if vol is None else "limit_price")
    price = checked_price(pair, params, "limit_price") if changes_price else order.price
    vol = order.vol if vol is None else checked_volume(pair, vol)
    if vol * price < pair.costmin:
        raise Refused(refusals.COST_MINIMUM)
    if ask.effects.race:
        core.fill(order, order.left, order.price, maker=True)
        raise Refused(refusals.UNKNOWN_ORDER)
    core.amend(order, vol, price, post=params.truth("post_only"))
    _part(core, order, ask.effects)
    return {"amend_id": core.name(names.AMEND)}


def cancel_order(core: Core, ask: Ask) -> Result:
    """Cancel an order by its id, a client's id, or all of one userref."""
    word = ask.params.text("txid")
    found = [] if client_id(ask.params) else _by_userref(core, word)
    count = sum(
        _cancel(core, order, ask.effects) for order in found or [_open_order(core, ask.params)]
    )
    if not count:
        raise Refused(refusals.UNKNOWN_ORDER)
    return {"count": count}


def cancel_order_batch(core: Core, ask: Ask) -> Result:
    """Cancel up to 50 orders; those that are not open are passed over."""
    params = ask.params
    words = [str(one) for name in ("orders", "cl_ord_ids") for one in _list(params, name)]
    if not 1 <= len(words) <= MOST_CANCELS:
        raise argument("orders")
    found = [_find_open(core, word) for word in words]
    return {"count": sum(_cancel(core, one, ask.effects) for one in found if one is not None)}


def cancel_all(core: Core, ask: Ask) -> Result:
    """Cancel every open order of the account."""
    orders = list(core.book.everything())
    return {"count": sum(_cancel(core, order, ask.effects) for order in orders)}


def cancel_all_after(core: Core, ask: Ask) -> Result:
    """Set or clear the dead-man switch."""
    seconds = ask.params.whole("timeout", -1)
    if not 0 <= seconds <= LONGEST_TIMEOUT:
        raise argument("timeout")
    now = core.state.now
    core.state.dead_man = now + seconds * SECOND if seconds else 0
    trigger = rfc3339(core.state.dead_man) if seconds else "0"
    return {"currentTime": rfc3339(now), "triggerTime": trigger}


TRADING: MappingProxyType[str, Callable[[Core, Ask], Result]] = MappingProxyType(
    {
        "AddOrder": add_order,
        "AddOrderBatch": add_order_batch,
        "AmendOrder": amend_order,
        "CancelOrder": cancel_order,
        "CancelOrderBatch": cancel_order_batch,
        "CancelAll": cancel_all,
        "CancelAllOrdersAfter": cancel_all_after,
    }
)


def place_by_hand(core: Core, params: Params) -> Result:
    """Place an order that no client of the API placed: no counters, no caps."""
    pair = pair_of(params)
    order = read_order(core, pair, params, foreign=True)
    christen(core, order)
    core.place(order)
    return {"txid": order.txid, "descr": described(order)}


def fill_by_hand(core: Core, params: Params) -> Result:
    """Trade a part of an open order at its limit, as a maker."""
    order = _open_order(core, params)
    vol = params.amount("vol") or order.left
    trade = core.fill(order, min(vol, order.left), order.price, maker=True)
    return {"txid": trade.txid, "order": order.txid}


def _one_of_batch(core: Core, order: Order, effects: Effects) -> Result:
    told: Result = {"descr": {"order": described(order)}}
    try:
        _admit(core, order, effects)
    except Refused as error:
        return {**told, "error": error.text}
    return {**told, "txid": order.txid}


def _admit(core: Core, order: Order, effects: Effects) -> None:
    check_unique(core, order)
    if core.book.count(order.pair) >= core.tier.open_orders:
        raise Refused(refusals.ORDERS_LIMIT)
    christen(core, order)
    core.place(order)
    _part(core, order, effects)


def _part(core: Core, order: Order, effects: Effects) -> None:
    pair = BY_PAIR[order.pair]
    vol = order.left * effects.fraction // pair.lot * pair.lot
    if vol and order.status == "open" and order.kind == "limit":
        core.fill(order, vol, order.price, maker=True)


def _cancel(core: Core, order: Order, effects: Effects) -> int:
    counter = _counter(core, BY_PAIR[order.pair])
    charge(counter, cancel_cost(core.state.now - order.stamped))
    if effects.race:
        core.fill(order, order.left, order.price, maker=True)
        return 0
    core.end(order, "canceled", USER)
    return 1


def _open_order(core: Core, params: Params) -> Order:
    word, cl_ord_id = params.text("txid"), client_id(params)
    if bool(word) == bool(cl_ord_id):
        raise argument("txid")
    order = _find_open(core, cl_ord_id or word)
    if order is None:
        raise Refused(refusals.UNKNOWN_ORDER)
    return order


def _find_open(core: Core, word: str) -> Order | None:
    found = core.state.orders.get(word) or core.book.by_client.get(word)
    return found if found is not None and found.status == "open" else None


def _by_userref(core: Core, word: str) -> list[Order]:
    if not word.lstrip("-").isdigit():
        return []
    return [one for one in core.book.everything() if one.userref == int(word)]


def _list(params: Params, name: str) -> list[object]:
    value = params.given.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise argument(name)
    return [
        one.get("txid", one.get("cl_ord_id")) if isinstance(one, dict) else one for one in value
    ]


def _transact(core: Core, pair: Pair, cost: Decimal) -> None:
    counter = _counter(core, pair)
    if not spend(counter, cost, core.tier.engine_limit, core.tier.engine_decay, core.state.now):
        raise Refused(refusals.ENGINE_RATE)


def _counter(core: Core, pair: Pair) -> Counter:
    counter = core.state.engine.setdefault(pair.name, Counter(ZERO, core.state.now))
    settle(counter, core.tier.engine_decay, core.state.now)
    return counter


def _may_add(ask: Ask) -> None:
    mode = ask.effects.mode
    if mode == "cancel_only":
        raise Refused(refusals.CANCEL_ONLY)
    if mode == "post_only":
        rows = ask.params.given.get("orders")
        given = ask.params.rows("orders") if rows is not None else [ask.params]
        if not all("post" in one.words("oflags") for one in given):
            raise Refused(refusals.POST_ONLY_MODE)
