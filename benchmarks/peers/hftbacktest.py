"""Run the grid in hftbacktest: candles expanded to a feed of quotes and trades, a compiled strategy.

Rules: every point of a candle's path moves the best bid and ask by six feed events, far side first so
that the book never crosses; the strategy wakes once a minute, the cheaper setting for the peer. Making
the feed and compiling are announced apart.
"""
# mypy: disable-error-code="import-not-found,misc,untyped-decorator"

from typing import Any, NamedTuple

import hftbacktest
import numpy as np
from hftbacktest import (
    BUY_EVENT,
    DEPTH_EVENT,
    EXCH_EVENT,
    FILLED,
    GTC,
    LIMIT,
    LOCAL_EVENT,
    SELL_EVENT,
    TRADE_EVENT,
    BacktestAsset,
    HashMapMarketDepthBacktest,
    event_dtype,
)
from numba import njit

from benchmarks import workload
from benchmarks.peers.entry import play

SECOND = 1_000_000_000
WAKE = 60 * SECOND
POINT = 15 * SECOND
EVENTS_A_POINT = 6
DEPTH = 1000.0
BOTH_ENDS = EXCH_EVENT | LOCAL_EVENT
BIDS = np.uint64(BUY_EVENT | DEPTH_EVENT | BOTH_ENDS)
ASKS = np.uint64(SELL_EVENT | DEPTH_EVENT | BOTH_ENDS)
BOUGHT = np.uint64(BUY_EVENT | TRADE_EVENT | BOTH_ENDS)
SOLD = np.uint64(SELL_EVENT | TRADE_EVENT | BOTH_ENDS)
TICK, PROFIT, SIZE = workload.PRICE_TICK, workload.PROFIT, workload.SIZE


class Setup(NamedTuple):
    """One run's input; the engine only borrows the feed, so it is held here until the end."""

    engine: Any
    feed: np.ndarray
    offsets: workload.Floats
    first_price: float


def make_feed(candles: workload.Candles) -> np.ndarray:
    """Expand each point of the path to: far side away, far side new, near side away, near side new, two trades."""
    price = workload.path_prices(candles).ravel()
    before = np.concatenate([price[:1], price[:-1]])
    rises = price > before
    far, far_step = np.where(rises, ASKS, BIDS), np.where(rises, TICK, -TICK)
    near = np.where(rises, BIDS, ASKS)
    gone, resting = np.zeros(len(price)), np.full(len(price), DEPTH)
    moves = (
        (far, before + far_step, gone),
        (far, price + far_step, resting),
        (near, before - far_step, gone),
        (near, price - far_step, resting),
        (BOUGHT, price, resting),
        (SOLD, price, resting),
    )
    feed = np.zeros((len(price), EVENTS_A_POINT), event_dtype)
    start = SECOND + POINT * np.arange(len(price), dtype=np.int64)
    for place, (kind, at, depth) in enumerate(moves):
        column = feed[:, place]
        column["ev"], column["px"], column["qty"] = kind, at, depth
        column["exch_ts"] = column["local_ts"] = start + place
    return feed.ravel()


@njit
def rest(engine: Any, order: int, price: float, buys: bool) -> float:
    """Put one limit order into the book at the nearest tick, and give that price."""
    snapped = round(price / TICK) * TICK
    if buys:
        engine.submit_buy_order(0, order, snapped, SIZE, GTC, LIMIT, False)
    else:
        engine.submit_sell_order(0, order, snapped, SIZE, GTC, LIMIT, False)
    return snapped


@njit
def trade(engine: Any, offsets: workload.Floats, first_price: float) -> int:
    """Keep an order of every leg in the book until the feed ends, and count the fills."""
    legs = 2 * len(offsets)
    price = np.zeros(legs)
    is_exit = np.zeros(legs, np.bool_)
    orders = np.arange(1, legs + 1)
    placed, fills = legs, 0
    engine.elapse(2 * SECOND)
    for leg in range(legs):
        buys = leg % 2 == 0
        away = offsets[leg // 2]
        entry = first_price * (1 - away if buys else 1 + away)
        price[leg] = rest(engine, orders[leg], entry, buys)
    while engine.elapse(WAKE) == 0:
        known = engine.orders(0)
        for leg in range(legs):
            order = known.get(orders[leg])
            if order is None or order.status != FILLED:
                continue
            fills += 1
            buys_first = leg % 2 == 0
            if is_exit[leg]:
                depth = engine.depth(0)
                middle = (depth.best_bid + depth.best_ask) / 2
                away = offsets[leg // 2]
                target = middle * (1 - away if buys_first else 1 + away)
            else:
                target = price[leg] * (1 + PROFIT if buys_first else 1 - PROFIT)
            is_exit[leg] = not is_exit[leg]
            placed += 1
            orders[leg] = placed
            price[leg] = rest(engine, placed, target, buys_first != is_exit[leg])
        engine.clear_inactive_orders(0)
    return fills


def build(candles: workload.Candles, slots: int) -> Setup:
    """Make an engine over the feed, without latency and with orders filled whole."""
    feed = make_feed(candles)
    asset = (
        BacktestAsset()
        .data(feed)
        .linear_asset(1.0)
        .constant_order_latency(0, 0)
        .risk_adverse_queue_model()
        .no_partial_fill_exchange()
        .trading_value_fee_model(workload.MAKER_FEE, workload.TAKER_FEE)
        .tick_size(TICK)
        .lot_size(1.0)
    )
    engine = HashMapMarketDepthBacktest([asset])
    return Setup(engine, feed, workload.offsets(slots), float(candles.open[0]))


def run(setup: Setup) -> int:
    """Play the feed to its end."""
    fills = int(trade(setup.engine, setup.offsets, setup.first_price))
    setup.engine.close()
    return fills


if __name__ == "__main__":
    play("hftbacktest", hftbacktest.__version__, build, run, compiles=True)
