"""What shapes entries while a desk trades: shares, layers, dust, speed, volatility; and nothing while off."""

import sys
from decimal import Decimal
from pathlib import Path

import pytest
from desk_world import World, walk
from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parent))

from small_desk import House

from holdfast.desk.closed import ClosedCycles
from holdfast.desk.sizing_adviser import SizingAdviser
from holdfast.desk.status.document import build
from holdfast.desk.volatility_adviser import VolatilityAdviser
from holdfast.domain.events import CycleBooked, OrderPlaced
from holdfast.domain.market import Regime
from holdfast.domain.slots import LEG_A, LEG_B
from holdfast.engine.allocation import Sharing
from holdfast.engine.layers import Layering
from holdfast.engine.readings import Readings
from holdfast.engine.shaping import Shaping
from holdfast.engine.throughput import Throughput
from holdfast.engine.volatility import VolatilityTarget
from holdfast.wiring.sizing import newest_cycles, shape_entries

CALM = (5, 5, 0, 1)
SWING = ((60, 5, -50, 1), (5, 90, 80, 1), (60, 5, -50, 1), (5, 90, 60, 1))


def shaped(rows, shaping, **wishes):
    """Open a desk whose entries are shaped from its first tick on."""
    world = World(walk(rows), **wishes)
    world.sizing = replace(world.sizing, shaping=shaping)
    world.open()
    world.desk.advisers = (SizingAdviser(world.desk),)
    return world


def entries(world, leg):
    return [
        row
        for row in world.rows()
        if isinstance(row, OrderPlaced) and row.role == "entry" and row.leg is leg
    ]


def notional(row):
    return row.price * row.size


def test_with_everything_off_a_desk_has_no_adviser_and_remembers_no_cycle():
    house = House(slots=2).ticks(2)
    assert house.desk.advisers == ()
    assert house.desk.closed is None
    assert house.desk.sizing.shaping is None
    assert house.status()["sizing"]["shaped"] is False


def test_row_22_ready_slots_share_the_free_quote_and_nothing_is_counted_twice():
    """Core Part 7, row 22: committed buys are out of the free quote already, and nothing is carried."""
    sharing = Sharing(quote_first=True, buffer=Decimal("0.10"), most=Decimal(100))
    world = shaped([CALM] * 4, Shaping(sharing=sharing), slots=3, opening=Decimal(10))
    world.tick()
    first = [notional(row) for row in entries(world, LEG_B)]
    assert all(Decimal("3.2") < one <= Decimal("3.30") for one in first)
    assert len(first) == 3
    left = world.desk.books.accounts.free_quote
    assert Decimal("0.05") < left < Decimal("0.3")
    for _ in range(3):
        world.tick()
    assert world.desk.books.accounts.free_quote == left
    world.close()


def test_sells_keep_the_order_size_while_buys_share():
    sharing = Sharing(quote_first=True, buffer=Decimal("0.10"))
    world = shaped([CALM], Shaping(sharing=sharing), slots=2)
    world.tick()
    assert all(Decimal("1.9") < notional(row) < Decimal("2.1") for row in entries(world, LEG_A))
    assert all(Decimal("5.9") < notional(row) <= 6 for row in entries(world, LEG_B))
    world.close()


def test_an_entry_that_is_moved_keeps_its_notional():
    sharing = Sharing(quote_first=True, buffer=Decimal("0.10"), most=Decimal(100))
    rows = [CALM, (5, 40, 30, 1), (5, 40, 30, 1), (5, 40, 30, 1)]
    world = shaped(
        rows, Shaping(sharing=sharing), slots=1, opening=Decimal(10), refresh_pct=Decimal("0.1")
    )
    for _ in rows:
        world.tick()
    moved = next(iter(world.desk.books.slots.values())).b.order
    assert moved.revision > 0
    assert notional(moved) == pytest.approx(notional(entries(world, LEG_B)[0]), abs=Decimal("0.2"))
    world.close()


def test_a_layer_adds_its_base_to_every_entry():
    world = shaped([CALM], Shaping(layering=Layering(target=3)), slots=1)
    world.tick()
    plain = World(walk([CALM]), slots=1)
    plain.open()
    plain.tick()
    for leg in (LEG_A, LEG_B):
        assert entries(world, leg)[0].size - entries(plain, leg)[0].size == 3
    world.close()
    plain.close()


def test_dust_goes_to_the_next_buys_and_no_farther_than_told():
    sharing = Sharing(dust=True, dust_most_pct=Decimal(50))
    world = shaped([CALM], Shaping(sharing=sharing), slots=2)
    world.tick()
    assert all(Decimal("2.9") < notional(row) <= 3 for row in entries(world, LEG_B))
    assert all(notional(row) < Decimal("2.1") for row in entries(world, LEG_A))
    world.close()


