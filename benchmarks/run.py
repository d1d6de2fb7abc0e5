"""Compare the replay with its peers in one run: `python -m benchmarks.run`.

Rules: environments and candles are prepared before anything is timed; progress goes to stderr and the
table or JSON to stdout; the page is rewritten only by a run of all peers at the slots the bars are set
for, unless it is named; exit code 0
when every bar was reached, 3 when one was missed or has no figure, 2 for a bad argument.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import launch, machine, page, reference, rounds, workload
from benchmarks.counts import rows
from benchmarks.environments import PEERS, Environment, EnvironmentNotMadeError, Peer, prepare
from benchmarks.launch import Launch
from benchmarks.ours import find_bench
from benchmarks.report import BAR_SLOTS, Report, Setting, draw

PAGE = workload.ROOT / "docs" / "benchmarks.md"
MOST_SLOTS = 10_000
MOST_ROUNDS = 100
MISSED, NOT_MADE = 3, 1


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print, and rewrite the page."""
    options = _options(argv)
    try:
        report = measure(options.rounds, options.slots, options.candles, options.only)
    except EnvironmentNotMadeError as problem:
        _say(f"a peer's environment could not be made: {problem}")
        return NOT_MADE
    text = page.render(report)
    print(json.dumps(page.as_json(report), indent=2) if options.json else text)
    target = options.page or (PAGE if _is_whole(options) else None)
    if target is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return 0 if report.reached() else MISSED


def measure(count: int, slots: int, candles: int, chosen: Sequence[Peer]) -> Report:
    """Prepare what is needed, run all rounds, and draw the report."""
    environments = {peer: _prepared(peer) for peer in chosen}
    market = workload.load(candles)
    digest = workload.digest(market)
    _say("plain loops")
    plain = reference.ladder(market, slots)
    snapped = reference.ladder(market, slots, snapped=True)
    before = machine.load_average()
    launches = {
        peer.name: _checked(launch.peer(peer, environment, slots, candles), digest)
        for peer, environment in environments.items()
    }
    own = _checked(launch.ours(slots, candles), digest)
    turns = rounds.play(own, launches, count, _say_with_load)
    counts = rows(find_bench())
    setting = Setting(
        slots=slots,
        candles=candles,
        rounds=count,
        digest=digest,
        machine=machine.describe(),
        load_before=before,
        load_after=machine.load_average(),
        reference_fills=plain.fills,
        snapped_fills=snapped.fills,
    )
    return draw(setting, turns, environments, counts)


def _prepared(peer: Peer) -> Environment:
    _say(f"environment of {peer.title}")
    environment = prepare(peer)
    if environment.seconds:
        _say(f"  made in {environment.seconds:.0f} s, {environment.megabytes:.0f} MiB")
    return environment


def _checked(run: Launch, digest: str) -> Launch:
    return lambda: launch.checked(run(), digest)


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.run",
        description="Compare the replay with its peers, in turns, on the same candles.",
        epilog="example: python -m benchmarks.run --rounds 1 --only vectorbt",
    )
    parser.add_argument("--rounds", type=_between(MOST_ROUNDS), default=3)
    parser.add_argument("--candles", type=_between(workload.MOST_CANDLES), default=5000)
    parser.add_argument("--slots", type=_between(MOST_SLOTS), default=BAR_SLOTS)
    parser.add_argument("--only", type=_peers, default=list(PEERS), metavar="PEER,…")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the tables")
    parser.add_argument("--page", type=_file, help="write the page here")
    return parser.parse_args(argv)


def _is_whole(options: argparse.Namespace) -> bool:
    return bool(options.only == list(PEERS) and options.slots == BAR_SLOTS)


def _between(most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isdecimal() or not 1 <= int(text) <= most:
            raise argparse.ArgumentTypeError(
                f"must be a whole number from 1 to {most}, not {text!r}"
            )
        return int(text)

    return read


def _file(text: str) -> Path:
    path = Path(text)
    if path.is_dir():
        raise argparse.ArgumentTypeError(f"{text!r} is a folder; name a file")
    return path


def _peers(text: str) -> list[Peer]:
    named = {peer.name: peer for peer in PEERS}
    unknown = [name for name in text.split(",") if name not in named]
    if unknown:
        known = ", ".join(named)
        raise argparse.ArgumentTypeError(f"unknown peer {unknown[0]!r}; the peers are {known}")
    return [peer for peer in PEERS if peer.name in text.split(",")]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _say_with_load(text: str) -> None:
    _say(f"{text} (load {machine.load_average():.2f})")


if __name__ == "__main__":
    sys.exit(main())
