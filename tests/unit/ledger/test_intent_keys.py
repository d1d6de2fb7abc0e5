"""An order's id is its key: derived, never drawn, and taken by the ledger once, whatever is repeated."""

import itertools

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stories import story

from holdfast.domain.errors import LedgerConflict
from holdfast.domain.events import OrderPlaced
from holdfast.domain.ids import client_order_id

PARTS = st.tuples(
    st.integers(0, 200),
    st.sampled_from(["A", "B"]),
    st.integers(1, 10_000),
    st.sampled_from(["entry", "exit"]),
    st.integers(1, 50),
)


def _told_until_an_order_is_placed(opened):
    ledger = opened()
    for at, entries in story(slots=2, cycles=1):
        ledger.commit(at, entries)
        placed = [entry for entry in entries if isinstance(entry, OrderPlaced)]
        if placed:
            return ledger, at, placed[0]
    raise AssertionError("the story places no order")


@pytest.mark.plan("004-007", "004-009")
@given(one=PARTS, other=PARTS)
@settings(max_examples=300)
def test_the_same_intent_has_the_same_key_and_another_has_another(one, other):
    keys = [client_order_id("g", "DOGE/USD", *parts) for parts in (one, other)]
    assert (keys[0] == keys[1]) is (one == other)
    assert client_order_id("g", "DOGE/USD", *one) == keys[0]


@pytest.mark.plan("004-008", "004-025")
def test_an_intent_that_is_written_again_is_refused_and_nothing_of_it_is_kept(opened):
    ledger, at, placed = _told_until_an_order_is_placed(opened)
    before = ledger.sequence
    for _ in range(3):
        with pytest.raises(LedgerConflict, match="was placed again"):
            ledger.commit(at, [placed])
    assert ledger.sequence == before
    ledger.project()
    rows = ledger.cursor().execute(
        "select count(*) from intent_events where client_order_id = $1 and after = 'created'",
        [placed.client_order_id],
    )
    assert rows.fetchone() == (1,)


@pytest.mark.plan("004-009", "004-026")
def test_another_order_under_a_key_that_is_taken_is_refused(opened):
    ledger, at, placed = _told_until_an_order_is_placed(opened)
    before = ledger.sequence
    other = msgspec.structs.replace(placed, size=placed.size + 1)
    for entry in itertools.islice(itertools.cycle([other, placed]), 4):
        with pytest.raises(LedgerConflict):
            ledger.commit(at, [entry])
    assert ledger.sequence == before
