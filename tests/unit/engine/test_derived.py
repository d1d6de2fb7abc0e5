"""The ids a later life would have used are found among any names, and no other is taken for ours."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import DOGE

from holdfast.domain.ids import client_order_id
from holdfast.domain.slots import ENTRY, EXIT, LEG_A, LEG_B, Leg, Slot
from holdfast.engine.derived import ATTEMPTS, CYCLES, SLOTS, Seat, derive

NAME = partial(client_order_id, "paper", DOGE.symbol)
OTHER = partial(client_order_id, "another", DOGE.symbol)


def name(seat):
    return NAME(seat.slot, seat.leg, seat.cycle, seat.role, seat.attempt)


def slots(cycle=3, attempts=2):
    legs = {one: Leg(name=one, cycle=cycle, attempts=attempts) for one in (LEG_A, LEG_B)}
    return {0: Slot(slot_id=0, sticky=True, created_at=0, a=legs[LEG_A], b=legs[LEG_B])}


def found(*seats):
    return derive(slots(), 1, NAME, [name(one) for one in seats])


@given(
    st.lists(
        st.builds(
            Seat,
            slot=st.integers(0, SLOTS),
            leg=st.sampled_from([LEG_A, LEG_B]),
            cycle=st.integers(4, 3 + CYCLES),
            role=st.sampled_from([ENTRY, EXIT]),
            attempt=st.integers(1, ATTEMPTS),
        ),
        max_size=5,
    )
)
def test_what_follows_in_the_books_is_found_where_it_belongs(seats):
    known = [one for one in seats if one.slot == 0]
    assert found(*known) == {name(one): one for one in known}


@pytest.mark.parametrize(("attempt", "is_found"), [(2, False), (3, True), (2 + ATTEMPTS, True)])
def test_an_attempt_the_books_know_is_not_looked_for_and_a_later_one_is(attempt, is_found):
    one = Seat(0, LEG_A, 3, ENTRY, attempt)
    assert bool(found(one)) is is_found


@pytest.mark.parametrize(
    ("cycle", "is_found"), [(2, False), (3 + CYCLES, True), (4 + CYCLES, False)]
)
def test_a_search_ends_when_nothing_was_found_for_so_many_cycles(cycle, is_found):
    assert bool(found(Seat(0, LEG_B, cycle, ENTRY, 1))) is is_found


def test_a_search_goes_on_from_what_was_found():
    far = [Seat(0, LEG_B, 3 + CYCLES * step, ENTRY, ATTEMPTS * step) for step in (1, 2)]
    near = Seat(0, LEG_B, 3 + 2 * CYCLES, ENTRY, 1)
    assert set(found(*far, near).values()) == {far[0], near}


@pytest.mark.parametrize(("slot", "is_found"), [(1, True), (SLOTS, True), (SLOTS + 1, False)])
def test_slots_that_are_new_are_found(slot, is_found):
    assert bool(found(Seat(slot, LEG_A, 1, ENTRY, 1))) is is_found


def test_names_of_another_ledger_are_nobodys():
    assert derive(slots(), 1, NAME, [OTHER(0, LEG_A, 3, ENTRY, 3), "by-hand", ""]) == {}
