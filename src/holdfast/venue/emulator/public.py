"""Answer the public endpoints: time, status, listings, prices.

Rules: nothing here changes the exchange; under a frozen ticker every price is that of the moment it
froze; statistics are over the day before, of whole candles.
"""

from collections.abc import Callable
from decimal import Decimal
from types import MappingProxyType

from holdfast.domain.market import MINUTE, SECOND, Candle
from holdfast.venue.candles import length_of
from holdfast.venue.emulator import refusals
from holdfast.venue.emulator.core import Core
from holdfast.venue.emulator.faults import standing
from holdfast.venue.emulator.listing import (
    ASSET_NAMES,
    BY_ASSET,
    FEES,
    PAIR_NAMES,
    PAIRS,
    Pair,
    written,
)
from holdfast.venue.emulator.params import Params
from holdfast.venue.emulator.paths import QUARTERS, PricePath
from holdfast.venue.emulator.refusals import Refused, argument
from holdfast.venue.emulator.wire import rfc1123, rfc3339, seconds

Result = dict[str, object]
INTERVALS = frozenset({1, 5, 15, 30, 60, 240, 1440, 10080, 21600})
MOST_FRAMES, MOST_LEVELS, MOST_TICKS = 720, 500, 1000
LEVELS = 100


def time(core: Core, _params: Params) -> Result:
    """Say the exchange's clock."""
    now = core.state.now + shift(core)
    return {"unixtime": now // SECOND, "rfc1123": rfc1123(now)}


def system_status(core: Core, _params: Params) -> Result:
    """Say whether the exchange trades."""
    rule = standing(core.state.faults, "maintenance", core.state.now)
    status = "online" if rule is None else rule.mode
    return {"status": status, "timestamp": rfc3339(core.state.now + shift(core))}


def assets(_core: Core, params: Params) -> Result:
    """List assets."""
    names = params.words("asset")
    found = [ASSET_NAMES.get(word) for word in names] if names else list(BY_ASSET.values())
    if None in found:
        raise Refused(refusals.ASSET)
    return {
        one.name: {
            "aclass": "currency",
            "altname": one.altname,
            "decimals": one.decimals,
            "display_decimals": one.display,
            "status": "enabled",
        }
        for one in found
        if one is not None
    }


def asset_pairs(_core: Core, params: Params) -> Result:
    """List pairs."""
    return {pair.name: _listed(pair) for pair in _pairs(params)}


def ticker(core: Core, params: Params) -> Result:
    """Say best prices, last trade, and the day's figures."""
    return {pair.name: _ticker(core, pair) for pair in _pairs(params)}


def ohlc(core: Core, params: Params) -> Result:
    """List candles, up to 720, the last one not yet closed."""
    pair, minutes = _pair(params), params.whole("interval", 1)
    if minutes not in INTERVALS:
        raise argument("interval")
    now, length = priced_at(core), minutes * MINUTE
    first = max(core.settings.first, (now // length - MOST_FRAMES + 1) * length) // length * length
    since = params.amount("since")
    if since is not None:
        first = max(first, (int(since * SECOND) // length + 1) * length)
    starts = range(first, now + 1, length)
    rows = [row for at in starts if (row := _frame(core, pair, at, length, now)) is not None]
    return {pair.name: rows, "last": (now // length - 1) * length // SECOND}


def depth(core: Core, params: Params) -> Result:
    """List the book: ever more volume, tick by tick away from the touch."""
    pair, levels = _pair(params), params.whole("count", LEVELS)
    if not 1 <= levels <= MOST_LEVELS:
        raise argument("count")
    at = priced_at(core)
    bid, ask = core.touch(pair, at)
    stamp, lot = at // SECOND, _lot_of(core, pair, at)
    below = [bid - pair.tick * step for step in range(levels) if bid > pair.tick * step]
    above = [ask + pair.tick * step for step in range(levels)]
    return {
        pair.name: {
            "asks": [_level(pair, price, lot, n, stamp) for n, price in enumerate(above, 1)],
            "bids": [_level(pair, price, lot, n, stamp) for n, price in enumerate(below, 1)],
        }
    }


def trades(core: Core, params: Params) -> Result:
    """List what the pair traded: one trade a step of its path."""
    pair, most = _pair(params), params.whole("count", MOST_TICKS)
    settings, now = core.settings, priced_at(core)
    last = settings.step_at(now)
    first = max(0, last - MOST_TICKS + 1)
    since = params.amount("since")
    if since:
        at = int(since // 1000 if since > 10**15 else since * SECOND)
        first = max(first, settings.step_at(at) + 1)
    most = max(1, min(most, MOST_TICKS))
    found = range(first, last + 1)
    steps = found[:most] if since else found[-most:]
    rows = [_tick(core, pair, step) for step in steps]
    end = settings.time_of(steps[-1]) if steps else now
    return {pair.name: rows, "last": str(end * 1000)}


PUBLIC: MappingProxyType[str, Callable[[Core, Params], Result]] = MappingProxyType(
    {
        "Time": time,
        "SystemStatus": system_status,
        "Assets": assets,
        "AssetPairs": asset_pairs,
        "Ticker": ticker,
        "OHLC": ohlc,
        "Depth": depth,
        "Trades": trades,
    }
)


def shift(core: Core) -> int:
    """Say by how much the exchange's clock goes wrong now, in µs."""
    rule = standing(core.state.faults, "clock_shift", core.state.now)
    return 0 if rule is None else int(rule.seconds * SECOND)


def priced_at(core: Core) -> int:
    """Say which moment's prices are shown."""
    rule = standing(core.state.faults, "stale_ticker", core.state.now)
    return core.state.now if rule is None else rule.since


def _pair(params: Params) -> Pair:
    pair = PAIR_NAMES.get(params.text("pair"))
    if pair is None:
        raise Refused(refusals.PAIR)
    return pair


def _pairs(params: Params) -> list[Pair]:
    names = params.words("pair")
    found = [PAIR_NAMES.get(word) for word in names] if names else list(PAIRS)
    if None in found:
        raise Refused(refusals.PAIR)
    return [one for one in found if one is not None]


def _listed(pair: Pair) -> Result:
    return {
        "altname": pair.altname,
        "wsname": pair.wsname,
        "aclass_base": "currency",
        "base": pair.base,
        "aclass_quote": "currency",
        "quote": pair.quote,
        "lot": "unit",
        "cost_decimals": pair.cost_decimals,
        "pair_decimals": pair.pair_decimals,
        "lot_decimals": pair.lot_decimals,
        "lot_multiplier": 1,
        "leverage_buy": [],
        "leverage_sell": [],
        "fees": [[volume, float(taker)] for volume, _, taker in FEES],
        "fees_maker": [[volume, float(maker)] for volume, maker, _ in FEES],
        "fee_volume_currency": "ZUSD",
        "margin_call": 80,
        "margin_stop": 40,
        "ordermin": str(pair.ordermin),
        "costmin": str(pair.costmin),
        "tick_size": written(pair.tick, pair.pair_decimals),
        "status": "online",
    }


def _ticker(core: Core, pair: Pair) -> Result:
    at = priced_at(core)
    bid, ask = core.touch(pair, at)
    last, day = core.last(pair, at), core.days[pair.name].of(core.settings.step_at(at) // QUARTERS)
    price = [written(one, pair.pair_decimals) for one in (ask, bid, last)]
    lot = written(_lot_of(core, pair, at), 3)
    volume, average = written(day.volume, 8), written(day.average, pair.pair_decimals)
    low = written(min(day.low, last), pair.pair_decimals)
    high = written(max(day.high, last), pair.pair_decimals)
    whole = str(max(1, int(Decimal(lot))))
    return {
        "a": [price[0], whole, lot],
        "b": [price[1], whole, lot],
        "c": [price[2], written(_lot_of(core, pair, at), 8)],
        "v": [volume, volume],
        "p": [average, average],
        "t": [day.count, day.count],
        "l": [low, low],
        "h": [high, high],
        "o": written(day.open, pair.pair_decimals),
    }


def _lot_of(core: Core, pair: Pair, at: int) -> Decimal:
    candle = core.settings.step_at(at) // QUARTERS
    return (core.paths[pair.name].candle(candle).volume / QUARTERS).quantize(pair.lot)


def _level(pair: Pair, price: Decimal, lot: Decimal, place: int, stamp: int) -> list[object]:
    return [written(price, pair.pair_decimals), written(lot * place, 3), stamp]


def _tick(core: Core, pair: Pair, step: int) -> list[object]:
    settings, path = core.settings, core.paths[pair.name]
    price = path.price(step)
    side = "b" if step and price >= path.price(step - 1) else "s"
    vol = (path.candle(step // QUARTERS).volume / QUARTERS).quantize(pair.lot)
    at = seconds(settings.time_of(step))
    return [written(price, pair.pair_decimals), written(vol, 8), at, side, "l", "", step + 1]


def _frame(core: Core, pair: Pair, at: int, length: int, now: int) -> list[object] | None:
    settings, path = core.settings, core.paths[pair.name]
    size = length_of(settings.candle_seconds)
    first = max(0, (at - settings.first) // size)
    last = (min(at + length, now + 1) - 1 - settings.first) // size
    current = settings.step_at(now) // QUARTERS
    parts = [
        path.candle(index) if index < current else _forming(path, settings.step_at(now))
        for index in range(first, last + 1)
    ]
    if not parts:
        return None
    volume = sum((one.volume for one in parts), Decimal(0))
    worth = sum((one.volume * one.close for one in parts), Decimal(0))
    figures = (
        parts[0].open,
        max(one.high for one in parts),
        min(one.low for one in parts),
        parts[-1].close,
        worth / volume if volume else parts[-1].close,
    )
    prices = [written(one, pair.pair_decimals) for one in figures]
    return [at // SECOND, *prices, written(volume, 8), len(parts) * QUARTERS]


def _forming(path: PricePath, step: int) -> Candle:
    index, quarter = divmod(step, QUARTERS)
    whole = path.candle(index)
    seen = [path.price(index * QUARTERS + place) for place in range(quarter + 1)]
    volume = (whole.volume * (quarter + 1) / QUARTERS).quantize(Decimal("1E-8"))
    return Candle(whole.at, seen[0], max(seen), min(seen), seen[-1], volume)
