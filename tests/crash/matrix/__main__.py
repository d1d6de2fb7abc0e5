"""Run the crash matrix, or a day, from the command line: `python -m crash.matrix kills --kills 20`.

A run says its seed first and its figures last, as one line of JSON; one that fails keeps its folder and
says how to repeat it. Exit codes: 0 all held, 1 something broke.
"""

import argparse
import json
import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # no threads of others in the one who forks


def parse():
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="crash.matrix")
    parser.add_argument("--folder", type=Path, default=None, help="where to work; kept")
    parser.add_argument("--seed", type=int, default=None)
    what = parser.add_subparsers(dest="what", required=True)
    kills = what.add_parser("kills", help="kill desk and exchange")
    kills.add_argument("--kills", type=int, default=20)
    kills.add_argument("--exchange-kills", type=int, default=None, help="a tenth of --kills")
    kills.add_argument("--first", type=int, default=None, help="stop after so many of the plan")
    day = what.add_parser("day", help="trade for hours of market time")
    day.add_argument("--hours", type=float, default=24.0)
    day.add_argument("--faults", action="store_true", help="with the whole fault plan")
    day.add_argument("--slots", type=int, default=20)
    return parser.parse_args()


def run_of(asked, folder, seed):
    """Make what was asked for, and say it in words."""
    from crash.matrix.day import Day
    from crash.matrix.kills import Matrix
    from crash.matrix.site import Site, day_settings

    if asked.what == "kills":
        others = asked.exchange_kills
        others = max(1, asked.kills // 10) if others is None else others
        words = f"{asked.kills} kills of the desk, {others} of the exchange"
        return Matrix(Site(folder, seed=seed), asked.kills, others, seed, say, asked.first), words
    site = Site(folder, seed=seed, **day_settings(asked.slots))
    words = (
        f"{asked.hours} h of {asked.slots} slots, {'whole' if asked.faults else 'no'} fault plan"
    )
    return Day(site, asked.hours, seed, say, faults=asked.faults), words


def say(line):
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main():
    """Run, say how it went, and how to repeat it."""
    asked = parse()
    seed = secrets.randbelow(10**6) if asked.seed is None else asked.seed
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="holdfast-crash-", dir=room(asked.what)))
    folder.mkdir(parents=True, exist_ok=True)
    from crash.matrix.life import preload

    preload()
    run, words = run_of(asked, folder, seed)
    say(f"{words}, seed {seed}")
    try:
        report = run.run()
    except AssertionError as broken:
        say(f"BROKEN at kill {run.number}, life {run.lives}, seed {seed}: {broken}")
        say(f"so far: {json.dumps(run.report(0))}")
        say(f"kept: {folder}; repeat: --seed {seed} {' '.join(rest_of(sys.argv))}")
        return 1
    finally:
        run.site.close()
    if asked.folder is None:
        shutil.rmtree(folder, ignore_errors=True)
    say(json.dumps(report))
    return 0


def room(what):
    """Say where a run may write: a day kills nobody and waits for no disk, where memory has room."""
    memory = Path("/dev/shm")  # noqa: S108 (the run makes a folder of its own in it)
    return memory if what == "day" and memory.is_dir() and os.access(memory, os.W_OK) else None


def rest_of(argv):
    """Pick what was asked, without where and with which seed."""
    return argv[next(n for n, word in enumerate(argv) if word in {"kills", "day"}) :]


if __name__ == "__main__":
    sys.exit(main())
