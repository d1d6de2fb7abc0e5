"""The table of bring-up, row by row, and the bounds of its conditions (core 2.1)."""

from decimal import Decimal

import pytest
from msgspec.structs import replace
from strategies import DOGE, TWO_USD, rules_with

from holdfast.domain.events import CancelAsked, LegBlocked, OrderPlaced
from holdfast.domain.observations import End
from holdfast.domain.slots import LEG_A, LEG_B, Block, Leg, LegName, Slot
from holdfast.engine.bootstrap import (
    EXEMPT,
    ROWS,
    bring_up,
    means_of,
    repair,
    requirements,
    row_for,
)
from holdfast.engine.inputs import EntryWanted, SideSuppressed
from holdfast.engine.reducer import reduce
from holdfast.engine.rules import Terms

MARK = Decimal("0.1")
FINE = replace(DOGE, size_step=Decimal("1E-8"))
LEAST_QUOTE = Decimal("1.3")  # 13 DOGE at the mark


def terms(base="100", quote="10", suppressed=None, instrument=DOGE, mark=MARK, now=0, **more):
    return Terms(
        rules=rules_with(instrument=instrument),
        now=now,
        mark=mark,
        sizing=TWO_USD,
        spare_base=Decimal(base),
        spare_quote=Decimal(quote),
        blocks={} if suppressed is None else {LegName(suppressed): Block.REGIME},
        **more,
    )


def empty():
    return Slot(
        slot_id=0,
        sticky=True,
        created_at=0,
        a=Leg(name=LEG_A, block=Block.PACING),
        b=Leg(name=LEG_B, block=Block.PACING),
    )


def brought_up(given):
    slot, events = empty(), []
    for wanted in bring_up(given):
        step = reduce(slot, wanted, given)
        slot, events = step.slot, events + step.events
    return slot, events


def orders(events):
    return [(e.leg.value, e.reason, e.size) for e in events if isinstance(e, OrderPlaced)]


def reasons(slot):
    return slot.b.block.value, slot.a.block.value


@pytest.mark.parametrize(
    ("number", "given", "placed", "why"),
    [
        (1, {"suppressed": "A"}, [("B", "bootstrap_regime", 20)], ("none", "regime")),
        (2, {"suppressed": "A", "quote": ".5"}, [], ("balance", "regime")),
        (3, {"suppressed": "B"}, [("A", "bootstrap_regime", 20)], ("regime", "none")),
        (4, {"suppressed": "B", "base": "5"}, [], ("regime", "balance")),
        (5, {}, [("B", "bootstrap", 20), ("A", "bootstrap", 20)], ("none", "none")),
        (6, {"quote": ".5"}, [("A", "bootstrap_reseed_quote", 26)], ("balance", "none")),
        (7, {"base": "5"}, [("B", "bootstrap_reseed_base", 26)], ("none", "balance")),
        (8, {"quote": ".5", "base": "20"}, [("A", "fallback_short_only", 13)], ("balance", "none")),
        (9, {"quote": "2", "base": "5"}, [("B", "fallback_long_only", 13)], ("none", "balance")),
        (10, {"quote": ".5", "base": "5"}, [], ("balance", "balance")),
    ],
)
@pytest.mark.plan("000-001", "000-052", "000-057")
def test_each_row_of_the_table_places_what_it_says_and_names_what_is_missing(
    number, given, placed, why
):
    with_funds = terms(**given)
    assert row_for(means_of(with_funds)).number == number
    slot, events = brought_up(with_funds)
    assert [(leg, source, int(size)) for leg, source, size in orders(events)] == placed
    assert reasons(slot) == why


def test_the_rows_are_numbered_as_the_contract_has_them_and_the_last_always_fits():
    assert [row.number for row in ROWS] == list(range(1, 11))
    for base in ("0", "13", "26"):
        for quote in ("0", "1.3", "2.6"):
            for side in (None, "A", "B"):
                assert row_for(means_of(terms(base=base, quote=quote, suppressed=side)))


@pytest.mark.parametrize(("quote", "row"), [("1.29999999", 6), ("1.3", 5), ("1.30000001", 5)])
def test_quote_at_its_bound_is_enough_and_a_hair_below_it_is_not(quote, row):
    assert row_for(means_of(terms(quote=quote))).number == row


@pytest.mark.parametrize(("base", "row"), [("12.99", 7), ("13", 5), ("13.01", 5)])
def test_base_at_its_bound_is_enough_and_a_hair_below_it_is_not(base, row):
    assert row_for(means_of(terms(base=base))).number == row


@pytest.mark.parametrize(("base", "row"), [("25.99", 8), ("26", 6), ("26.01", 6)])
def test_a_reseed_in_base_begins_at_twice_the_smallest_entry(base, row):
    assert row_for(means_of(terms(base=base, quote="0"))).number == row


@pytest.mark.parametrize(("quote", "row"), [("2.59", 9), ("2.6", 7), ("2.61", 7)])
def test_a_reseed_in_quote_begins_at_twice_the_smallest_entry(quote, row):
    assert row_for(means_of(terms(base="0", quote=quote))).number == row


