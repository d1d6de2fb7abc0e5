"""Measure the engine on the common grid: matching, decisions, events and hash, nothing else."""

import gc
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.config.folders import find_profiles
from holdfast.config.loader import load_profile
from holdfast.config.profile import Profile
from holdfast.replay.drive import drive
from holdfast.venue.candles import Candles
from holdfast.wiring.replay import replay_desk
from holdfast.wiring.rules import instrument_of

VOLUME = 10**9


def measure(
    times: NDArray[np.int64],
    prices: tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]],
    slots: int,
    min_seconds: float = 1.0,
) -> dict[str, Any]:
    """Replay the candles again and again until `min_seconds` were timed; times are seconds."""
    profile = bench_profile(slots)
    instrument = instrument_of(profile)
    candles = Candles.from_numpy(
        times * 1_000_000,
        prices,
        np.full(len(times), VOLUME),
        seconds=60,
        tick=instrument.price_tick,
        step=instrument.size_step,
    )
    spent, repeats, fills, orders, digest = 0.0, 0, 0, 0, ""
    while spent < min_seconds:
        desk, venue = replay_desk(profile, candles)
        gc.collect()
        started = time.perf_counter()
        walked = drive(desk, venue)
        digest = desk.ledger.event_hash()
        spent += time.perf_counter() - started
        repeats += 1
        fills, orders = desk.counters.fills, desk.counters.orders_placed
        if walked != len(candles) or desk.books.holds:
            raise RuntimeError(f"the replay stopped early: {walked} candles, {desk.books.holds}")
    return {
        "candles_per_second": len(candles) * repeats / spent,
        "seconds": spent / repeats,
        "repeats": repeats,
        "fills": fills,
        "orders": orders,
        "event_hash": digest,
    }


def bench_profile(slots: int) -> Profile:
    """Load the profile `bench` with so many slots."""
    return load_profile(
        "bench",
        profiles=find_profiles({}, start=Path.cwd()),
        environ={},
        overrides={"slots": str(slots)},
    )
