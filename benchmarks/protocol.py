"""Carry one engine's result from its own process back to the run.

Rules: standard library only, since it is imported in every peer's environment; a child prints exactly
one line that starts with RESULT; anything else it prints is ignored.
"""

import json
import resource
import sys
from dataclasses import asdict, dataclass, field

MARK = "RESULT "


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one engine did with the workload; `outside` holds seconds that were not timed, by name."""

    engine: str
    version: str
    slots: int
    candles: int
    digest: str
    fills: int
    seconds: float
    repeats: int
    candles_per_second: float
    peak_rss_mb: float = 0.0
    outside: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Why an engine gave no result."""

    reason: str


Outcome = Result | Unavailable


def arguments(argv: list[str]) -> tuple[int, int]:
    """Read SLOTS and CANDLES as a child process is given them."""
    if len(argv) != 2 or not all(word.isdecimal() and int(word) > 0 for word in argv):
        sys.exit("usage: python -m MODULE SLOTS CANDLES (two whole numbers above zero)")
    return int(argv[0]), int(argv[1])


def peak_rss_mb() -> float:
    """Say the largest memory this process has held, in MiB."""
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, 1)


def announce(outcome: Outcome) -> None:
    """Print the one line the run reads."""
    sys.stdout.write(MARK + json.dumps(asdict(outcome)) + "\n")
    sys.stdout.flush()


def parse(output: str) -> Outcome:
    """Read the RESULT line out of what a child printed."""
    lines = [line for line in output.splitlines() if line.startswith(MARK)]
    if len(lines) != 1:
        return Unavailable(f"printed {len(lines)} result lines instead of one")
    fields = json.loads(lines[0].removeprefix(MARK))
    return Unavailable(**fields) if "reason" in fields else Result(**fields)
