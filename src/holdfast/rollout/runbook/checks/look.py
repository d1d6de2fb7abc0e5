"""Make the look a check asks for; whatever goes wrong on the way is an error, not a pass."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from holdfast.rollout.runbook.around import Around, NoAnswer, Reading
from holdfast.rollout.runbook.checks.log_line import look_for_line
from holdfast.rollout.runbook.checks.starts import count_starts, look_at_stop
from holdfast.rollout.runbook.checks.web import ask_over_http
from holdfast.rollout.runbook.expect import told_comparison
from holdfast.rollout.runbook.model import Check
from holdfast.rollout.verdicts import Verdict
from holdfast.telemetry import log

_LOOKS: Mapping[str, Callable[[Check, Around, Sequence[str]], Reading]] = MappingProxyType(
    {
        "http": ask_over_http,
        "log": look_for_line,
        "restarts": count_starts,
        "last_stop": look_at_stop,
    }
)


def look(check: Check, around: Around, keep: Sequence[str] = ()) -> Reading:
    """Look once; `keep` names more of a JSON answer to keep."""
    try:
        return _LOOKS[check.kind](check, around, keep)
    except NoAnswer as absent:
        return Reading(verdict=absent.verdict, observed=str(absent))
    except Exception as error:  # noqa: BLE001 (a look that breaks is an error of that step alone)
        log.exception("a check broke")
        return Reading(
            verdict=Verdict.ERROR, observed=f"the check broke: {type(error).__name__}: {error}"
        )


def expected(check: Check) -> str:
    """Say what a check expects, in one phrase."""
    expect = check.expect
    if check.log is not None:
        word = check.log.contains or f"a match of {check.log.matches}"
        return f"the log of {check.log.file} holds: {word}"
    if check.last_stop is not None:
        return f"last stop {told_comparison(check.last_stop)}"
    if expect is None:
        return ""
    if expect.number is not None:
        return f"starts {told_comparison(expect.number)}"
    status = [f"status {expect.status}"] if expect.status is not None else []
    tests = [f"{test.path} {told_comparison(test)}" for test in expect.tests]
    return f"{check.http}: {'; '.join([*status, *tests])}"
