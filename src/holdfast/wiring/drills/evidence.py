"""Keep what a drill found: an artefact under the hash of its bytes, and a row for each finding.

Rules: rows go to the drill's own ledger, through its desk where one runs; a pass that could not be
kept there is inconclusive.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import msgspec

from holdfast.domain.bookkeeping import EvidenceNoted
from holdfast.domain.errors import HoldfastError
from holdfast.ledger.standing import standing
from holdfast.rollout.drills.results import KIND, DrillResult
from holdfast.rollout.runbook.evidence import WHOLE, printable
from holdfast.rollout.runbook.journal import RunJournal
from holdfast.rollout.verdicts import Verdict
from holdfast.telemetry import log
from holdfast.wiring.drills.books import opened
from holdfast.wiring.drills.stage import Stage

OVER_API, IN_FILE, NOWHERE = "the ledger, through its desk", "the ledger", "a file only"


def keep(stage: Stage, result: DrillResult) -> DrillResult:
    """Keep a result; return it with where it is."""
    sha = _artefact(stage, result)
    notes = list(_notes(result, sha))
    try:
        where = _to_ledger(stage, notes)
    except HoldfastError as error:
        log.error(f"evidence of {result.run} cannot be kept in the ledger: {error}")
        where = NOWHERE
    weak = where == NOWHERE and result.verdict is Verdict.PASS
    return msgspec.structs.replace(
        result,
        verdict=Verdict.INCONCLUSIVE if weak else result.verdict,
        artefact_sha=sha,
        kept_in=where,
    )


def _artefact(stage: Stage, result: DrillResult) -> str:
    journal = RunJournal(stage.house.place.evidence / f"{result.run}.jsonl")
    seen: dict[str, Any] = {"result": result, "declared": stage.drill.model_dump(mode="json")}
    try:
        seen |= {"audit": stage.admin.audit(), "exchange": stage.admin.state(rows=False)}
    except HoldfastError as error:
        seen |= {"exchange": str(error)}
    return journal.write_artefact(seen)


def _notes(result: DrillResult, sha: str) -> Iterator[EvidenceNoted]:
    limit = f"; limit {result.limit}" if result.limit else ""
    for one in result.findings:
        yield _note(result, one.name, one.verdict, one.expected + limit, one.observed, sha)
    told = ", ".join(f"{one.name} {one.verdict}" for one in result.findings)
    yield _note(result, WHOLE, result.verdict, "every expectation holds" + limit, told, sha)


def _note(
    result: DrillResult, step: str, verdict: Verdict, expected: str, observed: str, sha: str
) -> EvidenceNoted:
    return EvidenceNoted(
        kind=KIND,
        name=result.drill,
        run=result.run,
        step=step,
        verdict=verdict.value,
        expected=printable(expected),
        observed=printable(observed),
        artefact_sha=sha,
    )


def _to_ledger(stage: Stage, notes: list[EvidenceNoted]) -> str:
    if stage.desk is not None and stage.desk.exit_code is None:
        for note in notes:
            done, message = stage.post("/api/evidence", msgspec.to_builtins(note))
            if not done:
                raise HoldfastError(message)
        return OVER_API
    with standing(stage.house.place) as desk, ExitStack() as stack:
        if desk is not None:
            raise HoldfastError("a desk holds the ledger, and it is not the drill's")
        ledger = opened(stage, stack)
        ledger.commit(ledger.restore().market_time, notes)
    return IN_FILE
