"""Look for a line in a log that `holdfast up` keeps of a child.

Rules: a line counts from its own time on, in whole seconds as logs tell it; a line without a time
belongs to the one before it; a log that is not there, or holds nothing since then, is no evidence.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from holdfast.rollout.runbook.around import Around, Reading
from holdfast.rollout.runbook.checks.starts import moment
from holdfast.rollout.runbook.model import Check, LogLine
from holdfast.rollout.verdicts import Verdict

ASIDE = 3  # full logs are put aside as NAME.log.1 and so on
LONGEST_LINE = 4000
FIRST_LINES, MATCHING_LINES = 40, 5
_STAMP = re.compile(r'(?:.{0,200}"timestamp": ?")?(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)')


def look_for_line(check: Check, around: Around, keep: Sequence[str]) -> Reading:
    """Look for the line, newest log last; keep it with the first lines since then."""
    del keep
    wanted = check.log or LogLine()
    files = _files(around.logs, wanted.file)
    if not files:
        return Reading(
            verdict=Verdict.INCONCLUSIVE,
            observed=f"there is no log of {wanted.file}; `holdfast up` keeps one",
        )
    since = moment(around, wanted.since)
    first: list[str] = []
    matching: list[str] = []
    for line in _lines_since(files, since // 1_000_000):
        if len(first) < FIRST_LINES:
            first.append(line)
        if len(matching) < MATCHING_LINES and _is_it(wanted, line):
            matching.append(line)
    if not first:
        return Reading(
            verdict=Verdict.INCONCLUSIVE, observed=f"the log of {wanted.file} is silent since then"
        )
    return Reading(
        verdict=Verdict.PASS if matching else Verdict.FAIL,
        observed=matching[0] if matching else "no such line since then",
        artefact={"since": since, "matching": matching, "first_lines": first},
    )


def _is_it(wanted: LogLine, line: str) -> bool:
    if wanted.contains is not None:
        return wanted.contains in line
    return re.search(wanted.matches or "", line) is not None


def _files(folder: Path, name: str) -> list[Path]:
    names = [f"{name}.log.{number}" for number in range(ASIDE, 0, -1)]
    return [path for each in (*names, f"{name}.log") if (path := folder / each).is_file()]


def _lines_since(files: Sequence[Path], second: int) -> Iterator[str]:
    at = -1
    for path in files:
        with path.open(encoding="utf-8", errors="replace") as stream:
            for line in stream:
                at = _time_of(line, at)
                if at >= second:
                    yield line.rstrip()[:LONGEST_LINE]


def _time_of(line: str, before: int) -> int:
    found = _STAMP.match(line)
    if found is None:
        return before
    try:
        told = datetime.strptime(found[1], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return before
    return int(told.timestamp())
