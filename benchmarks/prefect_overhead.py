"""Measure what an orchestrator adds to a tick: `PREFECT_API_URL=… python -m benchmarks.prefect_overhead`.

The same ticks of known length are run alone and inside the bracket of a real session, in turns.
Rules: a real server must be running; ticks leave a pause, as a desk does; nothing is asserted here.
"""

import argparse
import statistics
import sys
import time

from benchmarks import machine
from flows.session import sit
from holdfast.desk.bracket.session import ATTACHED, SessionBracket
from holdfast.desk.tick import TickSummary
from tasks.server import api_url, recorder


def main() -> None:
    """Print one line for each way of running a tick."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ticks", type=int, default=500)
    parser.add_argument("--tick-ms", type=float, default=2.0, help="work inside a tick")
    parser.add_argument("--pause-ms", type=float, default=50.0, help="rest between two ticks")
    known = parser.parse_args()
    bracket = SessionBracket(
        recorder(api_url(), sit), profile="bench", session_seconds=3600, patience_seconds=0.05
    )
    bracket.attach()
    if not _attached(bracket):
        sys.exit("no session within a minute; is the server at PREFECT_API_URL running?")
    print(machine.describe(), f"load {machine.load_average()}")
    _measure(bracket, known.ticks, known.tick_ms / 1000, known.pause_ms / 1000)
    bracket.close(5)


def _attached(bracket: SessionBracket) -> bool:
    for _ in range(600):
        if bracket.state() == ATTACHED:
            return True
        time.sleep(0.1)
    return False


def _measure(bracket: SessionBracket, ticks: int, work: float, pause: float) -> None:
    alone: list[float] = []
    inside: list[float] = []
    missed = 0
    for number in range(1, ticks + 1):
        time.sleep(pause)
        started = time.perf_counter()
        _tick(number, work)
        alone.append(time.perf_counter() - started)
        time.sleep(pause)
        bracket.wants(minute_over=False, changed_last=True)
        started = time.perf_counter()
        done = bracket.bracket(number, lambda number=number: _tick(number, work))
        inside.append(time.perf_counter() - started)
        missed += not done.orchestrated
    added = [one - statistics.median(alone) for one in inside]
    for name, times in (("alone", alone), ("recorded", inside), ("added", added)):
        cuts = statistics.quantiles(times, n=100)
        p50, p99 = statistics.median(times) * 1000, cuts[98] * 1000
        print(f"{name:9} p50 {p50:6.2f} ms  p99 {p99:6.2f} ms  max {max(times) * 1000:6.2f} ms")
    print(f"{ticks} ticks each way, {missed} missed their record")


def _tick(number: int, seconds: float) -> TickSummary:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass
    return TickSummary(tick=number, first_sequence=number, last_sequence=number, events=1)


if __name__ == "__main__":
    main()
