"""Measure what must not grow with the number of slots, and what a ledger commit costs.

Rules: each row needs one function of `holdfast.wiring.bench` and is left out while that is missing:
`quiet_tick(slots)` and `per_fill(slots)` give seconds; `ledger_commit(folder)` is a context that opens a
ledger there and gives a function that commits fifty events in one transaction, event rows only;
`ledger_commit_projected` is the same with the tables following as they do in a desk. What is compared
is measured in turns.
"""

import json
import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from io import BufferedWriter
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from types import ModuleType

from benchmarks.workload import folder

FEW_SLOTS, MANY_SLOTS = 80, 10_000
TURNS = 5
QUIET_BAR = 2.0
FILL_BAR = 3.0
COMMITS = 1000
EVENTS_A_COMMIT = 50
COMMIT_EXTRA_SECONDS = 0.004
COMMIT_TAIL_BAR = 4.0
PROJECTED_SECONDS = 0.025

SlotCost = Callable[[int], float]
Commit = Callable[[], None]
Ledger = Callable[[Path], AbstractContextManager[Commit]]


@dataclass(frozen=True, slots=True)
class Row:
    """One budget: what was measured, the bar in words, and whether it was reached."""

    what: str
    measured: str
    bar: str
    reached: bool


def rows(bench: ModuleType | None) -> list[Row]:
    """Measure every budget whose function is there."""
    found: list[Row] = []
    quiet: SlotCost | None = getattr(bench, "quiet_tick", None)
    if quiet is not None:
        found.append(_growth("quiet tick", quiet, QUIET_BAR))
    fill: SlotCost | None = getattr(bench, "per_fill", None)
    if fill is not None:
        found.append(_growth("one fill", fill, FILL_BAR))
    opened: Ledger | None = getattr(bench, "ledger_commit", None)
    if opened is not None:
        ledger, jsonl = _commits(opened)
        found += [_middle(ledger, jsonl), _tail(ledger, jsonl)]
    projected: Ledger | None = getattr(bench, "ledger_commit_projected", None)
    if projected is not None:
        found.append(_with_tables(*_commits(projected)))
    return found


def _growth(what: str, cost: SlotCost, bar: float) -> Row:
    pairs = [(cost(FEW_SLOTS), cost(MANY_SLOTS)) for _ in range(TURNS)]
    few, many = (median(column) for column in zip(*pairs, strict=True))
    ratio = many / few
    measured = f"{many * 1e6:.2f} µs / {few * 1e6:.2f} µs = {ratio:.2f}"
    what = f"{what}, {MANY_SLOTS:,} slots / {FEW_SLOTS}"
    return Row(what, measured, f"at most {bar:g}", ratio <= bar)


def _commits(opened: Ledger) -> tuple[list[float], list[float]]:
    folder().mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder()) as name:
        place = Path(name)
        with opened(place) as commit, (place / "rival.jsonl").open("ab") as lines:
            pairs = [(_seconds(commit), _seconds(lambda: _append(lines))) for _ in range(COMMITS)]
    return [ours for ours, _ in pairs], [theirs for _, theirs in pairs]


def _middle(ledger: list[float], jsonl: list[float]) -> Row:
    ours, theirs = median(ledger), median(jsonl)
    what = f"ledger commit of {EVENTS_A_COMMIT} event rows, median of {COMMITS:,}"
    measured = f"{ours * 1e3:.2f} ms; JSONL and fdatasync {theirs * 1e3:.2f} ms"
    bar = f"at most JSONL + {COMMIT_EXTRA_SECONDS * 1e3:g} ms"
    return Row(what, measured, bar, ours <= theirs + COMMIT_EXTRA_SECONDS)


def _tail(ledger: list[float], jsonl: list[float]) -> Row:
    ours, theirs = (quantiles(figures, n=100)[98] for figures in (ledger, jsonl))
    what = f"ledger commit of {EVENTS_A_COMMIT} event rows, 99th of 100"
    measured = f"{ours * 1e3:.2f} ms; JSONL and fdatasync {theirs * 1e3:.2f} ms"
    bar = f"at most {COMMIT_TAIL_BAR:g} times JSONL"
    return Row(what, measured, bar, ours <= COMMIT_TAIL_BAR * theirs)


def _with_tables(ledger: list[float], jsonl: list[float]) -> Row:
    ours, theirs = median(ledger), median(jsonl)
    tail = quantiles(ledger, n=100)[98]
    what = f"the same with all tables, median of {COMMITS:,}"
    measured = f"{ours * 1e3:.2f} ms (99th of 100 {tail * 1e3:.0f}); JSONL {theirs * 1e3:.2f} ms"
    bar = f"at most {PROJECTED_SECONDS * 1e3:g} ms"
    return Row(what, measured, bar, ours <= PROJECTED_SECONDS)


def _append(lines: BufferedWriter) -> None:
    for number in range(EVENTS_A_COMMIT):
        event = {"sequence": number, "stream": f"slot/{number}", "type": "fill", "size": "100"}
        lines.write(json.dumps(event).encode() + b"\n")
    lines.flush()
    os.fdatasync(lines.fileno())


def _seconds(action: Commit) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun
