"""Find values in a JSON document by the plain part of JSONPath (RFC 9535).

Understood are `$`, `.name`, `['name']`, `[n]` (negative from the end) and `[*]` or `.*`. Filters,
slices and `..` are refused when the path is read, never passed over.
"""

import re
from collections.abc import Mapping

NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_STEP = re.compile(
    rf"\.(?P<name>{NAME})|\[(?P<quote>['\"])(?P<text>[^'\"\\]*)(?P=quote)\]"
    r"|\[(?P<index>-?(?:0|[1-9][0-9]{0,8}))\]|(?P<every>\.\*|\[\*\])"
)
LONGEST = 400
_EVERY = None
Path = tuple[str | int | None, ...]


class BadPath(ValueError):
    """A text is not a path we understand."""


def parse_path(text: str) -> Path:
    """Take a path apart; raise BadPath where it holds anything else."""
    if not text.startswith("$") or len(text) > LONGEST:
        raise BadPath(f"a path starts with $ and has at most {LONGEST} characters")
    steps: list[str | int | None] = []
    at = 1
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None:
            raise BadPath(f"the path is not understood from character {at + 1} on")
        steps.append(_step(found))
        at = found.end()
    return tuple(steps)


def values(path: Path, document: object) -> list[object]:
    """List what a path leads to; nothing where it leads nowhere."""
    found = [document]
    for step in path:
        found = [value for each in found for value in _into(each, step)]
    return found


def _step(found: re.Match[str]) -> str | int | None:
    if found["every"]:
        return _EVERY
    if found["index"] is not None:
        return int(found["index"])
    return found["name"] or found["text"] or ""


def _into(value: object, step: str | int | None) -> list[object]:
    if isinstance(value, Mapping):
        if step is _EVERY:
            return list(value.values())
        return [value[step]] if isinstance(step, str) and step in value else []
    if isinstance(value, list):
        if step is _EVERY:
            return list(value)
        if isinstance(step, int) and -len(value) <= step < len(value):
            return [value[step]]
    return []
