"""Values against expectations: exact at the bound, and no evidence is never a pass."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.rollout.runbook.expect import judge_document, judge_values, shown
from holdfast.rollout.runbook.model import Compared, ValueTest
from holdfast.rollout.verdicts import Verdict

PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
NAN, INFINITE = Decimal("NaN"), Decimal("Infinity")


def judged(value, **operators):
    return judge_values(Compared.model_validate(operators), [value])


@pytest.mark.parametrize(
    ("operator", "below", "at", "above"),
    [
        ("gt", FAIL, FAIL, PASS),
        ("ge", FAIL, PASS, PASS),
        ("lt", PASS, FAIL, FAIL),
        ("le", PASS, PASS, FAIL),
        ("eq", FAIL, PASS, FAIL),
    ],
)
def test_an_order_is_exact_at_its_bound(operator, below, at, above):
    bound = Decimal("0.3")
    step = Decimal("0.000000000000000001")
    found = [judged(value, **{operator: bound}) for value in (bound - step, bound, bound + step)]
    assert found == [below, at, above]


@pytest.mark.parametrize("operator", ["gt", "ge", "lt", "le"])
@pytest.mark.parametrize("value", [None, True, "5", "", [], {}, NAN, INFINITE, -INFINITE])
def test_what_is_no_finite_number_has_no_order(operator, value):
    assert judged(value, **{operator: 0}) is UNKNOWN


@pytest.mark.parametrize(
    ("value", "wanted", "verdict"),
    [
        ("RUNNING", "RUNNING", PASS),
        ("running", "RUNNING", FAIL),
        ("", "", PASS),
        (None, "", FAIL),
        (None, None, PASS),
        ("", None, FAIL),
        (0, False, FAIL),
        (1, True, FAIL),
        (True, 1, FAIL),
        (True, True, PASS),
        (1, Decimal("1.0"), PASS),
        ("1", 1, FAIL),
        (1, "1", FAIL),
        (NAN, 1, UNKNOWN),
        ([], "", FAIL),
    ],
)
def test_equal_means_the_same_kind_and_the_same_value(value, wanted, verdict):
    assert judged(value, eq=wanted) is verdict


@pytest.mark.parametrize(
    ("value", "verdict"),
    [("", PASS), ("ops: backup", PASS), ("halt: ops:", FAIL), (None, FAIL), (3, FAIL)],
)
def test_one_of_takes_values_and_expressions(value, verdict):
    assert judged(value, one_of=("", {"matches": "^ops:"})) is verdict


def test_one_of_expressions_alone_says_nothing_about_what_is_no_text():
    assert judged(None, one_of=({"matches": "^ops:"},)) is UNKNOWN


@pytest.mark.parametrize(
    ("value", "verdict"),
    [("signal 15", PASS), ("signal 9", FAIL), (None, UNKNOWN), (15, UNKNOWN), (["x"], UNKNOWN)],
)
def test_only_text_can_match(value, verdict):
    assert judged(value, matches="^signal (2|15)$") is verdict


def test_what_is_not_there_is_no_evidence():
    for operators in ({"eq": None}, {"ge": 0}, {"matches": "x"}, {"one_of": (None,)}):
        assert judge_values(Compared.model_validate(operators), []) is UNKNOWN


def test_existence_is_a_question_of_its_own():
    for wanted in (True, False):
        there = Compared(exists=wanted)
        assert judge_values(there, [None]) is (PASS if wanted else FAIL)
        assert judge_values(there, []) is (FAIL if wanted else PASS)
    both = Compared.model_validate({"exists": True, "ge": 2})
    assert judge_values(both, []) is FAIL
    assert judge_values(both, [1]) is FAIL
    assert judge_values(both, [2]) is PASS


def test_every_value_of_a_list_must_be_as_expected():
    test = ValueTest.model_validate({"path": "$.a[*].n", "gt": 0})
    assert judge_document([test], {"a": [{"n": 1}, {"n": 2}]})[0] is PASS
    assert judge_document([test], {"a": [{"n": 1}, {"n": 0}]})[0] is FAIL
    assert judge_document([test], {"a": [{"n": 1}, {"n": None}]})[0] is UNKNOWN
    assert judge_document([test], {"a": []})[0] is UNKNOWN


def test_no_tests_at_all_are_no_pass():
    assert judge_document([], {"mode": "RUNNING"})[0] is UNKNOWN


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=8))
def test_whatever_is_found_is_shown_on_one_short_line(value):
    text = shown(value)
    assert text.isprintable()
    assert len(text) <= 121


@given(st.decimals(allow_nan=True, allow_infinity=True), st.integers(-5, 5))
def test_less_and_at_least_never_both_hold(value, bound):
    found = {judged(value, lt=bound), judged(value, ge=bound)}
    assert found in ({PASS, FAIL}, {UNKNOWN})