def test_a_venue_that_names_no_least_notional_asks_for_what_the_least_size_costs():
    assert requirements(DOGE, MARK) == (13, LEAST_QUOTE)
    assert requirements(replace(DOGE, min_quote=Decimal(2)), MARK) == (13, 2)


@pytest.mark.parametrize("instrument", [DOGE, FINE])
def test_small_entries_are_sized_in_base_and_never_fall_below_the_least(instrument):
    _, events = brought_up(terms(base="13", quote="0", instrument=instrument))
    assert orders(events) == [("A", "fallback_short_only", 13)]


def test_a_small_entry_grows_until_the_venue_takes_its_notional():
    costly = replace(DOGE, min_quote=Decimal(2))
    _, events = brought_up(terms(base="25", quote="0", instrument=costly))
    (_, _, size), *_ = orders(events)
    assert size == 20
    assert size * events[-1].price >= 2


def test_a_reseed_that_twice_the_quote_cannot_pay_for_falls_back_to_the_least_size():
    lenient = replace(DOGE, min_quote=Decimal("0.5"))
    _, events = brought_up(terms(base="5", quote="1.4", instrument=lenient))
    assert orders(events) == [("B", "fallback_long_only", 13)]


def test_one_side_below_the_smallest_size_leaves_the_other_alone():
    dear = terms(mark=Decimal("0.2"), quote="11")  # 2 USD buy 10 DOGE, fewer than 13
    dear = replace(dear, amounts={LEG_A: Decimal(2), LEG_B: Decimal(10)})
    slot, events = brought_up(dear)
    assert orders(events) == [("B", "bootstrap", 50)]
    assert slot.a.block is Block.MIN_SIZE


@pytest.mark.parametrize(("now", "entered"), [(99, False), (100, True), (101, True)])
def test_a_leg_rests_while_now_is_before_the_end_of_its_cooldown(now, entered):
    slot = replace(empty(), a=replace(empty().a, cooldown_until=100))
    step = reduce(slot, bring_up(terms(now=now))[1], terms(now=now))
    assert (step.slot.a.order is not None) is entered
    assert step.slot.a.block is (Block.NONE if entered else Block.COOLDOWN)


def test_a_repair_adds_the_missing_side_in_the_normal_size():
    slot, _ = brought_up(terms(suppressed="A"))
    given = terms()
    wanted = repair(slot, LEG_A, given)
    assert wanted == EntryWanted(leg=LEG_A, reason="auto_repair")
    after = reduce(slot, wanted, given)
    assert orders(after.events) == [("A", "auto_repair", 20)]


@pytest.mark.parametrize("marked", [Block.REGIME, Block.BALANCE, Block.CAPACITY])
def test_a_repair_is_skipped_while_the_missing_side_is_suppressed_whoever_marked_the_slot(marked):
    slot, _ = brought_up(terms(suppressed="A"))
    slot = replace(slot, a=replace(slot.a, block=marked))
    given = terms(suppressed="A")
    after = reduce(slot, repair(slot, LEG_A, given), given)
    assert orders(after.events) == []
    assert after.slot.a.block is Block.REGIME


def test_a_side_that_a_flip_of_the_regime_now_favours_is_repaired():
    slot, _ = brought_up(terms(suppressed="A"))  # long only by the regime
    given = terms(suppressed="B")
    after = reduce(slot, repair(slot, LEG_A, given), given)
    assert orders(after.events) == [("A", "auto_repair", 20)]


def test_exactly_three_sources_pass_the_cap_of_a_tick():
    assert EXEMPT["repair"] == {"bootstrap", "bootstrap_regime", "auto_repair"}
    assert EXEMPT["bootstrap"] == {"bootstrap", "bootstrap_regime"}
    assert EXEMPT["none"] == set()
    paced = {row.source for row in ROWS} - EXEMPT["repair"]
    assert paced == {
        "bootstrap_reseed_quote",
        "bootstrap_reseed_base",
        "fallback_short_only",
        "fallback_long_only",
    }


def test_suppression_asks_for_the_end_of_the_side_and_its_leg_then_says_why():
    slot, _ = brought_up(terms())
    given = terms(suppressed="A")
    step = reduce(slot, SideSuppressed(leg=LEG_A), given)
    (asked,) = step.events
    assert isinstance(asked, CancelAsked)
    assert asked.reason == "suppressed"
    again = reduce(step.slot, SideSuppressed(leg=LEG_A), given)
    assert again.events == []
    ended = reduce(step.slot, End(client_order_id=asked.client_order_id, status="canceled"), given)
    assert ended.slot.a.block is Block.REGIME
    assert ended.slot.b.order == slot.b.order


def test_suppression_retags_a_side_that_is_missing_already_and_keeps_places_in_line():
    slot, _ = brought_up(terms(base="5", quote="10"))
    assert slot.a.block is Block.BALANCE
    given = terms(suppressed="A")
    (event,) = reduce(slot, SideSuppressed(leg=LEG_A), given).events
    assert isinstance(event, LegBlocked)
    assert event.block is Block.REGIME
    assert reduce(empty(), SideSuppressed(leg=LEG_A), given).events == []