@pytest.mark.parametrize(("enabled", "size"), [(True, 30), (False, 20)])
def test_speed_sizes_entries_only_where_it_is_switched_on(enabled, size):
    world = World(walk([CALM]), slots=1)
    world.open()
    knobs = Throughput(
        enabled=enabled, halflife=0, min_samples=5, full_confidence=1, ceiling=Decimal("1.5")
    )
    closed = ClosedCycles(knobs)
    event = CycleBooked(
        0, LEG_A, 1, *[Decimal(1)] * 9, 0, 0, 0, 2, Decimal(1), "", 0, Regime.RANGING
    )
    for _ in range(15):
        closed.take(600 * 10**6, event)
        closed.take(1200 * 10**6, replace(event, leg=LEG_B))
        closed.take(1201 * 10**6, replace(event, leg=LEG_B))
    world.desk.advisers = (SizingAdviser(world.desk, closed, logs=True),)
    world.tick()
    assert entries(world, LEG_A)[0].size == size
    world.close()


def test_a_new_exit_rests_at_the_target_of_the_volatility_read():
    world = World(walk([CALM, (60, 5, -50, 1), CALM]), slots=1)
    world.open()
    world.desk.advisers = (VolatilityAdviser(world.desk, VolatilityTarget()),)
    world.desk.readings = Readings(at=1, volatility=Decimal(1), volatility_ready=True)
    for _ in range(3):
        world.tick()
    exits = [r for r in world.rows() if isinstance(r, OrderPlaced) and r.role == "exit"]
    entry = entries(world, LEG_B)[0]
    assert exits[0].price == (entry.price * Decimal("1.016")).quantize(Decimal("0.000001"))
    world.close()


def test_a_volatility_that_was_not_read_changes_nothing():
    world = World(walk([CALM]), slots=1)
    world.open()
    adviser = VolatilityAdviser(world.desk, VolatilityTarget())
    assert adviser.target() == world.desk.rules.profit_pct
    world.desk.readings = Readings(at=1, volatility=Decimal(9), volatility_ready=False)
    assert adviser.target() == world.desk.rules.profit_pct
    world.close()


def test_a_restart_remembers_the_newest_cycles_as_they_closed():
    world = World(walk([*SWING] * 6), slots=2, on_disk=True)
    world.open()
    knobs = Throughput(lookback=3)
    world.desk.closed = ClosedCycles(knobs)
    while world.tick():
        pass
    assert world.desk.counters.cycles > 3
    lived = world.desk.closed._closed
    ledger = world.ledger.inner
    ledger.project()
    again = ClosedCycles(knobs)
    cursor = ledger.cursor()
    for at, event in newest_cycles(cursor, 3):
        again.take(at, event)
    cursor.close()
    assert list(again._closed) == list(lived)
    world.close()


def test_an_edit_of_the_profile_gives_and_takes_the_advisers():
    house = House(slots=2).ticks(1)
    on = house.profile.settings.model_copy(
        update={"tp_enabled": True, "volatility_auto_profit": True}
    )
    shape_entries(house.desk, on)
    assert [type(one) for one in house.desk.advisers] == [SizingAdviser, VolatilityAdviser]
    shape_entries(house.desk, house.profile.settings)
    assert house.desk.advisers == ()


@pytest.mark.parametrize(
    "settings",
    [
        {"quote_first_allocation": "true"},
        {"account_share_enabled": "true", "dust_sweep_enabled": "true"},
        {"capital_layer_target_layers": "2"},
        {"tp_enabled": "true", "tp_min_samples": "3", "tp_min_samples_per_bucket": "2"},
        {"volatility_auto_profit": "true"},
    ],
    ids=str,
)
def test_each_switch_of_a_profile_reaches_a_desk_that_trades_and_keeps_its_books(settings):
    house = House(slots=3, **settings).ticks(60)
    assert house.desk.advisers
    assert not house.desk.books.holds
    assert house.desk.counters.fills > 0
    assert not any(house.desk.books.accounts.sums().values())


@pytest.mark.plan("001-110", "001-111")
def test_status_names_both_idle_ratios_and_the_basis_in_force():
    house = House(slots=2, rebalance_basis="quote_only", order_size_mode="DOGE").ticks(3)
    told = house.status()["rebalancer"]
    assert told["basis"] == "quote_only"
    assert told["idle_ratio"] == told["idle_ratio_quote_only"] != told["idle_ratio_mark_to_market"]
    assert told["advice_only"] is True


def test_status_tells_shares_layers_dust_target_and_fee():
    house = House(slots=2).ticks(40)
    told = build(house.desk, profile=house.profile, session="none", now_wall=1, facts=house.facts)[
        "sizing"
    ]
    assert told["quote_first"]["carry_usd"] == 0
    assert told["capital_layers"]["effective_layers"] == 0
    assert told["volatility_target"]["target_pct"] == house.desk.rules.profit_pct
    assert told["fee_tier"]["configured_pct"] == Decimal("0.25")
    if told["fee_tier"]["samples"] >= 10:
        assert told["fee_tier"]["differs"] is False


def test_the_sizer_is_advice_while_it_is_off():
    house = House(slots=2)
    shape_entries(house.desk, house.profile.settings)
    house.ticks(60)
    told = house.status()["throughput_sizer"]
    assert (told["ready"], told["enabled"]) == (True, False)
    assert told["last_update_n"] == house.desk.counters.cycles
    assert house.desk.advisers == ()
