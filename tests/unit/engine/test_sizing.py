"""What an entry may use, in quote and in base, with and without compounding."""

from decimal import Decimal

import pytest
from msgspec.structs import replace
from slot_story import SlotStory
from strategies import DOGE

from holdfast.engine.sizing import Sizing, entry_amount

QUOTE = Sizing(base_sized=False, amount=Decimal(2), compounding=True)
FIXED = replace(QUOTE, compounding=False)
BASE = Sizing(base_sized=True, amount=Decimal(18))
MARKS = ("0.05", "0.0731", "0.18", "0.5")


def rich(story, profit):
    story.slot = replace(story.slot, net_profit=Decimal(profit))
    return story


def bought(story):
    story.enter("B")
    return story.slot.b.order.size if story.slot.b.order else None


@pytest.mark.plan("001-058", "001-060", "001-152")
@pytest.mark.parametrize("mark", MARKS)
def test_base_sizing_buys_the_same_size_at_any_price(mark):
    assert bought(SlotStory(mark=mark, sizing=BASE, base_sized=True)) == 18


@pytest.mark.plan("001-059")
@pytest.mark.parametrize(
    ("asked", "size"), [("18.4", 18), ("18.5", 18), ("18.6", 19), ("19.5", 20)]
)
def test_a_base_size_is_snapped_to_the_step_half_to_even(asked, size):
    sizing = Sizing(base_sized=True, amount=Decimal(asked))
    assert bought(SlotStory(sizing=sizing, base_sized=True)) == size


SMALLEST = [
    (FIXED, False, "0.1535", "0", True),  # 13 at 0.153193
    (FIXED, False, "0.1605", "0", False),  # 12
    (FIXED, False, "0.1", "2", True),
    (FIXED, False, "0.1", "2.000001", False),
    (replace(BASE, amount=Decimal(14)), True, "0.1", "0", True),
    (replace(BASE, amount=Decimal(13)), True, "0.1", "0", True),
    (replace(BASE, amount=Decimal(12)), True, "0.1", "0", False),
    (BASE, True, "0.05", "0.8982", True),  # 18 at 0.0499
    (BASE, True, "0.05", "0.898201", False),
]


@pytest.mark.plan("001-061", "001-172")
@pytest.mark.parametrize(("sizing", "base_sized", "mark", "least", "placed"), SMALLEST)
def test_smallest_size_and_cost_are_checked_in_both_modes(sizing, base_sized, mark, least, placed):
    instrument = replace(DOGE, min_quote=Decimal(least))
    story = SlotStory(mark=mark, sizing=sizing, base_sized=base_sized, instrument=instrument)
    if least == "2":
        story.at("0.1002004008")  # the entry is then 20 at 0.1
    assert (bought(story) is not None) is placed
    assert story.slot.b.block == ("none" if placed else "min_size")


@pytest.mark.plan("001-115", "001-116", "001-170")
@pytest.mark.parametrize(
    ("profit", "amount"), [("-0.5", "2"), ("0", "2"), ("0.25", "2.25"), ("1", "3")]
)
def test_compounding_adds_what_a_slot_earned_and_never_takes_away(profit, amount):
    slot = rich(SlotStory(), profit).slot
    assert entry_amount(QUOTE, slot, Decimal("0.1"), DOGE) == Decimal(amount)


@pytest.mark.plan("001-115", "001-116", "001-170")
def test_a_larger_profit_places_a_larger_entry():
    sizes = [bought(rich(SlotStory(sizing=QUOTE), profit)) for profit in ("0", "0.25", "1")]
    assert sizes == [20, 23, 30]


@pytest.mark.plan("001-117", "001-171")
@pytest.mark.parametrize("profit", ["-1", "0", "5"])
def test_a_fixed_notional_stays_whatever_a_slot_earned(profit):
    assert bought(rich(SlotStory(sizing=FIXED), profit)) == 20


@pytest.mark.plan("001-118")
@pytest.mark.parametrize("profit", ["-1", "0", "5"])
def test_base_sizing_does_not_compound_through_the_quote_knob(profit):
    assert bought(rich(SlotStory(sizing=BASE, base_sized=True), profit)) == 18


def test_base_compounding_has_its_own_knob():
    sizing = replace(BASE, compounding=True)
    assert bought(rich(SlotStory(sizing=sizing, base_sized=True), "1")) == 28


def test_the_floor_lifts_a_quote_entry_to_the_smallest_size():
    floored = replace(FIXED, amount=Decimal(1), floor=True)
    assert bought(SlotStory(sizing=floored)) == 13
    assert bought(SlotStory(sizing=replace(floored, floor=False))) is None


@pytest.mark.parametrize(("mark", "size"), [("0.05", 18), ("0.1", 18), ("0.9", 18)])
def test_row_9_doge_mode_volume_is_constant_at_any_price(mark, size):
    """Core Part 7, row 9; too small in size or cost is refused."""
    assert bought(SlotStory(mark=mark, sizing=BASE, base_sized=True)) == size
    small = replace(BASE, amount=Decimal(12))
    assert bought(SlotStory(mark=mark, sizing=small, base_sized=True)) is None
    dear = replace(DOGE, min_quote=Decimal(100))
    assert bought(SlotStory(mark=mark, sizing=BASE, base_sized=True, instrument=dear)) is None


@pytest.mark.parametrize(("profit", "amount"), [("0", "2.0"), ("-0.5", "2.0"), ("0.5", "2.5")])
def test_row_10_compounding_grows_with_profit_and_never_shrinks(profit, amount):
    """Core Part 7, row 10; fixed stays at two whatever was earned."""
    slot = rich(SlotStory(), profit).slot
    assert entry_amount(QUOTE, slot, Decimal("0.1"), DOGE) == Decimal(amount)
    assert entry_amount(FIXED, slot, Decimal("0.1"), DOGE) == Decimal("2.0")


@pytest.mark.parametrize(
    ("mark", "amount"), [("0.152", "2"), ("0.1524", "2.0010120"), ("0.2", "2.626")]
)
def test_the_floor_lifts_an_entry_to_the_smallest_size_and_a_hundredth(mark, amount):
    floor = replace(FIXED, floor=True)
    assert entry_amount(floor, SlotStory().slot, Decimal(mark), DOGE) == Decimal(amount)
