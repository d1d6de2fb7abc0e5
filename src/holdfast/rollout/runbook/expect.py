"""Judge values against what a runbook expects of them; pure.

Rules: what is not there, is null where an order is asked for, or is no finite number, is no
evidence: inconclusive, never a pass. Numbers are compared by value, everything else as it is written.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from holdfast.rollout.runbook.json_path import parse_path, values
from holdfast.rollout.runbook.model import Comparison, ValueTest
from holdfast.rollout.runbook.values import Matches
from holdfast.rollout.verdicts import Verdict, worst

LONGEST_TEXT = 64 * 1024
SHOWN = 120


def judge_document(tests: Sequence[ValueTest], document: object) -> tuple[Verdict, str]:
    """Judge a JSON document; the sentence says what was seen at each path."""
    told = [_judge_path(test, document) for test in tests]
    return worst(verdict for verdict, _ in told), "; ".join(text for _, text in told)


def judge_values(comparison: Comparison, found: Sequence[object]) -> Verdict:
    """Judge all values of a place; every one must be as expected."""
    wanted = comparison.operators
    if comparison.exists is not None and bool(found) != comparison.exists:
        return Verdict.FAIL
    rest = [name for name in wanted if name != "exists"]
    if not rest:
        return Verdict.PASS if wanted else Verdict.INCONCLUSIVE
    return worst(
        _JUDGES[name](value, getattr(comparison, name)) for value in found for name in rest
    )


def told_comparison(comparison: Comparison) -> str:
    """Say what is expected, in one phrase."""
    return ", ".join(f"{name} {shown(getattr(comparison, name))}" for name in comparison.operators)


def shown(value: object) -> str:
    """Write a value short, on one line."""
    if isinstance(value, Matches):
        text = f"matching {value.pattern}"
    elif isinstance(value, tuple | list):
        text = f"[{', '.join(shown(each) for each in value)}]"
    elif isinstance(value, bool) or value is None:
        text = {True: "true", False: "false", None: "null"}[value]
    else:
        text = str(value) or "(empty)"
    text = "".join(sign if sign.isprintable() else " " for sign in text[: SHOWN + 1])
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _judge_path(test: ValueTest, document: object) -> tuple[Verdict, str]:
    found = values(parse_path(test.path), document)
    seen = ", ".join(shown(each) for each in found[:5]) or "nothing there"
    return judge_values(test, found), f"{test.path} is {seen}" if found else f"{test.path}: {seen}"


def _passed(held: bool) -> Verdict:
    return Verdict.PASS if held else Verdict.FAIL


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    number = Decimal(value)
    return number if number.is_finite() else None


def _eq(value: object, wanted: object) -> Verdict:
    if _number(wanted) is not None:
        number = _number(value)
        if number is None and isinstance(value, Decimal):
            return Verdict.INCONCLUSIVE
        return _passed(number is not None and number == _number(wanted))
    return _passed(type(value) is type(wanted) and value == wanted)


def _one_of(value: object, options: Sequence[object]) -> Verdict:
    found = {
        _matches(value, option.pattern) if isinstance(option, Matches) else _eq(value, option)
        for option in options
    }
    if Verdict.PASS in found:
        return Verdict.PASS
    return Verdict.FAIL if Verdict.FAIL in found else Verdict.INCONCLUSIVE


def _matches(value: object, pattern: str) -> Verdict:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        return Verdict.INCONCLUSIVE
    return _passed(re.search(pattern, value) is not None)


def _ordered(holds: Callable[[Decimal, Decimal], bool]) -> Callable[[object, Decimal], Verdict]:
    def judge(value: object, bound: Decimal) -> Verdict:
        number = _number(value)
        return Verdict.INCONCLUSIVE if number is None else _passed(holds(number, bound))

    return judge


_JUDGES: Mapping[str, Callable[[object, Any], Verdict]] = MappingProxyType(
    {
        "eq": _eq,
        "one_of": _one_of,
        "matches": _matches,
        "gt": _ordered(lambda value, bound: value > bound),
        "ge": _ordered(lambda value, bound: value >= bound),
        "lt": _ordered(lambda value, bound: value < bound),
        "le": _ordered(lambda value, bound: value <= bound),
    }
)
