"""Draw the verdicts from the rounds.

Rules: the bars are set for eighty slots and judge no other run; a row without a figure is never a pass;
the replay's fills must be those of the plain loop, give or take one; the fills of peers are shown and
not judged, since most see only the close of a bar.
"""

from dataclasses import dataclass
from statistics import fmean

from benchmarks.counts import Row
from benchmarks.environments import Environment, Peer
from benchmarks.protocol import Outcome, Result, Unavailable
from benchmarks.rounds import (
    Round,
    Spread,
    outcomes_of,
    own_outcomes,
    ratios,
    results,
    spread,
)

FILLS_APART = 1
BAR_SLOTS = 80
PASSES = {"stretch reached", "reached", "no bar"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What was run, and on what."""

    slots: int
    candles: int
    rounds: int
    digest: str
    machine: str
    load_before: float
    load_after: float
    reference_fills: int
    snapped_fills: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """One engine's figures over all rounds; `reason` says why there are none."""

    title: str
    version: str = ""
    speed: Spread | None = None
    fills: tuple[int, ...] = ()
    seconds: float = 0.0
    repeats: int = 0
    peak_rss_mb: float = 0.0
    outside: dict[str, float]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A peer beside ours, with the bar it sets."""

    engine: Engine
    bar: float
    stretch: float
    ratio: Spread | None
    environment_mb: float
    environment_seconds: float
    judged: bool

    def verdict(self) -> str:
        """Say in a word whether the bar was reached."""
        if self.ratio is None:
            return "no figure"
        if not self.judged:
            return "no bar"
        if self.ratio.median >= self.stretch:
            return "stretch reached"
        return "reached" if self.ratio.median >= self.bar else "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that one run found."""

    setting: Setting
    ours: Engine
    peers: tuple[Comparison, ...]
    counts: tuple[Row, ...]

    def fills_agree(self) -> bool:
        """Say whether every run of ours filled as a plain loop does, at raw or at snapped prices."""
        loops = (self.setting.reference_fills, self.setting.snapped_fills)
        return bool(self.ours.fills) and any(
            all(abs(fills - loop) <= FILLS_APART for fills in self.ours.fills) for loop in loops
        )

    def reached(self) -> bool:
        """Say whether every bar was reached."""
        ratios_hold = all(each.verdict() in PASSES for each in self.peers)
        return ratios_hold and self.fills_agree() and all(row.reached for row in self.counts)


def draw(
    setting: Setting,
    turns: list[Round],
    peers: dict[Peer, Environment],
    counts: list[Row],
) -> Report:
    """Sum up the rounds."""
    compared = tuple(
        Comparison(
            engine=_engine(peer.title, outcomes_of(turns, peer.name)),
            bar=peer.bar,
            stretch=peer.stretch,
            ratio=spread(ratios(turns, peer.name)),
            environment_mb=environment.megabytes,
            environment_seconds=environment.seconds,
            judged=setting.slots == BAR_SLOTS,
        )
        for peer, environment in peers.items()
    )
    ours = _engine("holdfast", own_outcomes(turns))
    return Report(setting=setting, ours=ours, peers=compared, counts=tuple(counts))


def _engine(title: str, outcomes: list[Outcome]) -> Engine:
    good = results(outcomes)
    reasons = [each.reason for each in outcomes if isinstance(each, Unavailable)]
    reason = reasons[0] if reasons else ""
    if not good:
        return Engine(title=title, outside={}, reason=reason)
    return Engine(
        title=title,
        version=good[0].version,
        speed=spread([each.candles_per_second for each in good]),
        fills=tuple(sorted({each.fills for each in good})),
        seconds=fmean(each.seconds for each in good),
        repeats=round(fmean(each.repeats for each in good)),
        peak_rss_mb=max(each.peak_rss_mb for each in good),
        outside=_outside(good),
        reason=reason,
    )


def _outside(good: list[Result]) -> dict[str, float]:
    names = list(dict.fromkeys(name for each in good for name in each.outside))
    return {name: fmean(each.outside.get(name, 0.0) for each in good) for name in names}
