"""Run several drills, each in a process of its own, some at a time."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import msgspec

from holdfast.domain.errors import HoldfastError
from holdfast.rollout.drills.results import DrillResult

LONGEST = 600.0  # machine seconds for one drill


def run_together(
    names: Sequence[str],
    jobs: int,
    profiles: Path | None,
    tell: Callable[[DrillResult], None],
) -> list[DrillResult]:
    """Run drills; return what they came to, in the order they were named."""
    with ThreadPoolExecutor(jobs) as pool:
        begun = {pool.submit(_run, name, profiles): name for name in names}
        found = {}
        for one in as_completed(begun):
            found[begun[one]] = one.result()
            tell(found[begun[one]])
    return [found[name] for name in names]


def _run(name: str, profiles: Path | None) -> DrillResult:
    command = [sys.executable, "-m", "holdfast", "drill", name, "--json"]
    command += [] if profiles is None else ["--profiles", str(profiles)]
    done = subprocess.run(  # noqa: S603
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=LONGEST,
        env=dict(os.environ),
    )
    try:
        return msgspec.json.decode(done.stdout, type=DrillResult)
    except msgspec.MsgspecError:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        said = lines[-1] if lines else "it said nothing"
        raise HoldfastError(f"drill {name} ended with {done.returncode}: {said}") from None
