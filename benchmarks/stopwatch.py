"""Time an engine by repeating it from a fresh state until enough time has passed.

Rules: building the state is timed apart from running it; the speed is all candles over all seconds of
the runs, so a short run is not a lucky one; runs that disagree about the fills are an error; a run that
takes no time at all is stopped after a thousand.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

MIN_SECONDS = 1.0
MOST_REPEATS = 1000

State = TypeVar("State")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds of all runs, seconds of building one state, and the fills of each run."""

    seconds: float
    build_seconds: float
    repeats: int
    fills: int


def seconds_of(action: Callable[[], object]) -> float:
    """Say how long one call takes."""
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def repeat(
    build: Callable[[], State], run: Callable[[State], int], min_seconds: float = MIN_SECONDS
) -> Timing:
    """Run fresh states until `min_seconds` were spent running."""
    running = building = 0.0
    fills: list[int] = []
    while running < min_seconds and len(fills) < MOST_REPEATS:
        begun = time.perf_counter()
        state = build()
        built = time.perf_counter()
        fills.append(run(state))
        running += time.perf_counter() - built
        building += built - begun
    if len(set(fills)) > 1:
        message = f"the same run gave different fills: {sorted(set(fills))}"
        raise RuntimeError(message)
    return Timing(
        seconds=running, build_seconds=building / len(fills), repeats=len(fills), fills=fills[0]
    )
