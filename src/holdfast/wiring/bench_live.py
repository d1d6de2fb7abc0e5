"""Measure a live tick with everything switched on beside one with everything off, commits included.

Two desks walk the same market in turns, each first every other time and with a ledger file of its own, so
that whatever the machine does falls on both. A tick is what the loop runs when a candle comes: the tick
itself, its note, and the ledger's tables that follow. Reading a candle that has closed is done while the
desk waits for the next one, and measured apart. On a lively market most ticks commit, on a quiet one few.
The detector speaks by models of two lengths, trained on another market of the same kind.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from holdfast.clock import SystemClock
from holdfast.config.folders import find_profiles
from holdfast.config.loader import load_profile
from holdfast.config.profile import Profile
from holdfast.desk.desk import Desk
from holdfast.desk.regime.ahead import Ahead
from holdfast.desk.regime.detector import Found
from holdfast.desk.tick import close_tick, tick
from holdfast.domain.bookkeeping import LedgerFounded
from holdfast.ledger.store import DuckDbLedger
from holdfast.signals.hmm.training import train
from holdfast.venue.candles import Candles
from holdfast.wiring.market import feed_of
from holdfast.wiring.replay import GENESIS, replay_desk
from holdfast.wiring.rules import instrument_of
from holdfast.wiring.sighting import ahead_of, reading_seconds
from holdfast.wiring.training import courses, series_of

SLOTS = 80
WARM_TICKS = 300  # the indicators have their bars, and every slot its orders
TICKS = 1_000
LEARNT = 4_000  # candles of the market the models know
ELSEWHERE = "8"  # the seed of that market
GRID: Mapping[str, str] = MappingProxyType(
    {
        "sticky_mode_enabled": "true",
        "open_order_cap": "pro",
        "pair_entry_pct": "0.1",
        "pair_refresh_pct": "0.5",
        "opening_base_per_slot": "200",
        "opening_quote_per_slot": "20",
    }
)
MARKETS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "lively": {"market_regime": "trending", "slot_spacing_pct": "0.01"},
        "quiet": {"market_regime": "mixed", "slot_spacing_pct": "0.02"},
    }
)
EVERYTHING: Mapping[str, str] = MappingProxyType(
    {
        "hmm_enabled": "true",
        "hmm_multi_timeframe_enabled": "true",
        "hmm_multi_timeframe_source": "consensus",
        "regime_directional_enabled": "true",
        "regime_adx_enabled": "true",
        "momentum_enabled": "true",
        "release_auto_enabled": "true",
        "release_auto_tier": "tier1",
        "tp_enabled": "true",
        "volatility_auto_profit": "true",
        "quote_first_allocation": "true",
        "capital_layer_target_layers": "1",
    }
)


class Tick(NamedTuple):
    """How many seconds a tick took, whether it committed anything, and what reading ahead took after it."""

    seconds: float
    commits: bool
    reading: float = 0.0


class Bench(NamedTuple):
    """One desk that is measured."""

    desk: Desk
    ledger: DuckDbLedger
    ahead: Ahead | None


def live_ticks(
    folder: Path, ticks: int = TICKS, market: str = "lively"
) -> tuple[list[Tick], list[Tick]]:
    """Measure ticks with everything off, and beside each one with everything on."""
    with ExitStack() as stack:
        off = _desk(folder / "off.duckdb", MARKETS[market], ticks, stack)
        on = _desk(folder / "on.duckdb", {**MARKETS[market], **EVERYTHING}, ticks, stack)
        for number in range(WARM_TICKS):
            _pair(off, on, number)
        pairs = [_pair(off, on, number) for number in range(ticks)]
    return [one for one, _ in pairs], [one for _, one in pairs]


def middle(ticks: Sequence[Tick], *, commits: bool | None = None) -> float:
    """Say the seconds of the middle tick: of all, of those that commit, or of the quiet ones; 0 of none."""
    return median([one.seconds for one in ticks if commits in {None, one.commits}] or [0.0])


def profile_with(settings: Mapping[str, str]) -> Profile:
    """Load the paper profile with the grid of this measurement and what is switched on."""
    return load_profile(
        "paper",
        profiles=find_profiles({}, start=Path.cwd()),
        environ={},
        overrides={"slots": str(SLOTS), **GRID, **settings},
    )


def _desk(path: Path, settings: Mapping[str, str], ticks: int, stack: ExitStack) -> Bench:
    profile = profile_with(settings)
    instrument = instrument_of(profile)
    founded = LedgerFounded(
        genesis=GENESIS, env="paper", venue="paper", account="bench", symbol=instrument.symbol
    )
    ledger = DuckDbLedger.open(
        path, clock=SystemClock(), base=instrument.base, quote=instrument.quote, found=founded
    )
    stack.callback(ledger.close)
    found = _models(profile) if profile.settings.hmm_enabled else None
    desk, _ = replay_desk(profile, _market(profile, WARM_TICKS + ticks), ledger, found)
    return Bench(desk, ledger, ahead_of(desk, profile.settings))


def _models(profile: Profile) -> Found:
    """Train a model for each candle length of a profile, in memory."""
    other = {"market_seed": ELSEWHERE, "market_regime": profile.settings.market_regime}
    series = series_of(_market(profile_with(other), LEARNT))
    models = {}
    for name, course in courses(profile.settings, seed=42, wall=0):
        times, close, volume = series(course)
        models[name] = train(times, np.array(close), np.array(volume), course)
    return models.get


def _market(profile: Profile, count: int) -> Candles:
    instrument = instrument_of(profile)
    return Candles.from_rows(
        list(_rows(profile, count)),
        seconds=profile.settings.candle_seconds,
        tick=instrument.price_tick,
        step=instrument.size_step,
    )


def _rows(profile: Profile, count: int) -> Iterator[tuple[object, ...]]:
    feed = feed_of(profile, instrument_of(profile))
    for _ in range(count):
        one = feed.next()
        if one is None:
            raise RuntimeError("the market of the profile ended early")
        yield one.at, one.open, one.high, one.low, one.close, one.volume


def _pair(off: Bench, on: Bench, number: int) -> tuple[Tick, Tick]:
    if number % 2:
        return _timed(off), _timed(on)
    of_on = _timed(on)
    return _timed(off), of_on


def _timed(bench: Bench) -> Tick:
    desk, ledger = bench.desk, bench.ledger
    sequence, begun = ledger.sequence, time.perf_counter()
    summary = tick(desk)
    close_tick(desk, summary, orchestrated=False, task_run="")
    ledger.keep_up()
    seconds = time.perf_counter() - begun
    return Tick(seconds, ledger.sequence > sequence, _reading(bench))


def _reading(bench: Bench) -> float:
    """Say how long a desk read after its tick, 0 where no candle it reads had closed."""
    if bench.ahead is None:
        return 0.0
    before, begun = reading_seconds(bench.desk), time.perf_counter()
    bench.ahead(bench.desk)
    seconds = time.perf_counter() - begun
    return seconds if reading_seconds(bench.desk) != before else 0.0
