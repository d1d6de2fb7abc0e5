"""Turn a peer's two functions, build and run, into its process.

Rules: candles come from the workload's file; what was built or compiled before the timing is announced
beside it by name, never added to it.
"""

import sys
from collections.abc import Callable
from typing import TypeVar

from benchmarks import workload
from benchmarks.protocol import Result, announce, arguments, peak_rss_mb
from benchmarks.stopwatch import repeat, seconds_of

State = TypeVar("State")
Build = Callable[[workload.Candles, int], State]
Run = Callable[[State], int]
NOTHING = dict[str, float]


def play(
    engine: str,
    version: str,
    build: Build[State],
    run: Run[State],
    *,
    compiles: bool = False,
    apart: Callable[[], dict[str, float]] = NOTHING,
) -> None:
    """Time one peer on the workload named on the command line and announce the result.

    A peer that `compiles` runs once before the timing. `apart` gives seconds, by name, that the peer
    spent inside its runs on work the benchmark does not time; they are taken off.
    """
    slots, count = arguments(sys.argv[1:])
    candles = workload.load(count)
    outside = {}
    if compiles:
        outside["compile"] = seconds_of(lambda: run(build(candles, slots)))
    apart_before = apart()
    timing = repeat(lambda: build(candles, slots), run)
    spent_apart = {name: total - apart_before[name] for name, total in apart().items()}
    seconds = timing.seconds - sum(spent_apart.values())
    outside["load"] = timing.build_seconds
    outside |= {name: total / timing.repeats for name, total in spent_apart.items()}
    announce(
        Result(
            engine=engine,
            version=version,
            slots=slots,
            candles=count,
            digest=workload.digest(candles),
            fills=timing.fills,
            seconds=seconds,
            repeats=timing.repeats,
            candles_per_second=count * timing.repeats / seconds,
            peak_rss_mb=peak_rss_mb(),
            outside=outside,
        )
    )
