"""Run one engine as a process of its own and read its result.

Rules: every run is a fresh process, so no engine warms another's caches; a process that fails, says
nothing or takes too long becomes a reason in the table, never an exception.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.environments import Environment, Peer
from benchmarks.protocol import Outcome, Result, Unavailable, parse
from benchmarks.workload import FOLDER_VARIABLE, ROOT, folder

PATIENCE_SECONDS = 1800

Launch = Callable[[], Outcome]


def ours(slots: int, candles: int) -> Launch:
    """Say how to run our own replay."""
    return lambda: _run(Path(sys.executable), "benchmarks.ours", slots, candles)


def peer(which: Peer, environment: Environment, slots: int, candles: int) -> Launch:
    """Say how to run a peer in its environment."""
    module = f"benchmarks.peers.{which.name}"
    return lambda: _run(environment.python, module, slots, candles)


def checked(outcome: Outcome, digest: str) -> Outcome:
    """Refuse a result that was measured on other candles."""
    if isinstance(outcome, Result) and outcome.digest != digest:
        return Unavailable(f"ran other candles ({outcome.digest}, not {digest})")
    return outcome


def _run(python: Path, module: str, slots: int, candles: int) -> Outcome:
    settings = os.environ | {FOLDER_VARIABLE: str(folder()), "PYTHONDONTWRITEBYTECODE": "1"}
    for name in ("PYTHONPATH", "VIRTUAL_ENV"):
        settings.pop(name, None)
    command = [str(python), "-m", module, str(slots), str(candles)]
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=settings,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Unavailable(f"gave no result in {PATIENCE_SECONDS} s")
    if done.returncode:
        return Unavailable(_last_line(done.stderr) or f"ended with {done.returncode}")
    return parse(done.stdout)


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""
