"""The generated market: repeatable, labelled, and of a realistic size."""

import subprocess
import sys
from decimal import Decimal
from itertools import pairwise
from math import log
from statistics import median, stdev

import pytest

from holdfast.domain.errors import DataError
from holdfast.domain.market import MINUTE
from holdfast.venue.market import GeneratedFeed

TICK = Decimal("0.000001")
START = 1_767_225_600_000_000


def market(regime="mixed", seed=7, seconds=60, price="0.1", tick=TICK):
    return GeneratedFeed(seed, regime, Decimal(price), START, seconds, tick)


def returns(candles):
    return [log(after.close / before.close) for before, after in pairwise(candles)]


def taken(feed, count):
    return [feed.next() for _ in range(count)]


def test_a_ranging_minute_spreads_about_0_13_percent_and_stays_near_its_mean():
    candles = taken(market("ranging"), 20_000)
    assert 0.0011 < stdev(returns(candles)) < 0.0015
    first_block = [log(candle.close / Decimal("0.1")) for candle in candles[:720]]
    assert max(map(abs, first_block)) < 0.03


def test_a_trend_goes_further_in_half_a_day_than_a_range():
    def reach(regime):
        closes = [candle.close for candle in taken(market(regime), 720 * 40)]
        ends = closes[719::720]
        return median(abs(log(after / before)) for before, after in pairwise(ends))

    assert reach("trending") > 3 * reach("ranging")


def test_jumps_are_rare_and_large():
    moves = [abs(move) for move in returns(taken(market("jump"), 20_000))]
    large = sum(move > 0.008 for move in moves)
    assert 20 < large < 200
    assert max(moves) > 0.03


@pytest.mark.parametrize("seconds", [60, 300])
def test_the_median_volume_is_about_50_000_a_minute(seconds):
    volumes = [candle.volume for candle in taken(market(seconds=seconds), 20_000)]
    assert 40_000 < median(volumes) * 60 / seconds < 60_000
    assert min(volumes) >= 1


def test_a_market_of_three_years_stays_within_sight_of_its_first_price():
    feed = market(seconds=3600)
    closes = [candle.close for candle in taken(feed, 24 * 365 * 3)]
    assert Decimal("0.005") < min(closes) < max(closes) < 2


def test_a_price_of_a_few_ticks_never_reaches_zero():
    candles = taken(market("trending", price="0.000003"), 5_000)
    assert min(candle.low for candle in candles) >= TICK


def test_the_label_of_any_candle_is_known_at_once_and_covers_its_whole_length():
    feed = market()
    late = START + 1_000_000 * MINUTE
    label = feed.label(late)
    assert label == feed.label(late + MINUTE - 1)
    assert label in {"ranging", "trending", "jump"}
    taken(feed, 3)
    assert feed.label(late) == label


def test_different_seeds_are_different_markets():
    assert taken(market(seed=1), 50) != taken(market(seed=2), 50)


def test_the_largest_seed_a_profile_allows_is_taken():
    assert taken(market(seed=9_223_372_036_854_775_807), 1)[0].open == Decimal("0.1")


def test_another_process_draws_the_same_market():
    code = (
        "from decimal import Decimal;"
        "from holdfast.venue.market import GeneratedFeed;"
        f"feed = GeneratedFeed(7, 'mixed', Decimal('0.1'), {START}, 60, Decimal('0.000001'));"
        "print([str(feed.next().close) for _ in range(1500)][-1])"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert printed.strip() == str(taken(market(), 1500)[-1].close)


@pytest.mark.parametrize(
    "other",
    [market(seed=8), market("jump"), market(price="0.2"), market(tick=Decimal("0.00001"))],
)
def test_the_state_of_another_market_is_refused(other):
    with pytest.raises(DataError, match="another generated market"):
        market().restore(other.state())


def test_a_first_price_of_too_many_ticks_is_refused():
    with pytest.raises(DataError, match="do: lower the price, or use a coarser tick"):
        market(price="1000000000", tick=Decimal("0.000000000001"))


def test_the_finest_size_step_and_the_longest_candle_keep_volumes_sound():
    feed = GeneratedFeed(
        7, "mixed", Decimal("0.1"), START, 86_400, TICK, step=Decimal("0.000000000001")
    )
    volumes = [candle.volume for candle in taken(feed, 100)]
    assert 10**6 < min(volumes) < max(volumes) < 10**11
