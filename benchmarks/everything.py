"""Measure what all that may be switched on costs a live tick: `python -m benchmarks.everything`.

Rules: both desks tick in turns in one run, each commits to a file of its own, and the middle of a thousand
ticks counts; exit code 0 where the bar was reached, 3 where it was missed.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import machine
from benchmarks.counts import Row
from benchmarks.workload import folder
from holdfast.wiring.bench_live import SLOTS, TICKS, live_ratio

BAR = 2.0
MISSED = 3


def row(ticks: int = TICKS) -> Row:
    """Measure, and say whether the bar was reached."""
    folder().mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder()) as name:
        off, on = live_ratio(Path(name), ticks)
    what = f"live tick with everything on / off, {SLOTS} slots, commit included, p50 of {ticks:,}"
    measured = f"{on * 1e6:.0f} µs / {off * 1e6:.0f} µs = {on / off:.2f}"
    return Row(what, measured, f"at most {BAR:g}", on <= BAR * off)


def main() -> int:
    """Measure and print, with the load of the machine."""
    found = row()
    print(f"{found.what}: {found.measured} ({found.bar}); load {machine.load_average()}")
    return 0 if found.reached else MISSED


if __name__ == "__main__":
    sys.exit(main())
