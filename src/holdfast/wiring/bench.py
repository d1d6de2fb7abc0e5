"""Measure what the product costs: the replay of the common grid, a quiet tick, a fill, a commit.

Rules: only what a figure names is timed; building a desk and its first orders never is. Seconds are of
CPU and waiting together, since a commit waits for the disk. The collector rests as it does in a replay.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.clock import SystemClock
from holdfast.config.folders import find_profiles
from holdfast.config.loader import load_profile
from holdfast.config.profile import Profile
from holdfast.desk.desk import Desk
from holdfast.desk.tick import close_tick, tick
from holdfast.domain.bookkeeping import LedgerFounded, Note
from holdfast.domain.events import Event
from holdfast.ledger.collector import collector_paused
from holdfast.ledger.memory import MemoryLedger
from holdfast.ledger.store import DuckDbLedger
from holdfast.replay.drive import drive
from holdfast.venue.candles import Candles
from holdfast.venue.paper import PaperVenue
from holdfast.wiring.replay import GENESIS, replay_desk
from holdfast.wiring.rules import instrument_of

VOLUME = 10**9
MINUTE_SECONDS = 60
QUIET_TICKS = 2_000
FILLS = 3_000
COMMITS = 1_100
EVENTS_A_COMMIT = 50
WIDTH_PCT = 4  # how far the grid reaches, however many slots share it
MIDDLE = 0.17

Floats = NDArray[np.float64]
Prices = tuple[Floats, Floats, Floats, Floats]
Portions = Iterator[tuple[int, list[Event | Note]]]  # what one commit takes


def measure(
    times: NDArray[np.int64],
    opening: Floats,
    high: Floats,
    low: Floats,
    close: Floats,
    slots: int,
    min_seconds: float = 1.0,
) -> dict[str, Any]:
    """Replay candles (times in µs) again and again until `min_seconds` were timed."""
    profile = bench_profile(slots)
    begun = time.perf_counter()
    candles = _candles(profile, times, (opening, high, low, close))
    columns_seconds = time.perf_counter() - begun
    spent, repeats, told = 0.0, 0, (0, "")
    while spent < min_seconds:
        desk, venue = replay_desk(profile, candles)
        with collector_paused():
            begun = time.perf_counter()
            walked = drive(desk, venue)
            digest = desk.ledger.event_hash()
            spent += time.perf_counter() - begun
        if walked != len(candles) or desk.books.holds:
            raise RuntimeError(f"the replay stopped early: {walked} candles, {desk.books.holds}")
        if repeats and told != (desk.counters.fills, digest):
            raise RuntimeError(f"the same replay gave {told} and then other events")
        told = desk.counters.fills, digest
        repeats += 1
    return {
        "candles_per_second": len(candles) * repeats / spent,
        "seconds": spent,
        "repeats": repeats,
        "fills": told[0],
        "event_hash": told[1],
        "columns_seconds": columns_seconds,
    }


def quiet_tick(slots: int) -> float:
    """Say how many seconds a tick takes in which nothing reaches an order."""
    desk, _ = _grid(slots, np.full(QUIET_TICKS + 1, MIDDLE))
    _walk(desk)
    before = desk.counters.reducers_run
    begun = time.perf_counter()
    for _ in range(QUIET_TICKS):
        tick(desk)
    spent = time.perf_counter() - begun
    if desk.counters.reducers_run != before:
        raise RuntimeError("a quiet tick ran a reducer")
    return spent / QUIET_TICKS


def per_fill(slots: int) -> float:
    """Say how many seconds a fill takes with all that follows, the hash too, on a market in swing."""
    desk, venue = _grid(slots, _swing(FILLS))
    _walk(desk)
    desk.ledger.event_hash()
    before = desk.counters.fills
    with collector_paused():
        begun = time.perf_counter()
        while desk.counters.fills < before + FILLS:
            venue.skip_quiet(desk.watch)
            _walk(desk)
        desk.ledger.event_hash()
        spent = time.perf_counter() - begun
    return spent / (desk.counters.fills - before)


@contextmanager
def ledger_commit(folder: Path) -> Iterator[Callable[[], None]]:
    """Open a ledger and give what commits fifty events to it, and nothing but their rows."""
    with _opened(folder / "events.duckdb", _EventsOnly) as (ledger, portions):
        yield lambda: _commit(ledger, portions)


@contextmanager
def ledger_commit_projected(folder: Path) -> Iterator[Callable[[], None]]:
    """Open a ledger and give what commits fifty events to it; all its tables follow as in a desk."""
    with _opened(folder / "projected.duckdb", DuckDbLedger) as (ledger, portions):
        yield lambda: _commit(ledger, portions)


class _EventsOnly(DuckDbLedger):
    def keep_up(self) -> None:
        pass  # the tables wait until the ledger is closed


def bench_profile(slots: int, **settings: str) -> Profile:
    """Load the profile `bench` with so many slots, and settings of one's own."""
    return load_profile(
        "bench",
        profiles=find_profiles({}, start=Path.cwd()),
        environ={},
        overrides={"slots": str(slots), **settings},
    )


def _grid(
    slots: int, closes: Floats, ledger: MemoryLedger | None = None
) -> tuple[Desk, PaperVenue]:
    profile = bench_profile(slots, slot_spacing_pct=f"{WIDTH_PCT / slots:f}")
    opening = np.concatenate([closes[:1], closes[:-1]])
    times = np.arange(len(closes), dtype=np.int64) * MINUTE_SECONDS * 1_000_000
    extremes = np.maximum(opening, closes), np.minimum(opening, closes)
    candles = _candles(profile, times, (opening, *extremes, closes))
    return replay_desk(profile, candles, ledger)


def _candles(profile: Profile, times: NDArray[np.int64], prices: Prices) -> Candles:
    instrument = instrument_of(profile)
    return Candles.from_numpy(
        times,
        prices,
        np.full(len(times), VOLUME),
        seconds=MINUTE_SECONDS,
        tick=instrument.price_tick,
        step=instrument.size_step,
    )


def _swing(count: int) -> Floats:
    minutes = np.arange(count, dtype=np.float64)
    swing = 0.015 * np.sin(minutes / 2) + 0.012 * np.sin(minutes / 7)
    return np.asarray(MIDDLE * (1 + swing), np.float64)


def _walk(desk: Desk) -> None:
    summary = tick(desk)
    if summary.over:
        raise RuntimeError("the candles were over before the measurement was")
    close_tick(desk, summary, orchestrated=False, task_run="")


@contextmanager
def _opened(path: Path, kind: type[DuckDbLedger]) -> Iterator[tuple[DuckDbLedger, Portions]]:
    profile = bench_profile(1)
    instrument = instrument_of(profile)
    found = LedgerFounded(
        genesis=GENESIS, env="paper", venue="paper", account="bench", symbol=instrument.symbol
    )
    ledger = kind.open(
        path, clock=SystemClock(), base=instrument.base, quote=instrument.quote, found=found
    )
    try:
        yield ledger, iter(list(_portions(instrument.base, instrument.quote)))
    finally:
        ledger.close()


def _portions(base: str, quote: str) -> Portions:
    """Deal out what a desk wrote on a market in swing, fifty rows at a time."""
    memory = MemoryLedger(base, quote, GENESIS)
    desk, venue = _grid(80, _swing(13 * COMMITS), memory)
    drive(desk, venue)
    rows = iter(memory.rows)
    while portion := list(islice(rows, EVENTS_A_COMMIT)):
        yield portion[-1][0], [entry for _, entry in portion]


def _commit(ledger: DuckDbLedger, portions: Portions) -> None:
    ledger.commit(*next(portions))
