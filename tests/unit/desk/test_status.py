"""The status document: its figures, and how it is handed over."""

import json
import sys
from decimal import Decimal
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from small_desk import House

from holdfast.desk import holds
from holdfast.desk.status.document import build, day_text, mode_of
from holdfast.desk.status.facts import View, view_of
from holdfast.desk.status.releases import release_blocks
from holdfast.desk.status.slots import SlotRows
from holdfast.desk.status.tally import Tally
from holdfast.desk.status.vintage import BUCKETS
from holdfast.desk.tick import tick
from holdfast.domain.bookkeeping import SessionStopped
from holdfast.domain.events import CycleBooked
from holdfast.domain.market import DAY, HOUR
from holdfast.domain.money import ZERO
from holdfast.domain.slots import LegName


@pytest.fixture(scope="module")
def traded():
    return House(slots=6, candles=600).ticks(500)


def test_the_bytes_say_what_the_document_says(traded):
    traded.status()
    snapshot = traded.board.read()
    read = json.loads(snapshot.body, parse_float=Decimal, parse_int=Decimal)
    assert read.keys() == snapshot.status.keys()
    for told, row in zip(read["slots"], snapshot.status["slots"], strict=True):
        assert told.keys() == row.keys()
        assert told["total_profit"] == row["total_profit"]
        assert told["unrealized_profit"] == row["unrealized_profit"]
    assert read["total_profit"] == snapshot.status["total_profit"]


def test_no_decimal_goes_through_a_float(traded):
    profit = traded.status()["total_profit"]
    assert isinstance(profit, Decimal)
    assert f'"total_profit":{profit}'.encode() in traded.board.read().body


def test_totals_are_the_sums_of_the_booked_cycles(traded):
    booked = [entry for _, entry in traded.ledger.rows if type(entry).__name__ == "CycleBooked"]
    status = traded.status()
    assert len(booked) > 20
    assert status["total_profit"] == sum(one.net for one in booked)
    assert status["total_settled_usd"] == sum(one.settled for one in booked)
    assert status["total_round_trips"] == len(booked)
    assert status["pnl_audit"]["ok"]


def test_recent_cycles_are_the_newest_twenty_newest_first(traded):
    for row in traded.status()["slots"]:
        times = [cycle["exit_time"] for cycle in row["recent_cycles"]]
        assert times == sorted(times, reverse=True)
        assert len(times) == min(20, row["total_round_trips"])


def test_unrealised_profit_is_what_open_exits_would_give_before_fees(traded):
    status = traded.status()
    price, total = status["price"], ZERO
    for slot in traded.desk.books.slots.values():
        for leg in (slot.a, slot.b):
            if leg.lot is not None:
                sign = 1 if leg.name.value == "B" else -1
                left = leg.lot.size - leg.lot.closed
                total += sign * (price - leg.lot.price) * left
    assert total != 0
    assert status["total_unrealized_profit"] == total


@pytest.mark.plan("001-084", "001-162")
def test_every_waiting_exit_is_in_one_vintage_bucket_and_shares_are_of_the_whole_account(traded):
    status = traded.status()
    vintage = status["slot_vintage"]
    waiting = sum(
        leg.lot is not None for slot in traded.desk.books.slots.values() for leg in (slot.a, slot.b)
    )
    assert vintage["waiting_exits"] == waiting > 0
    assert sum(vintage[name] for name in BUCKETS) == waiting
    worth = status["balance_health"]["equity_quote"]
    share = vintage["waiting_capital_usd"] * 100 / worth
    assert abs(vintage["waiting_capital_pct"] - share) < Decimal("0.001")
    assert vintage["stuck_capital_usd"] <= vintage["waiting_capital_usd"]


@pytest.mark.plan("001-085")
@pytest.mark.parametrize(
    ("age", "bucket"),
    [
        (0, "vintage_fresh_0_1h"),
        (HOUR - 1, "vintage_fresh_0_1h"),
        (HOUR, "vintage_aging_1_6h"),
        (6 * HOUR, "vintage_stale_6_24h"),
        (DAY, "vintage_old_1_7d"),
        (7 * DAY, "vintage_ancient_7d_plus"),
    ],
)
def test_an_age_belongs_to_the_bucket_it_has_reached(age, bucket):
    house = House(slots=1).until(
        lambda desk: any(slot.b.lot or slot.a.lot for slot in desk.books.slots.values())
    )
    (slot,) = house.desk.books.slots.values()
    opened = (slot.b.lot or slot.a.lot).opened_at
    vintage = aged(house, opened + age)
    assert vintage[bucket] == 1
    assert vintage["oldest_exit_age_sec"] == age // 1_000_000


