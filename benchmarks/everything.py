"""Measure what all that may be switched on costs a live tick: `python -m benchmarks.everything`.

Rules: both desks tick in turns in one run over one market, each commits to a file of its own, and the
middle of a thousand ticks counts, beside it those of ticks that commit and of quiet ones, which pay for no
commit; exit code 0 where each bar was reached, 3 where one was missed.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import machine
from benchmarks.counts import Row
from benchmarks.workload import folder
from holdfast.wiring.bench_live import SLOTS, TICKS, Tick, live_ticks, middle

BAR = 2.0
MISSED = 3
KINDS = {"all": None, "that commit": True, "quiet": False}


def rows(ticks: int = TICKS) -> list[Row]:
    """Measure, and say whether the bars were reached."""
    folder().mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder()) as name:
        off, on = live_ticks(Path(name), ticks)
    return [_row(kind, off, on) for kind in KINDS]


def _row(kind: str, off: list[Tick], on: list[Tick]) -> Row:
    commits = KINDS[kind]
    less, more = middle(off, commits=commits), middle(on, commits=commits)
    counts = [sum(commits in {None, one.commits} for one in ticks) for ticks in (on, off)]
    what = f"live tick with everything on / off, {SLOTS} slots, p50 of ticks, {kind}"
    ratio = f"{more / less:.2f}" if less else "none"
    measured = (
        f"{more * 1e6:.0f} µs of {counts[0]:,} / {less * 1e6:.0f} µs of {counts[1]:,} = {ratio}"
    )
    return Row(what, measured, f"at most {BAR:g}", more <= BAR * less)


def main() -> int:
    """Measure and print, with the load of the machine."""
    found = rows()
    for one in found:
        print(f"{one.what}: {one.measured} ({one.bar}, {'reached' if one.reached else 'missed'})")
    print(f"load {machine.load_average()}")
    return 0 if all(one.reached for one in found) else MISSED


if __name__ == "__main__":
    sys.exit(main())
