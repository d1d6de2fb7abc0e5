"""Walk the steps of a runbook: look, look again, hold, keep evidence, judge.

Rules: explain and run walk the same plan; a step ends as soon as it passed for as long as it must
hold, or does not pass when its time is over; after a blocking step that did not pass nothing more is
looked at, and what was not looked at is inconclusive. In a run that was asked to stop, what is not
decided yet is cancelled.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec

from holdfast.rollout.runbook.around import Around, Reading
from holdfast.rollout.runbook.checks.look import expected, look
from holdfast.rollout.runbook.evidence import Keeper
from holdfast.rollout.runbook.load import Loaded
from holdfast.rollout.runbook.model import Phase, Runbook, Step
from holdfast.rollout.runbook.results import PhaseResult, RunResult, StepResult
from holdfast.rollout.verdicts import Verdict, worst

LOOK_SECONDS = 5.0
Key = tuple[str, str]
Tell = Callable[[StepResult], object]


class Planned(NamedTuple):
    """One step of a plan, and the phase it is judged in."""

    phase: Phase
    step: Step


class Judged(NamedTuple):
    """The reading that decided, and how many looks it took."""

    reading: Reading
    looks: int


def plan(book: Runbook) -> tuple[Planned, ...]:
    """List the steps of a runbook in the order they are walked."""
    return tuple(Planned(phase, step) for phase in book.phases for step in phase.steps)


def explain(book: Runbook) -> list[str]:
    """Tell a plan in sentences, without looking at anything."""
    return [_sentence(number, each) for number, each in enumerate(plan(book), 1)]


def run(
    loaded: Loaded,
    around: Around,
    keeper: Keeper,
    run_id: str,
    *,
    passed: Mapping[Key, StepResult],
    tell: Tell = lambda _: None,
) -> RunResult:
    """Run a runbook to its end; steps in `passed` are taken from an earlier part of the run."""
    began = around.clock.monotonic()
    results: list[StepResult] = []
    stopped_by = ""
    for phase, step in plan(loaded.book):
        known = passed.get((phase.id, step.id))
        if known is not None and not stopped_by:
            result = msgspec.structs.replace(known, resumed=True)
        else:
            result = _walk(phase, step, around, keeper, stopped_by)
        results.append(result)
        tell(result)
        if step.blocking and result.verdict is not Verdict.PASS:
            stopped_by = stopped_by or step.id
    phases = tuple(_phase(phase, results) for phase in loaded.book.phases)
    whole = RunResult(
        run=run_id,
        runbook=loaded.book.runbook,
        title=loaded.book.title,
        digest=loaded.digest,
        verdict=worst(phase.verdict for phase in phases),
        began_at=around.began_at,
        seconds=round(around.clock.monotonic() - began, 3),
        desk_answered=around.services.desk_answered,
        phases=phases,
    )
    keeper.close(whole)
    return whole


def judge(step: Step, around: Around) -> Judged:
    """Look as often as the step asks for, and return what decided."""
    clock = around.clock
    deadline = clock.monotonic() + (step.retry.for_ if step.retry else 0.0)
    hold = step.hold_for or 0.0
    held_since: float | None = None
    looks = 0
    while True:
        looks += 1
        looked_at = clock.monotonic()
        reading, final = _look(step, around)
        now = clock.monotonic()
        if reading.verdict is Verdict.PASS:
            held_since = looked_at if held_since is None else held_since
            if now - held_since >= hold:
                return Judged(reading, looks)
        else:
            held_since = None
            if final or now >= deadline:
                return Judged(reading, looks)
        _rest(around, step, now, deadline, held_since)
        if around.stop.asked:
            return Judged(_cancelled(f"stopped after {looks} looks: {reading.observed}"), looks)


def _look(step: Step, around: Around) -> tuple[Reading, bool]:
    """Look once; a step that does not apply is decided at once."""
    if step.applies_if is not None:
        applies = look(step.applies_if, around)
        if applies.verdict is not Verdict.PASS:
            told = f"does not apply: {applies.observed}"
            decided = applies.verdict is Verdict.FAIL
            return Reading(verdict=Verdict.INCONCLUSIVE, observed=told), decided
    keep = step.evidence.keep if step.evidence is not None else ()
    return look(step.check, around, keep), False


def _cancelled(why: str) -> Reading:
    return Reading(verdict=Verdict.CANCELLED, observed=why)


def _rest(
    around: Around, step: Step, now: float, deadline: float, held_since: float | None
) -> None:
    pause = step.retry.every if step.retry else LOOK_SECONDS
    end = deadline if held_since is None else held_since + (step.hold_for or 0.0)
    around.stop.wait(around.clock, max(0.001, min(pause, end - now)))


def _walk(phase: Phase, step: Step, around: Around, keeper: Keeper, stopped_by: str) -> StepResult:
    began_at, began = around.clock.wall(), around.clock.monotonic()
    if stopped_by:
        why = f"not looked at: {stopped_by} did not pass"
        judged = Judged(Reading(verdict=Verdict.INCONCLUSIVE, observed=why), 0)
    elif around.stop.asked:
        judged = Judged(_cancelled("not looked at: the run was stopped"), 0)
    else:
        judged = judge(step, around)
    result = StepResult(
        phase=phase.id,
        step=step.id,
        title=step.title or "",
        verdict=judged.reading.verdict,
        expected=expected(step.check),
        observed=judged.reading.observed,
        looks=judged.looks,
        began_at=began_at,
        seconds=round(around.clock.monotonic() - began, 3),
        evidence=step.evidence.name if step.evidence is not None else "",
    )
    required = step.evidence is not None and step.evidence.required
    return keeper.keep(result, judged.reading.artefact, required=required)


def _phase(phase: Phase, results: list[StepResult]) -> PhaseResult:
    own = tuple(result for result in results if result.phase == phase.id)
    return PhaseResult(
        phase=phase.id,
        title=phase.title or "",
        verdict=worst(result.verdict for result in own),
        steps=own,
    )


def _sentence(number: int, each: Planned) -> str:
    step = each.step
    parts = [f"{number}. {each.phase.id}/{step.id}: {expected(step.check)}"]
    if step.applies_if is not None:
        parts.append(f"only where {expected(step.applies_if)}")
    if step.retry is not None:
        parts.append(f"looked at every {step.retry.every:g} s for {step.retry.for_:g} s")
    if step.hold_for is not None:
        parts.append(f"held for {step.hold_for:g} s")
    if step.blocking:
        parts.append("ends the run where it does not pass")
    return "; ".join(parts)