@pytest.mark.plan("001-086", "001-088", "001-089", "001-091")
def test_capital_is_stuck_from_the_configured_age_on_and_old_exits_warn():
    house = House(slots=1).until(
        lambda desk: any(slot.b.lot or slot.a.lot for slot in desk.books.slots.values())
    )
    (slot,) = house.desk.books.slots.values()
    opened = (slot.b.lot or slot.a.lot).opened_at
    young = aged(house, opened + DAY - 1)
    old = aged(house, opened + DAY)
    assert young["stuck_capital_usd"] == 0
    assert old["stuck_capital_usd"] > 0
    assert old["stuck_capital_pct"] > 0
    assert not old["vintage_warn"]
    assert aged(house, opened + 3 * DAY)["vintage_warn"]


@pytest.mark.plan("001-092")
def test_too_much_stuck_capital_is_critical():
    house = House(slots=1).until(
        lambda desk: any(slot.b.lot or slot.a.lot for slot in desk.books.slots.values())
    )
    (slot,) = house.desk.books.slots.values()
    opened = (slot.b.lot or slot.a.lot).opened_at
    stuck = aged(house, opened + DAY)["stuck_capital_usd"]
    at_the_limit = aged(house, opened + DAY, worth=2 * stuck)
    assert at_the_limit["stuck_capital_pct"] == 50
    assert not at_the_limit["vintage_critical"]
    assert aged(house, opened + DAY, worth=2 * stuck - Decimal("0.01"))["vintage_critical"]
    assert not aged(house, opened, worth=stuck)["vintage_critical"]


@pytest.mark.plan("001-087")
def test_the_spread_of_slot_sizes_is_told(traded):
    status = traded.status()
    sizes = sorted(row["order_size_usd"] for row in status["slots"])
    vintage = status["slot_vintage"]
    assert vintage["min_slot_size_usd"] == sizes[0]
    assert vintage["max_slot_size_usd"] == sizes[-1]
    assert vintage["median_slot_size_usd"] == (sizes[2] + sizes[3]) / 2


@pytest.mark.plan("001-119")
@pytest.mark.parametrize(
    ("settings", "unit", "mode", "compounding"),
    [
        ({}, "USD", "legacy_profit", True),
        ({"sticky_compounding_mode": "fixed"}, "USD", "fixed", False),
        ({"order_size_mode": "DOGE"}, "DOGE", "none", False),
        (
            {"order_size_mode": "DOGE", "order_size_base_compounding": "profit"},
            "DOGE",
            "profit",
            True,
        ),
    ],
)
def test_the_sizing_and_compounding_in_force_are_named(settings, unit, mode, compounding):
    block = House(slots=1, **settings).status()["sticky_mode"]
    assert block["order_size_in_force"]["unit"] == unit
    assert block["order_size_in_force"]["compounding"] is compounding
    assert block["compounding_mode"] == mode
    assert block["order_size_mode"] == ("DOGE" if settings.get("order_size_mode") else "USD")


@pytest.mark.plan("001-094")
def test_sticky_targets_and_headroom_are_told():
    status = House(slots=2, open_order_cap="starter").ticks(3).status()
    health = status["capacity_fill_health"]
    assert status["sticky_mode"]["target_slots"] == 80
    assert status["sticky_mode"]["max_target_slots"] == 100
    assert health["open_order_limit_configured"] == 60
    assert health["open_orders_safe_cap"] == 45
    assert health["open_order_headroom"] == 45 - health["open_orders_current"]
    assert health["entry_scheduler"] == status["entry_scheduler"]


def test_without_a_cap_there_is_no_headroom_to_tell():
    health = House(slots=1, open_order_cap="none").status()["capacity_fill_health"]
    assert health["open_order_headroom"] is None
    assert health["status_band"] == "normal"


def test_waiting_and_deferred_entries_are_counted():
    house = House(slots=8, bootstrap_slots_per_tick=1)
    assert house.ticks(1).status()["entry_scheduler"]["pending_entries"] == 14


def test_venue_and_books_agree_asset_by_asset(traded):
    status = traded.status()
    assert status["balance_recon"]["status"] == "OK"
    assert set(status["balance_recon"]["venue_minus_books"].values()) == {Decimal(0)}
    assert set(status["balance_health"]["accounts_sum"].values()) == {Decimal(0)}


