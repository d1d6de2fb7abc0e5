"""Report a run: Markdown for people, JSON for programs; each phase with its own verdict."""

import msgspec

from holdfast.rollout.runbook.results import PhaseResult, RunResult, written_time

_MARKUP = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>|#!"})


def markdown(result: RunResult) -> str:
    """Write a run as a page."""
    when = f"begun {written_time(result.began_at)}, took {result.seconds:.1f} s"
    lines = [
        f"# {_text(result.title)}: {result.verdict}",
        "",
        f"Run `{result.run}`, {when}. Evidence is in {result.evidence_in}.",
        "",
    ]
    for phase in result.phases:
        lines += _phase(phase)
    return "\n".join(lines)


def as_json(result: RunResult) -> bytes:
    """Write a run as JSON."""
    body = {**msgspec.to_builtins(result), "evidence_in": result.evidence_in}
    return msgspec.json.format(msgspec.json.encode(body), indent=2) + b"\n"


def _phase(phase: PhaseResult) -> list[str]:
    return [
        f"## {_text(phase.title or phase.phase)}: {phase.verdict}",
        "",
        "| step | verdict | expected | observed | looks | seconds | evidence |",
        "|---|---|---|---|---:|---:|---|",
        *(
            f"| {_text(step.title or step.step)} | {step.verdict} | {_text(step.expected)} "
            f"| {_text(step.observed)} | {step.looks} | {step.seconds:.1f} "
            f"| {_text(step.evidence)} {step.artefact_sha[:12]} |"
            for step in phase.steps
        ),
        "",
    ]


def _text(text: str) -> str:
    plain = "".join(sign if sign.isprintable() else " " for sign in text[:500])
    return plain.translate(_MARKUP)
