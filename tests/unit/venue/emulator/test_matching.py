"""Orders meet the price: touch, priority, volume, takers, holds, fees, time."""

from decimal import Decimal

import pytest
from emulated import DOGE, ORIGIN, SECOND, core, rest, under

from holdfast.domain.market import DAY, path
from holdfast.venue.emulator.account import fee_of
from holdfast.venue.emulator.params import Params
from holdfast.venue.emulator.refusals import Refused
from holdfast.venue.emulator.trading import place_by_hand

D = Decimal
QUARTER = 15 * SECOND


def prices(exchange, steps, pair="XDGUSD"):
    """List the prices of the next steps."""
    first = exchange.state.stepped
    return [exchange.paths[pair].price(first + step) for step in range(steps)]


def test_the_price_walks_a_candle_in_quarters():
    exchange = core()
    index = exchange.settings.step_at(ORIGIN) // 4
    candle = exchange.paths["XDGUSD"].candle(index)
    walked = [exchange.last(DOGE, candle.at + quarter * QUARTER) for quarter in range(4)]
    assert tuple(walked) == path(candle)
    assert exchange.last(DOGE, candle.at + QUARTER - 1) == walked[0]


def test_a_resting_buy_fills_at_its_limit_when_the_price_touches_it_as_a_maker():
    exchange = core()
    lowest = min(prices(exchange, 40))
    order = rest(exchange, "buy", lowest)
    exchange.advance(ORIGIN + 41 * QUARTER)
    assert order.status == "closed"
    (trade,) = exchange.state.trades
    assert (trade.price, trade.vol, trade.maker) == (lowest, 100, True)
    assert trade.fee == fee_of(DOGE, trade.cost, maker=True)
    assert exchange.last(DOGE, trade.at) == lowest


def test_one_tick_below_the_lowest_price_nothing_fills():
    exchange = core()
    order = rest(exchange, "buy", min(prices(exchange, 40)) - DOGE.tick)
    exchange.advance(exchange.settings.time_of(exchange.state.stepped + 39))
    assert (order.status, order.executed) == ("open", 0)


def test_an_order_meets_the_price_from_the_step_after_it_was_placed():
    exchange = core()
    bid, ask = exchange.touch(DOGE)
    buy = rest(exchange, "buy", ask - DOGE.tick)  # the last price itself, between the touch
    exchange.advance(exchange.state.now)
    assert (buy.status, ask - bid) == ("open", 2 * DOGE.tick)


def test_the_better_price_fills_first_and_then_the_earlier_order():
    exchange = core(participation="0.01", balances=("USD=1000000",))
    low = min(prices(exchange, 40))
    ids = [rest(exchange, "buy", price, 13).txid for price in (low, low + DOGE.tick, low)]
    exchange.advance(ORIGIN + DAY)
    filled = list(dict.fromkeys(trade.order for trade in exchange.state.trades))
    assert filled == [ids[1], ids[0], ids[2]]