def test_losses_of_a_day_are_those_of_its_market_time(traded):
    today = traded.board.read().status["market_time"] // DAY
    booked = [
        (at, entry) for at, entry in traded.ledger.rows if type(entry).__name__ == "CycleBooked"
    ]
    losses = sum(-one.net for at, one in booked if one.net < 0 and at // DAY == today)
    assert traded.status()["today_realized_loss"] == losses
    assert traded.status()["daily_realized_loss_utc"] == losses


def test_a_new_utc_day_begins_without_losses():
    tally = Tally()
    tally.take(DAY - 1, [booked(Decimal("-0.5"))])
    assert (tally.loss, tally.day_cycles) == (Decimal("0.5"), 1)
    tally.roll(DAY)
    assert (tally.loss, tally.day_cycles, tally.total.count) == (0, 0, 1)


def test_a_stopped_desk_reads_halted_with_the_reason_of_its_stop():
    house = House(slots=1).ticks(2)
    house.desk.note(SessionStopped(epoch=1, reason="signal 15"))
    assert mode_of(house.desk) == ("HALTED", "signal 15")
    assert house.status()["mode"] == "HALTED"


def test_a_broken_invariant_reads_halted_and_an_operators_hold_paused():
    house = House(slots=1).ticks(2)
    holds.put_up(house.desk, "operator", "lunch")
    assert (house.status()["mode"], house.status()["pause_reason"]) == ("PAUSED", "lunch")
    holds.put_up(house.desk, "invariant", "slot 0: broken")
    status = house.status()
    assert status["mode"] == "HALTED"
    assert [hold["name"] for hold in status["holds"]] == ["invariant", "operator"]


def test_the_row_of_a_slot_that_did_not_change_is_not_built_again(traded):
    first = [row["open_orders"] for row in traded.status()["slots"]]
    again = [row["open_orders"] for row in traded.status()["slots"]]
    assert all(one is other for one, other in zip(first, again, strict=True))


def test_an_order_has_no_txid_until_the_venue_has_answered():
    house = House(slots=1).ticks(2)
    (slot,) = house.desk.books.slots.values()
    name = slot.b.order.client_order_id
    rows, view = SlotRows(), view_of(house.desk, house.profile, house.facts, 0)
    house.desk.books.unanswered.add(name)
    assert rows.tell(view)[0].standing["open_orders"][0]["txid"] == ""
    house.desk.books.unanswered.discard(name)
    assert rows.tell(view)[0].standing["open_orders"][0]["txid"] == name


def test_an_exit_set_aside_is_told_with_its_age_and_distance():
    house = House(slots=1, recovery_enabled="true", s1_orphan_after_sec=60, s2_orphan_after_sec=60)
    house.until(lambda desk: any(slot.recoveries for slot in desk.books.slots.values()))
    (row,) = house.status()["slots"]
    (recovery, *_) = row["recovery_orders"]
    assert recovery["age_sec"] >= 60
    assert recovery["distance_pct"] is not None
    assert house.status()["total_orphans"] >= 1


def test_build_alone_gives_the_same_figures_as_the_report(traded):
    reported = traded.status()
    built = build(traded.desk, profile=traded.profile, session="none", now_wall=7)
    same = ("mode", "price", "tick", "total_profit", "total_round_trips", "balance_recon")
    assert {key: built[key] for key in same} == {key: reported[key] for key in same}
    assert built["built_at"] == 7


def test_quiet_candles_move_the_price_though_no_step_was_taken():
    house = House(slots=1, pair_refresh_pct=0, pair_entry_pct=9, candles=40).ticks(3)
    steps = house.desk.counters.steps
    house.ticks(10)
    assert house.desk.counters.steps == steps
    assert house.status()["price"] == house.venue.candle().close


def test_a_day_is_written_as_its_date():
    assert day_text(0) == "1970-01-01"
    assert day_text(365 * DAY - 1) == "1970-12-31"
    assert day_text(365 * DAY) == "1971-01-01"


def test_reporting_changes_nothing_of_the_desk(traded):
    before = (traded.ledger.sequence, traded.ledger.event_hash(), traded.desk.books.slots.copy())
    for _ in range(3):
        traded.status()
    assert (traded.ledger.sequence, traded.ledger.event_hash()) == before[:2]
    assert traded.desk.books.slots == before[2]


def test_a_report_of_eighty_slots_builds_only_the_rows_that_changed():
    house = House(slots=80, candles=60, open_order_cap="none", max_api_calls_per_loop=1000)
    house.ticks(40)
    told = house.report.now(house.desk)
    before = dict(house.desk.books.slots)
    tick(house.desk)
    again = house.report.now(house.desk)
    for old, new in zip(told.status["slots"], again.status["slots"], strict=True):
        slot_id = new["slot_id"]
        same = house.desk.books.slots[slot_id] is before[slot_id]
        assert (old["open_orders"] is new["open_orders"]) is same


def aged(house, at, worth=Decimal(100)):
    """Tell the vintage block as if the market stood at another time."""
    view = View(
        desk=house.desk,
        profile=house.profile,
        facts=house.facts,
        price=house.desk.mark,
        market_time=at,
        now_wall=0,
    )
    return release_blocks(view, SlotRows().tell(view), worth)["slot_vintage"]


def booked(net):
    return CycleBooked(
        slot=0,
        leg=LegName.B,
        cycle=1,
        entry_price=Decimal(1),
        exit_price=Decimal(1),
        size=Decimal(1),
        gross=net,
        entry_fee=ZERO,
        exit_fee=ZERO,
        net=net,
        settled=net,
        quote_fee=ZERO,
        entry_time=0,
        losses=1,
        cooldown_until=0,
        next_cycle=2,
        mark=Decimal(1),
        rules="",
    )
