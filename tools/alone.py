"""Run every test module in a process of its own, and name those that do not pass alone.

Each process is fresh, knows only its module and runs it in random order; the seed is told, so that an
order can be had again. Exit codes: 0 all passed, 1 at least one did not. Standard library only.
"""

import argparse
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 3600.0  # seconds for one module; the slowest plays every drill, one after the other
NOTHING_TO_DO = 5  # pytest's word for: every test was taken away by a marker
LINES = 25  # of what a failing module said; all of it is kept in a file
KEPT = ROOT / "var" / "alone"


@dataclass(frozen=True)
class Ran:
    """How one module fared."""

    module: str
    passed: bool
    seconds: float
    told: str


def modules_in(paths: Iterable[Path]) -> Iterator[Path]:
    """List the test modules under the paths, each once, in order."""
    found = set()
    for path in paths:
        found |= {path} if path.is_file() else set(path.rglob("test_*.py"))
    yield from sorted(found)


def run_alone(
    module: Path, seed: int, *, words: Sequence[str] = (), longest: float = LONGEST
) -> Ran:
    """Run one module in a fresh process; one that hangs is ended with all it started."""
    options = ("-q", "-p", "no:cacheprovider", "-p", "randomly", f"--randomly-seed={seed}")
    command = [sys.executable, "-m", "pytest", *options, *words, str(module)]
    began = time.monotonic()
    process = subprocess.Popen(  # noqa: S603 (pytest, and a module of this checkout)
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        told, _ = process.communicate(timeout=longest)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        told = process.communicate()[0] + f"\nnot over after {longest:g} s"
    return Ran(
        module=name_of(module),
        passed=process.returncode in {0, NOTHING_TO_DO},
        seconds=time.monotonic() - began,
        told=told,
    )


def name_of(module: Path) -> str:
    """Name a module as one would type it."""
    return str(module.relative_to(ROOT) if module.is_relative_to(ROOT) else module)


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def tell(ran: Ran, number: int, of: int) -> None:
    """Say how a module fared, and of one that failed what it said last."""
    say(f"{number}/{of} {'ok    ' if ran.passed else 'FAILED'} {ran.seconds:6.1f} s  {ran.module}")
    if not ran.passed:
        say("\n".join(f"    {line}" for line in ran.told.splitlines()[-LINES:]))
        KEPT.mkdir(parents=True, exist_ok=True)
        path = KEPT / f"{Path(ran.module).stem}.log"
        path.write_text(ran.told, encoding="utf-8")
        say(f"    all it said: {name_of(path)}")


def parse(words: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Run every test module in a process of its own.")
    parser.add_argument("paths", nargs="*", type=Path, default=[ROOT / "tests"])
    parser.add_argument("-n", "--at-once", type=int, default=2, help="how many at a time")
    parser.add_argument("--seed", type=int, default=None, help="of the order; default: drawn")
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> int:
    """Run them all; return the exit code."""
    asked = parse(words)
    seed = secrets.randbelow(10**6) if asked.seed is None else asked.seed
    modules = list(modules_in(path.resolve() for path in asked.paths))
    say(f"{len(modules)} modules, {asked.at_once} at a time, seed {seed}")
    began, failed = time.monotonic(), []
    with ThreadPoolExecutor(asked.at_once) as pool:
        for number, ran in enumerate(pool.map(lambda one: run_alone(one, seed), modules), 1):
            tell(ran, number, len(modules))
            failed += [] if ran.passed else [ran.module]
    say(
        f"{len(modules) - len(failed)} of {len(modules)} pass alone, seed {seed}, {time.monotonic() - began:.0f} s"
    )
    for module in failed:
        say(f"does not pass alone: {module}")
    return 1 if failed or not modules else 0


if __name__ == "__main__":
    sys.exit(main())