def test_a_candle_gives_no_more_than_its_share_of_volume():
    exchange = core(participation="0.001", balances=("USD=1000000",))
    order = rest(exchange, "buy", under(exchange, "0.9999"), 10_000)
    exchange.advance(ORIGIN + DAY // 4)
    sums = {}
    for trade in exchange.state.trades:
        candle = exchange.settings.step_at(trade.at) // 4
        sums[candle] = sums.get(candle, 0) + trade.vol
    assert len(sums) > 1
    assert all(vol <= exchange.paths["XDGUSD"].budget(candle) for candle, vol in sums.items())
    assert sum(sums.values()) == order.executed


def test_a_market_order_takes_the_touch_at_once_with_the_takers_fee():
    exchange = core()
    _, ask = exchange.touch(DOGE)
    told = place_by_hand(
        exchange, Params({"pair": "XDGUSD", "type": "buy", "ordertype": "market", "volume": "50"})
    )
    (trade,) = exchange.state.trades
    assert (trade.order, trade.price, trade.maker) == (told["txid"], ask, False)
    assert trade.fee == fee_of(DOGE, trade.cost, maker=False)
    assert exchange.account.held("ZUSD") == 0


def test_post_only_may_rest_at_the_last_price_and_not_a_tick_further():
    exchange = core()
    bid, ask = exchange.touch(DOGE)
    assert rest(exchange, "buy", ask - DOGE.tick).status == "open"
    assert rest(exchange, "sell", bid + DOGE.tick).status == "open"
    for side, price in (("buy", ask), ("sell", bid)):
        with pytest.raises(Refused, match="Post only"):
            rest(exchange, side, price)
    assert len(exchange.state.orders) == 2


def test_a_crossing_limit_without_post_takes_at_the_touch_and_frees_the_rest_of_its_hold():
    exchange = core()
    _, ask = exchange.touch(DOGE)
    order = rest(exchange, "buy", ask + 1000 * DOGE.tick, oflags="fciq")
    assert (order.status, exchange.state.trades[0].price) == ("closed", ask)
    assert exchange.account.held("ZUSD") == 0


def test_a_buy_holds_cost_and_fee_and_the_last_of_the_money_can_be_used():
    exchange = core(balances=("USD=11",))
    price = under(exchange, "0.5")
    order = rest(exchange, "buy", price, (10 / price).quantize(D(1)))
    assert order.hold == (order.vol * price * D("1.0025")).quantize(DOGE.cent)
    poor = core(balances=(f"USD={order.hold - DOGE.cent}",))
    with pytest.raises(Refused, match="Insufficient funds"):
        rest(poor, "buy", price, order.vol)
    assert rest(core(balances=(f"USD={order.hold}",)), "buy", price, order.vol).status == "open"


def test_an_immediate_order_that_does_not_cross_is_cancelled():
    exchange = core()
    order = rest(exchange, "buy", under(exchange), oflags="fciq", timeinforce="IOC")
    assert (order.status, exchange.account.held("ZUSD")) == ("canceled", 0)


def test_an_order_with_an_end_expires_at_its_own_time():
    exchange = core()
    order = rest(exchange, "buy", under(exchange, "0.5"), expiretm="+90")
    exchange.advance(ORIGIN + 90 * SECOND - 1)
    assert order.status == "open"
    exchange.advance(ORIGIN + DAY)
    assert (order.status, order.closed) == ("expired", ORIGIN + 90 * SECOND)


def test_the_dead_man_switch_cancels_everything_at_its_time():
    exchange = core()
    order = rest(exchange, "buy", under(exchange, "0.5"))
    exchange.state.dead_man = ORIGIN + 60 * SECOND
    exchange.advance(ORIGIN + 600 * SECOND)
    assert (order.status, order.closed) == ("canceled", ORIGIN + 60 * SECOND)


def test_amending_keeps_id_and_fills_and_its_place_when_only_made_smaller():
    exchange = core()
    order = rest(exchange, "buy", under(exchange, "0.9"), 100)
    exchange.fill(order, D(40), order.price, maker=True)
    rank = order.rank
    exchange.amend(order, D(90), order.price, post=True)
    assert (order.vol, order.executed, order.rank) == (90, 40, rank)
    exchange.amend(order, D(90), under(exchange, "0.91"), post=True)
    assert (order.executed, order.rank > rank, order.status) == (40, True, "open")


def test_amending_below_what_was_executed_cancels_the_rest():
    exchange = core()
    order = rest(exchange, "buy", under(exchange, "0.9"), 100)
    exchange.fill(order, D(40), order.price, maker=True)
    exchange.amend(order, D(39), order.price, post=True)
    assert (order.status, order.executed, exchange.account.held("ZUSD")) == ("canceled", 40, 0)


def test_an_amend_that_would_cross_or_cannot_be_paid_changes_nothing():
    exchange = core(balances=("USD=10",))
    order = rest(exchange, "buy", under(exchange, "0.5"), 100)
    before = order.price, order.vol, order.hold, order.rank, order.stamped
    with pytest.raises(Refused, match="Post only"):
        exchange.amend(order, order.vol, exchange.touch(DOGE)[1], post=True)
    with pytest.raises(Refused, match="Insufficient funds"):
        exchange.amend(order, D(100_000), order.price, post=True)
    assert (order.price, order.vol, order.hold, order.rank, order.stamped) == before


def test_the_two_markets_of_one_base_go_the_same_way():
    exchange = core()
    usd, usdc = exchange.paths["XDGUSD"], exchange.paths["XDGUSDC"]
    first = exchange.state.stepped
    gaps = [abs(usd.price(step) / usdc.price(step) - 1) for step in range(first, first + 200)]
    assert max(gaps) < D("0.001")
