"""Run ours and the peers in turn, and compare them round by round.

Rules: ours runs before and after every peer, and a peer is compared with the mean of those two, so that
a machine that slows down for a while slows both; medians, with the least and the most beside them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import fmean, median
from typing import NamedTuple

from benchmarks.launch import Launch
from benchmarks.protocol import Outcome, Result


class Spread(NamedTuple):
    """The median of some figures, the least and the most."""

    median: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Round:
    """One turn: a peer's outcome with ours before and after it."""

    peer: str
    before: Outcome
    outcome: Outcome
    after: Outcome


def play(
    own: Launch, peers: Mapping[str, Launch], rounds: int, say: Callable[[str], None]
) -> list[Round]:
    """Run ours, a peer, ours, the next peer, and so on, `rounds` times."""
    turns: list[Round] = []
    for number in range(1, rounds + 1):
        say(f"round {number} of {rounds}: ours")
        before = own()
        for name, launch in peers.items():
            say(f"round {number} of {rounds}: {name}")
            outcome = launch()
            say(f"round {number} of {rounds}: ours")
            after = own()
            turns.append(Round(name, before, outcome, after))
            before = after
    return turns


def spread(figures: list[float]) -> Spread | None:
    """Summarise figures; none give no summary."""
    return Spread(median(figures), min(figures), max(figures)) if figures else None


def ratios(turns: list[Round], name: str) -> list[float]:
    """Say how many times faster ours was than a peer, a figure for each round that has all three."""
    found: list[float] = []
    for turn in turns:
        around = [each for each in (turn.before, turn.after) if isinstance(each, Result)]
        if turn.peer == name and isinstance(turn.outcome, Result) and len(around) == 2:
            ours = fmean(each.candles_per_second for each in around)
            found.append(ours / turn.outcome.candles_per_second)
    return found


def own_outcomes(turns: list[Round]) -> list[Outcome]:
    """Give every run of ours once, in order."""
    outcomes: list[Outcome] = []
    for turn in turns:
        if not outcomes or turn.before is not outcomes[-1]:
            outcomes.append(turn.before)
        outcomes.append(turn.after)
    return outcomes


def outcomes_of(turns: list[Round], name: str) -> list[Outcome]:
    """Give every run of a peer, in order."""
    return [turn.outcome for turn in turns if turn.peer == name]


def results(outcomes: list[Outcome]) -> list[Result]:
    """Keep the outcomes that are results."""
    return [outcome for outcome in outcomes if isinstance(outcome, Result)]
