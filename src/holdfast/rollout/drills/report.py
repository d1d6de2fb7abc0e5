"""Report drills: Markdown for people, JSON for programs."""

from collections.abc import Sequence

import msgspec

from holdfast.rollout.drills.results import DrillResult

_MARKUP = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>|#!"})
LONGEST = 500


def as_json(results: Sequence[DrillResult]) -> str:
    """Write results as JSON."""
    body = msgspec.json.encode(results[0] if len(results) == 1 else results)
    return msgspec.json.format(body, indent=2).decode() + "\n"


def markdown(result: DrillResult) -> str:
    """Write a result as a page."""
    lines = [
        f"# {result.drill} {_text(result.title)}: {result.verdict}",
        "",
        (
            f"Run `{result.run}`, {result.seconds:.1f} s of the machine, "
            f"{result.market_seconds:.0f} s of the market; limit {result.limit or 'none'}; "
            f"evidence {result.artefact_sha[:12] or 'none'} in {result.kept_in or 'nothing'}."
        ),
        "",
        "| expectation | verdict | expected | observed |",
        "|---|---|---|---|",
        *(
            f"| {_text(one.name)} | {one.verdict} | {_text(one.expected)} | {_text(one.observed)} |"
            for one in result.findings
        ),
        "",
    ]
    return "\n".join(lines)


def _text(text: str) -> str:
    plain = "".join(sign if sign.isprintable() else " " for sign in text[:LONGEST])
    return plain.translate(_MARKUP)
