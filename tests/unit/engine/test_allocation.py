"""How the free quote is shared, what is left over, and what layers of capital add."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from slot_story import SlotStory

from holdfast.domain.slots import Block, LegName
from holdfast.engine.allocation import (
    READY,
    Funds,
    Sharing,
    buy_amount,
    committed_buys,
    dust_dividend,
    resting,
    resting_entries,
    share_of_quote,
    swept,
    wants_buy,
)
from holdfast.engine.layers import Layering, layer_amount, layers
from holdfast.engine.shaping import Shaping, shaped
from holdfast.engine.sizing import Sizing, sized

D = Decimal
BUFFER = D("0.10")
FIRST = Sharing(quote_first=True, buffer=BUFFER)


def test_quote_first_three_ready_and_ten_dollars_give_three_thirty_each():
    assert share_of_quote(D(10), 3, BUFFER).each == D("3.30")


def test_committed_buys_are_not_subtracted_twice():
    free = D(10) - D(4)  # what is free already lacks the four that rest
    assert share_of_quote(free, 3, BUFFER).shared == D("5.88")
    assert share_of_quote(free, 1, BUFFER).each == D("5.90")


def test_nothing_grows_over_idle_looks():
    looks = [share_of_quote(D(10), 0, BUFFER) for _ in range(4)]
    assert {one.left for one in looks} == {D("9.90")}
    assert share_of_quote(D(10), 1, BUFFER).each == D("9.90")


@given(
    free=st.decimals(0, 10_000, places=6),
    ready=st.integers(0, 500),
    buffer=st.decimals(0, 10, places=2),
)
def test_shares_and_what_is_left_are_the_pool_and_less_than_a_cent_a_slot_is_left(
    free, ready, buffer
):
    share = share_of_quote(free, ready, buffer)
    pool = max(D(0), free - buffer)
    assert share.shared + share.left == pool
    assert share.each * ready == share.shared
    if ready:
        assert 0 <= share.left < D("0.01") * ready


@pytest.mark.parametrize(("free", "amount"), [("6.09", "5.99"), ("6.10", 6), ("6.11", 6)])
def test_one_slot_takes_at_most_its_multiple_of_the_order_size(free, amount):
    funds = Funds(free_quote=D(free), ready=1)
    assert buy_amount(FIRST, D(2), D(2), funds) == D(amount)


def test_by_account_every_slot_has_an_equal_part_and_never_less_than_the_order_size():
    sharing = Sharing(by_account=True)
    assert buy_amount(sharing, D(2), D(2), Funds(free_quote=D(10), slots=3)) == D(10) / 3
    assert buy_amount(sharing, D(2), D(2), Funds(free_quote=D(10), slots=9)) == 2


@pytest.mark.parametrize(("free", "dividend"), [("2.49", 0), ("2.50", "0.50"), ("2.51", "0.51")])
def test_dust_is_swept_from_its_threshold_on(free, dividend):
    sharing = Sharing(dust=True)
    assert dust_dividend(sharing, D(2), Funds(free_quote=D(free), ready=1)) == D(dividend)


@pytest.mark.parametrize(("pct", "swelled"), [(0, 5), (50, 3), (150, 5), (200, 5)])
def test_dust_grows_an_entry_by_so_much_at_most(pct, swelled):
    assert swept(Sharing(dust=True, dust_most_pct=D(pct)), D(2), D(3)) == swelled


def test_a_share_of_the_whole_quote_leaves_no_dust():
    assert dust_dividend(FIRST, D(2), Funds(free_quote=D(50), ready=1)) == 0


@pytest.mark.parametrize("block", Block)
def test_a_leg_counts_as_ready_while_only_its_turn_keeps_it(block):
    story = SlotStory()
    slot = replace(story.slot, b=replace(story.slot.b, block=block))
    assert wants_buy(slot) is (block in READY)
    assert not wants_buy(replace(slot, draining=True))


def test_resting_orders_are_counted_by_role_and_side():
    story = SlotStory()
    story.enter("B")
    story.enter("A")
    assert len(resting([story.slot])) == resting_entries([story.slot]) == 2
    order = story.slot.b.order
    assert committed_buys([story.slot]) == order.price * order.size
    assert not wants_buy(story.slot)


@pytest.mark.parametrize(
    ("base", "quote", "most"), [("1.029", "0.103", 0), ("1.03", "0.103", 1), ("1.03", "0.1029", 0)]
)
def test_a_layer_holds_only_where_both_balances_carry_it(base, quote, most):
    funds = Funds(free_base=D(base), free_quote=D(quote))
    assert layers(Layering(target=5), funds, D("0.1")).in_force == most


def test_layers_are_off_by_default_and_add_nothing():
    funds = Funds(free_base=D(1000), free_quote=D(1000))
    found = layers(Layering(), funds, D("0.1"))
    assert (found.in_force, found.short, layer_amount(Layering(), found, D("0.1"))) == (0, 0, 0)


@pytest.mark.parametrize(("source", "held"), [("AUTO", 9), ("DOGE", 20), ("USD", 9)])
def test_the_source_names_the_balance_that_carries_layers(source, held):
    funds = Funds(free_base=D(1000), free_quote=D(10), buys=10, sells=10)
    assert layers(Layering(target=20, source=source), funds, D("0.1")).in_force == held


def test_a_layer_adds_its_base_to_both_sides_and_dust_to_buys_alone():
    shaping = Shaping(sharing=Sharing(dust=True), layering=Layering(target=1))
    funds = Funds(free_quote=D(5), free_base=D(100), ready=1)
    mark = D("0.1")
    assert shaped(shaping, LegName.A, D(2), D(2), funds, mark) == D("2.1")
    assert shaped(shaping, LegName.B, D(2), D(2), funds, mark) == D("5.1")


def test_the_floor_comes_after_everything_else():
    story = SlotStory()
    sizing = Sizing(base_sized=False, amount=D(2), floor=True, shaping=Shaping(sharing=FIRST))
    market = story.rules.instrument
    poor = Funds(free_quote=D("0.20"), ready=1)
    least = market.min_base * D("0.2") * D("1.01")
    assert sized(sizing, story.slot, LegName.B, D("0.2"), market, poor) == least
    assert sized(sizing, story.slot, LegName.A, D("0.2"), market, poor, D("0.5")) == least


def test_base_sizing_is_neither_shared_nor_multiplied():
    story = SlotStory()
    sizing = Sizing(base_sized=True, amount=D(18), shaping=Shaping(sharing=FIRST))
    market = story.rules.instrument
    poor = Funds(free_quote=D(0), ready=1)
    assert sized(sizing, story.slot, LegName.B, D("0.2"), market, poor, D("0.5")) == 18
