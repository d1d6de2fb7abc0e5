"""Say what a drill came to: its findings and the whole, plain values that can be kept as JSON."""

import msgspec

from holdfast.rollout.verdicts import NotPassed, Verdict

KIND = "drill"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One expectation beside what was seen."""

    name: str
    verdict: Verdict
    expected: str
    observed: str


class DrillResult(msgspec.Struct, frozen=True, kw_only=True):
    """One run of one drill; seconds are the machine's, `market_seconds` the exchange's."""

    drill: str
    title: str
    run: str
    digest: str
    verdict: Verdict
    began_at: int
    seconds: float
    market_seconds: float
    limit: str
    findings: tuple[Finding, ...]
    skipped: str = ""
    artefact_sha: str = ""
    kept_in: str = ""

    def demand_pass(self) -> None:
        """Raise NotPassed unless every expectation held."""
        if self.verdict is not Verdict.PASS:
            left = [one.name for one in self.findings if one.verdict is not Verdict.PASS]
            raise NotPassed(f"{self.drill} came to {self.verdict}: {', '.join(left)}")
