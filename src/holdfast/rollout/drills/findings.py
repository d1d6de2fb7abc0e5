"""Judge what a drill saw: one finding for every expectation, and nothing is never a pass.

Rules: an expectation nobody judged is inconclusive; one judged twice keeps the worse; an expectation
the declaration does not name is refused; a time is judged against the declared limit, inclusive.
"""

from holdfast.domain.errors import HoldfastError
from holdfast.rollout.drills.model import Drill
from holdfast.rollout.drills.results import DrillResult, Finding
from holdfast.rollout.verdicts import Verdict, worst


class UnknownExpectation(HoldfastError):
    """A scene judged what its declaration does not name."""


class Notebook:
    """What one run of a drill saw, expectation by expectation."""

    def __init__(self, drill: Drill) -> None:
        self._drill = drill
        self._found: dict[str, Finding] = {}

    def judge(self, name: str, held: bool, observed: object) -> bool:
        """Say whether an expectation held, and what was seen."""
        verdict = Verdict.PASS if held else Verdict.FAIL
        self._keep(name, verdict, str(observed))
        return held

    def within(self, name: str, seconds: float | None, observed: str = "") -> bool:
        """Judge a time against the drill's limit; None is a time that never came."""
        limit = self._drill.limit
        if limit is None:
            raise UnknownExpectation(f"{self._drill.drill} declares no limit")
        if seconds is None:
            return self.judge(name, held=False, observed=f"never; {observed}".rstrip("; "))
        told = f"after {seconds:.1f} s of {limit.clock} time; {observed}".rstrip("; ")
        return self.judge(name, seconds <= limit.seconds, told)

    def broke(self, why: str) -> None:
        """Say that the run broke off: what was not judged yet is an error."""
        for name in self._drill.expect.keys() - self._found.keys():
            self._keep(name, Verdict.ERROR, f"the drill broke off: {why}")

    def findings(self) -> tuple[Finding, ...]:
        """List the findings in the order in which they were declared."""
        return tuple(
            self._found.get(name)
            or Finding(
                name=name,
                verdict=Verdict.INCONCLUSIVE,
                expected=expected,
                observed="nobody looked",
            )
            for name, expected in self._drill.expect.items()
        )

    def _keep(self, name: str, verdict: Verdict, observed: str) -> None:
        expected = self._drill.expect.get(name)
        if expected is None:
            raise UnknownExpectation(f"{self._drill.drill} expects nothing called {name}")
        before = self._found.get(name)
        if before is not None and worst((before.verdict, verdict)) is before.verdict:
            return
        self._found[name] = Finding(
            name=name, verdict=verdict, expected=expected, observed=observed
        )


def result_of(
    drill: Drill,
    notebook: Notebook,
    *,
    run: str,
    digest: str,
    began_at: int,
    seconds: float,
    market_seconds: float,
) -> DrillResult:
    """Sum a run up."""
    found = notebook.findings()
    return DrillResult(
        drill=drill.drill,
        title=drill.title,
        run=run,
        digest=digest,
        verdict=worst(one.verdict for one in found),
        began_at=began_at,
        seconds=seconds,
        market_seconds=market_seconds,
        limit="" if drill.limit is None else f"{drill.limit.seconds} s {drill.limit.clock}",
        findings=found,
    )
