"""Say what a run came to: steps, phases, the whole; all of it plain values that can be kept as JSON."""

from datetime import UTC, datetime

import msgspec

from holdfast.rollout.verdicts import NotPassed, Verdict

LEDGER, FILE, NOWHERE = "ledger", "file", "nowhere"


class StepResult(msgspec.Struct, frozen=True, kw_only=True, tag="step"):
    """One step as it was judged; `stored` says where its evidence is."""

    phase: str
    step: str
    title: str
    verdict: Verdict
    expected: str
    observed: str
    looks: int
    began_at: int
    seconds: float
    evidence: str = ""
    artefact_sha: str = ""
    stored: str = NOWHERE
    resumed: bool = False


class PhaseResult(msgspec.Struct, frozen=True, kw_only=True):
    """A phase: the worst of its steps."""

    phase: str
    title: str
    verdict: Verdict
    steps: tuple[StepResult, ...]


class RunResult(msgspec.Struct, frozen=True, kw_only=True, tag="run"):
    """A whole run: the worst of its phases."""

    run: str
    runbook: str
    title: str
    digest: str
    verdict: Verdict
    began_at: int
    seconds: float
    desk_answered: bool
    phases: tuple[PhaseResult, ...]

    @property
    def steps(self) -> tuple[StepResult, ...]:
        """List all steps in order."""
        return tuple(step for phase in self.phases for step in phase.steps)

    @property
    def evidence_in(self) -> str:
        """Say where the evidence is."""
        count = sum(step.stored == LEDGER for step in self.steps)
        if count == len(self.steps):
            return "the ledger of the desk"
        if count == 0 and all(step.stored == FILE for step in self.steps):
            return "a file: no desk took it into its ledger"
        lost = sum(step.stored == NOWHERE for step in self.steps)
        return f"the ledger for {count} of {len(self.steps)} steps, a file for the others" + (
            f", and for {lost} nowhere" if lost else ""
        )

    def demand_pass(self) -> None:
        """Raise NotPassed unless the whole run passed."""
        if self.verdict is not Verdict.PASS:
            left = [one.step for one in self.steps if one.verdict is not Verdict.PASS]
            raise NotPassed(f"{self.runbook} came to {self.verdict}: {', '.join(left)}")


def written_time(at: int) -> str:
    """Write microseconds UTC for people."""
    told = datetime.fromtimestamp(at // 1_000_000, UTC)
    return told.strftime("%Y-%m-%d %H:%M:%S UTC")


def run_id(runbook: str, at: int) -> str:
    """Name a run by its runbook and the time it began."""
    told = datetime.fromtimestamp(at // 1_000_000, UTC)
    return f"{runbook}-{told:%Y%m%dT%H%M%S}-{at % 1_000_000:06}"
