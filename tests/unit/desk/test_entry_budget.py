"""Which orders slow entries down, which the cap counts, and when another slot is refused."""

import sys
from pathlib import Path

import pytest
from desk_world import World, walk

sys.path.insert(0, str(Path(__file__).parent))

from small_desk import PROFILES, House

from holdfast.desk.alerts.evaluator import Evaluator
from holdfast.desk.alerts.registry import BY_ALERT
from holdfast.desk.limits import Limits
from holdfast.domain.errors import CommandRefused
from holdfast.domain.slots import Block
from holdfast.engine.readings import Band, Readings
from holdfast.wiring.reloading import Reloader

CALM = (5, 5, 0, 1)
SAFE = {"sticky_mode_enabled": "true", "open_order_cap": "pro"}


def crowded(*, entries_only, exits=0, cap=30):
    """Open a desk with ten slots, of which some owe exits, under a cap."""
    rows = [CALM, *([(60, 5, -50, 1)] if exits else []), *[CALM] * 4]
    limits = Limits(entries_per_tick=9, order_cap=cap, entries_only=entries_only)
    world = World(walk(rows), slots=10, limits=limits)
    world.open()
    world.tick()
    return world


@pytest.mark.plan("001-188", "001-190")
def test_waiting_exits_slow_entries_down_only_where_all_orders_count():
    for entries_only, most in ((False, 2), (True, 3)):
        world = crowded(entries_only=entries_only, exits=10)
        world.tick()  # all ten buys fill, and ten exits rest beside ten sells
        world.desk.tick_number += 1
        counted = len(world.desk.books.orders)
        assert counted == 20
        assert world.desk.entry_cap() == most
        world.close()


@pytest.mark.plan("001-189", "001-191")
@pytest.mark.parametrize("entries_only", [False, True])
@pytest.mark.parametrize(
    ("cap", "block"), [(19, Block.CAPACITY), (20, Block.CAPACITY), (21, Block.NONE)]
)
def test_the_cap_counts_every_order_exits_too_whatever_slows_entries_down(entries_only, cap, block):
    world = crowded(entries_only=entries_only, exits=10)
    world.tick()
    world.desk.limits = Limits(entries_per_tick=9, order_cap=cap, entries_only=entries_only)
    world.desk.counters.begin_tick()
    assert len(world.desk.books.orders) == 20
    assert world.desk.gate() is block
    assert world.desk.gate(exempt=True) is block
    world.close()


@pytest.mark.parametrize(
    ("band", "most"),
    [(Band.CHOPPY, 3), (Band.NORMAL, 2), (Band.TRENDING, 1), (Band.UNKNOWN, 9)],
)
def test_the_trend_lowers_the_entries_of_a_tick_only_where_it_is_asked(band, most):
    world = World(walk([CALM]), slots=1)
    world.open()
    world.desk.readings = Readings(at=1, band=band)
    for by_band, expected in ((True, most), (False, 9)):
        world.desk.limits = Limits(entries_per_tick=9, by_band=by_band)
        assert world.desk.entry_cap() == expected
    world.close()


def test_entries_of_a_tick_count_against_their_own_budget_as_they_are_placed():
    world = World(walk([CALM]), slots=1)
    world.open()
    world.desk.limits = Limits(entries_per_tick=9, order_cap=5, entries_only=True)
    before = world.desk.entry_count.now(world.desk)
    world.desk.counters.entries_used += 2
    assert world.desk.entry_count.now(world.desk) == before + 2
    world.close()


@pytest.mark.plan("001-095")
@pytest.mark.parametrize(
    ("slots", "said"),
    [(79, "its turn comes"), (80, "above the target 80"), (83, "room for 0 orders")],
)
def test_a_slot_is_added_to_the_target_and_advised_against_above_it(slots, said):
    house = House(slots=slots, candles=4, **SAFE)
    answer = house.do("add_slot")
    assert answer.endswith(said) or said in answer
    assert ("mind that" in answer) is (slots != 79)


@pytest.mark.plan("001-095")
def test_the_slot_that_does_not_fit_the_safe_cap_is_refused():
    house = House(slots=84, candles=4, **SAFE)
    with pytest.raises(
        CommandRefused, match="85 slots need 170 orders, the safe part of the cap is 168"
    ):
        house.do("add_slot")
    assert len(house.desk.books.slots) == 84


@pytest.mark.plan("001-169")
def test_a_hundredth_slot_needs_the_cap_policy_to_be_overridden():
    with pytest.raises(CommandRefused, match="100 slots need 200 orders"):
        House(slots=99, candles=4, **SAFE).do("add_slot")
    raised = {"open_order_safety_ratio": "0.90", "sticky_target_slots": "100"}
    assert "was added" in House(slots=99, candles=4, **SAFE, **raised).do("add_slot")


def test_status_projects_what_the_slots_need_at_worst():
    told = House(slots=84, candles=4, **SAFE).status()["capacity_fill_health"]["projection"]
    assert (told["worst_case_orders"], told["worst_case_headroom"]) == (168, 0)
    assert (told["fit"], told["next_slot_fit"], told["most_slots"]) == ("advise", "refused", 84)
    assert told["entry_cap_policy"] == "total"


@pytest.mark.plan("001-167")
@pytest.mark.parametrize(("headroom", "goes_off"), [(6, False), (5, True), (4, True)])
def test_the_alert_goes_off_at_headroom_five(headroom, goes_off):
    alert = BY_ALERT["HeadroomGone"]
    evaluator, told = Evaluator([alert]), []
    for now in range(0, 121, 60):
        series = {"open_order_headroom": {(): float(headroom)}}
        told += evaluator.look(series, wall=0, now=float(now))
    assert [one.state for one in told] == (["began"] if goes_off else [])


@pytest.mark.parametrize(
    ("used", "block"), [(1, Block.NONE), (2, Block.DEFERRED), (3, Block.DEFERRED)]
)
def test_an_entry_is_deferred_once_the_cap_of_its_tick_is_used(used, block):
    world = World(walk([CALM]), slots=1, limits=Limits(entries_per_tick=2))
    world.open()
    world.desk.counters.begin_tick()
    world.desk.counters.entries_used = used
    assert world.desk.gate() is block
    assert world.desk.gate(exempt=True) is Block.NONE
    world.close()


@pytest.mark.plan("001-095")
@pytest.mark.parametrize(("slots", "result"), [(84, "taken"), (85, "refused")])
def test_an_edit_of_the_profile_adds_no_slot_that_does_not_fit(slots, result):
    house, wider = House(slots=80, candles=4, **SAFE), House(slots=slots, candles=4, **SAFE)
    reloader = Reloader(house.profile, PROFILES, {}, lambda: None)
    reloader._weigh(house.desk, wider.profile)
    assert reloader.state.result == result
    assert len(house.desk.books.slots) == (slots if result == "taken" else 80)
    assert ("85 slots need 170 orders" in reloader.state.detail) is (result == "refused")
