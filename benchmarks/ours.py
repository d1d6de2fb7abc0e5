"""Run our replay on the workload, as `python -m benchmarks.ours SLOTS CANDLES`.

Rules: the replay is measured by `holdfast.wiring.bench.measure`, which repeats it until a second has
passed and gives `candles_per_second`, `fills`, `seconds` of all repeats and `repeats`; every other key
that ends in `_seconds` is time it kept out of the timing. Without that module the answer is a reason.
"""

import importlib
import sys
import time
from collections.abc import Mapping
from importlib.metadata import version
from types import ModuleType

from benchmarks import workload
from benchmarks.protocol import (
    Outcome,
    Result,
    Unavailable,
    announce,
    arguments,
    peak_rss_mb,
)
from benchmarks.stopwatch import MIN_SECONDS

BENCH = "holdfast.wiring.bench"
SUFFIX = "_seconds"


def find_bench() -> ModuleType | None:
    """Import the product's own measurements, or say that they are not there."""
    try:
        return importlib.import_module(BENCH)
    except ModuleNotFoundError as missing:
        if not f"{BENCH}.".startswith(f"{missing.name}."):
            raise
        return None


def measure(slots: int, count: int) -> Outcome:
    """Measure our replay of the first `count` candles, if it is there."""
    begun = time.perf_counter()
    bench = find_bench()
    if bench is None:
        return Unavailable(f"not available: {BENCH} does not exist yet")
    imported = time.perf_counter()
    candles = workload.load(count)
    loaded = time.perf_counter()
    figures = bench.measure(*candles, slots, min_seconds=MIN_SECONDS)
    outside = {"import": imported - begun, "load": loaded - imported}
    return _result(figures, outside, slots, candles)


def _result(
    figures: Mapping[str, float],
    outside: dict[str, float],
    slots: int,
    candles: workload.Candles,
) -> Result:
    kept_out = {
        key.removesuffix(SUFFIX): float(value)
        for key, value in figures.items()
        if key.endswith(SUFFIX)
    }
    return Result(
        engine="holdfast",
        version=version("holdfast"),
        slots=slots,
        candles=len(candles.times),
        digest=workload.digest(candles),
        fills=int(figures["fills"]),
        seconds=float(figures["seconds"]),
        repeats=int(figures["repeats"]),
        candles_per_second=float(figures["candles_per_second"]),
        peak_rss_mb=peak_rss_mb(),
        outside=outside | kept_out,
    )


if __name__ == "__main__":
    announce(measure(*arguments(sys.argv[1:])))
