"""Keep the evidence of a run: in the ledger of the desk where one takes it, and always in a file.

Rules: a pass whose evidence could not be kept anywhere is inconclusive, and so is one without the
artefact its step requires; a row the desk did not confirm is not sent again.
"""

from collections.abc import Callable, Mapping

import msgspec

from holdfast.rollout.runbook.journal import RunJournal
from holdfast.rollout.runbook.results import FILE, LEDGER, NOWHERE, RunResult, StepResult
from holdfast.rollout.verdicts import Verdict
from holdfast.telemetry import log

KIND = "runbook"
WHOLE = "run"  # the step name of the row that says what the whole run came to
LONGEST = 1000
Send = Callable[[Mapping[str, str]], bool]


class Keeper:
    """Stores what a run finds; `send` says whether the desk has taken a row into its ledger."""

    def __init__(self, journal: RunJournal, send: Send, *, run: str, runbook: str) -> None:
        self._journal = journal
        self._send = send
        self._run = run
        self._runbook = runbook

    def keep(self, result: StepResult, artefact: object, *, required: bool) -> StepResult:
        """Keep a step, and return it with where its evidence is."""
        sha = self._artefact(artefact) if result.evidence and artefact is not None else ""
        result = msgspec.structs.replace(result, artefact_sha=sha)
        if required and not sha:
            result = _weakened(result, "its required evidence could not be had")
        sent = self._send(self._row(f"{result.phase}/{result.step}", result))
        result = msgspec.structs.replace(result, stored=LEDGER if sent else FILE)
        try:
            self._journal.write(result)
        except OSError as error:
            log.error(f"the journal of run {self._run} cannot be written: {error}")
            if not sent:
                result = msgspec.structs.replace(result, stored=NOWHERE)
                result = _weakened(result, "its evidence could not be kept")
        return result

    def close(self, whole: RunResult) -> None:
        """Keep what the whole run came to."""
        try:
            self._journal.write(whole)
        except OSError as error:
            log.error(f"the journal of run {self._run} cannot be written: {error}")
        told = ", ".join(f"{phase.phase} {phase.verdict}" for phase in whole.phases)
        self._send(self._fields(WHOLE, whole.verdict, "every phase passes", told, ""))

    def _artefact(self, artefact: object) -> str:
        try:
            return self._journal.write_artefact(artefact)
        except OSError as error:
            log.error(f"evidence of run {self._run} cannot be written: {error}")
            return ""

    def _row(self, step: str, result: StepResult) -> dict[str, str]:
        return self._fields(
            step, result.verdict, result.expected, result.observed, result.artefact_sha
        )

    def _fields(
        self, step: str, verdict: Verdict, expected: str, observed: str, sha: str
    ) -> dict[str, str]:
        return {
            "kind": KIND,
            "name": self._runbook,
            "run": self._run,
            "step": step,
            "verdict": verdict.value,
            "expected": printable(expected),
            "observed": printable(observed),
            "artefact_sha": sha,
        }


def printable(text: str, longest: int = LONGEST) -> str:
    """Put a text on one line of limited length."""
    return "".join(sign if sign.isprintable() else " " for sign in text[:longest])


def _weakened(result: StepResult, why: str) -> StepResult:
    verdict = Verdict.INCONCLUSIVE if result.verdict is Verdict.PASS else result.verdict
    return msgspec.structs.replace(result, verdict=verdict, observed=f"{result.observed}; {why}")
