"""Measure what all that may be switched on costs a live tick: `python -m benchmarks.everything`.

Rules: both desks tick in turns in one run over one market, each commits to a file of its own, and the
middle of a thousand ticks counts, beside it those of ticks that commit and of quiet ones, which pay for no
commit; a lively market and a quiet one. What is read between two ticks has a row of its own, which says
also what the ticks would come to with it. Exit code 0 where each bar was reached, 3 where one was missed.
"""

import sys
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

from benchmarks import machine
from benchmarks.counts import Row
from benchmarks.workload import folder
from holdfast.wiring.bench_live import MARKETS, SLOTS, TICKS, Tick, live_ticks, middle

BAR = 2.0
READING = 0.005  # seconds, as the issue of signals bounds an inference
MISSED = 3
KINDS = {"all": None, "that commit": True, "quiet": False}


def rows(ticks: int = TICKS) -> list[Row]:
    """Measure, and say whether the bars were reached."""
    folder().mkdir(parents=True, exist_ok=True)
    found = []
    for market in MARKETS:
        with TemporaryDirectory(dir=folder()) as name:
            off, on = live_ticks(Path(name), ticks, market)
        found += [_row(market, kind, off, on) for kind in KINDS]
        found.append(_reading(market, off, on))
    return found


def _row(market: str, kind: str, off: list[Tick], on: list[Tick]) -> Row:
    commits = KINDS[kind]
    less, more = middle(off, commits=commits), middle(on, commits=commits)
    counts = [sum(commits in {None, one.commits} for one in ticks) for ticks in (on, off)]
    what = (
        f"{market} market: live tick with everything on / off, {SLOTS} slots, p50 of ticks, {kind}"
    )
    measured = (
        f"{more * 1e6:.0f} µs of {counts[0]:,} / {less * 1e6:.0f} µs of {counts[1]:,}"
        f" = {_ratio(more, less)}"
    )
    return Row(what, measured, f"at most {BAR:g}", more <= BAR * less)


def _reading(market: str, off: list[Tick], on: list[Tick]) -> Row:
    taken = [one.reading for one in on if one.reading] or [0.0, 0.0]
    cuts = quantiles(taken, n=20)
    whole = middle([one._replace(seconds=one.seconds + one.reading) for one in on])
    measured = (
        f"p50 {cuts[9] * 1e6:.0f} µs, p95 {cuts[18] * 1e6:.0f} µs of {len(taken):,}; with it all ticks"
        f" {whole * 1e6:.0f} µs / {middle(off) * 1e6:.0f} µs = {_ratio(whole, middle(off))}"
    )
    what = f"{market} market: reading closed candles between two ticks"
    return Row(what, measured, f"p50 at most {READING * 1e3:g} ms", cuts[9] <= READING)


def _ratio(more: float, less: float) -> str:
    return f"{more / less:.2f}" if less else "none"


def main() -> int:
    """Measure and print, with the load of the machine."""
    found = rows()
    for one in found:
        print(f"{one.what}: {one.measured} ({one.bar}, {'reached' if one.reached else 'missed'})")
    print(f"load {machine.load_average()}")
    return 0 if all(one.reached for one in found) else MISSED


if __name__ == "__main__":
    sys.exit(main())
