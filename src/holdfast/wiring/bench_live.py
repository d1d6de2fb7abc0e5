"""Measure a live tick with everything switched on beside one with everything off, commits included.

Two desks walk the same market in turns, each with a ledger file of its own, so that whatever the machine
does falls on both. A tick is what the loop runs between two candles: the tick itself, its note, and the
ledger's tables that follow. The detector reads without a model where none was trained.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from types import MappingProxyType

from holdfast.clock import SystemClock
from holdfast.config.folders import find_profiles
from holdfast.config.loader import load_profile
from holdfast.config.profile import Profile
from holdfast.desk.desk import Desk
from holdfast.desk.tick import close_tick, tick
from holdfast.domain.bookkeeping import LedgerFounded
from holdfast.ledger.store import DuckDbLedger
from holdfast.venue.candles import Candles
from holdfast.wiring.market import feed_of
from holdfast.wiring.replay import GENESIS, replay_desk
from holdfast.wiring.rules import instrument_of

SLOTS = 80
WARM_TICKS = 300  # the indicators have their bars, and every slot its orders
TICKS = 1_000
GRID: Mapping[str, str] = MappingProxyType(
    {
        "sticky_mode_enabled": "true",
        "open_order_cap": "pro",
        "market_regime": "mixed",
        "slot_spacing_pct": "0.02",
        "pair_entry_pct": "0.1",
        "pair_refresh_pct": "0.5",
        "opening_base_per_slot": "200",
        "opening_quote_per_slot": "20",
    }
)
EVERYTHING: Mapping[str, str] = MappingProxyType(
    {
        "hmm_enabled": "true",
        "regime_directional_enabled": "true",
        "regime_adx_enabled": "true",
        "momentum_enabled": "true",
        "release_auto_enabled": "true",
        "release_auto_tier": "tier2",
        "tp_enabled": "true",
        "volatility_auto_profit": "true",
        "quote_first_allocation": "true",
    }
)


def live_ticks(folder: Path, ticks: int = TICKS) -> tuple[list[float], list[float]]:
    """Say how many seconds each tick took with everything off, and with everything on."""
    with ExitStack() as stack:
        quiet = _desk(folder / "off.duckdb", {}, ticks, stack)
        busy = _desk(folder / "on.duckdb", EVERYTHING, ticks, stack)
        for _ in range(WARM_TICKS):
            _seconds(*quiet)
            _seconds(*busy)
        pairs = [(_seconds(*quiet), _seconds(*busy)) for _ in range(ticks)]
    return [off for off, _ in pairs], [on for _, on in pairs]


def live_ratio(folder: Path, ticks: int = TICKS) -> tuple[float, float]:
    """Return the middle tick with everything off and with everything on, in seconds."""
    off, on = live_ticks(folder, ticks)
    return median(off), median(on)


def profile_with(settings: Mapping[str, str]) -> Profile:
    """Load the paper profile with the grid of this measurement and what is switched on."""
    return load_profile(
        "paper",
        profiles=find_profiles({}, start=Path.cwd()),
        environ={},
        overrides={"slots": str(SLOTS), **GRID, **settings},
    )


def _desk(
    path: Path, settings: Mapping[str, str], ticks: int, stack: ExitStack
) -> tuple[Desk, DuckDbLedger]:
    profile = profile_with(settings)
    instrument = instrument_of(profile)
    found = LedgerFounded(
        genesis=GENESIS, env="paper", venue="paper", account="bench", symbol=instrument.symbol
    )
    ledger = DuckDbLedger.open(
        path, clock=SystemClock(), base=instrument.base, quote=instrument.quote, found=found
    )
    stack.callback(ledger.close)
    desk, _ = replay_desk(profile, _market(WARM_TICKS + ticks), ledger)
    return desk, ledger


def _market(count: int) -> Candles:
    profile = profile_with({})
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


def _seconds(desk: Desk, ledger: DuckDbLedger) -> float:
    begun = time.perf_counter()
    summary = tick(desk)
    close_tick(desk, summary, orchestrated=False, task_run="")
    ledger.keep_up()
    return time.perf_counter() - begun
