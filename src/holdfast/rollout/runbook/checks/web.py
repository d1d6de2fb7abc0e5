"""Ask over HTTP, and judge the status and the JSON of the answer."""

from collections.abc import Sequence

from holdfast.rollout.runbook.around import Answer, Around, Reading
from holdfast.rollout.runbook.expect import judge_document
from holdfast.rollout.runbook.json_path import parse_path, values
from holdfast.rollout.runbook.model import QUICK, Check, Expect
from holdfast.rollout.runbook.target import parse_target
from holdfast.rollout.verdicts import Verdict, worst


def ask_over_http(check: Check, around: Around, keep: Sequence[str]) -> Reading:
    """Send the request and judge what comes back."""
    expect = check.expect or Expect()
    seconds = QUICK if check.timeout is None else check.timeout
    answer = around.services.ask(parse_target(check.http or ""), seconds)
    verdicts, told = [], [f"status {answer.status}"]
    if expect.status is not None:
        verdicts.append(Verdict.PASS if answer.status == expect.status else Verdict.FAIL)
    paths = [test.path for test in expect.tests] + list(keep)
    found: dict[str, object] = {}
    if paths:
        document = answer.document()
        found = {path: values(parse_path(path), document) for path in paths}
        verdict, text = judge_document(expect.tests, document)
        if expect.tests:
            verdicts.append(verdict)
            told.append(text)
    return Reading(
        verdict=worst(verdicts),
        observed="; ".join(told),
        artefact=_artefact(check, answer, found),
    )


def _artefact(check: Check, answer: Answer, found: dict[str, object]) -> dict[str, object]:
    return {"request": check.http, "status": answer.status, "values": found}
