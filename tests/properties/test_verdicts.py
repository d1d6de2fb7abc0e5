"""Verdicts: nothing is inconclusive, the worst wins, and only passes make a pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.rollout.verdicts import SEVERITY, Verdict, worst

verdicts = st.lists(st.sampled_from(list(Verdict)))
some = st.lists(st.sampled_from(list(Verdict)), min_size=1)


def test_every_verdict_has_its_place():
    assert sorted(SEVERITY) == sorted(Verdict)
    assert len(set(SEVERITY)) == len(SEVERITY)
    assert SEVERITY[0] is Verdict.FAIL
    assert SEVERITY[-1] is Verdict.PASS


def test_no_checks_at_all_are_inconclusive():
    assert worst([]) is Verdict.INCONCLUSIVE
    assert worst(iter(())) is Verdict.INCONCLUSIVE


@given(verdicts, st.randoms(use_true_random=False))
def test_the_order_of_checks_says_nothing(found, chance):
    mixed = list(found)
    chance.shuffle(mixed)
    assert worst(mixed) is worst(found)


@given(some)
def test_a_pass_is_made_of_passes_alone(found):
    assert (worst(found) is Verdict.PASS) == (set(found) == {Verdict.PASS})


@given(some)
def test_repeating_a_check_changes_nothing(found):
    assert worst(found + found) is worst(found)


@given(some, some)
def test_judging_in_groups_is_judging_all(one, other):
    assert worst([worst(one), worst(other)]) is worst(one + other)


@given(verdicts, st.sampled_from(list(Verdict)))
def test_one_more_check_never_makes_it_better(found, more):
    if found:
        assert SEVERITY.index(worst([*found, more])) <= SEVERITY.index(worst(found))


@given(st.integers(0, 50))
def test_inconclusive_absorbs_any_number_of_passes(count):
    assert worst([Verdict.PASS] * count + [Verdict.INCONCLUSIVE]) is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("bad", [Verdict.FAIL, Verdict.ERROR])
def test_a_failure_is_not_softened_by_what_could_not_be_seen(bad):
    assert worst([Verdict.INCONCLUSIVE, Verdict.WAIVED, bad, Verdict.PASS]) is bad
