"""Releases of a running desk: manual, automatic, refused, and what the ledger keeps of them."""

import sys
from decimal import Decimal
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from small_desk import House

from holdfast.desk.control.verb_parameters import BadPayload
from holdfast.desk.release.auto import AutoRelease
from holdfast.domain.bookkeeping import HoldSet
from holdfast.domain.errors import CommandRefused
from holdfast.domain.events import (
    CycleBooked,
    InventoryMoved,
    OrderFilled,
    ReleaseEnded,
    ReleaseStarted,
)
from holdfast.domain.observations import Execution
from holdfast.engine.gates import waiting_exits
from holdfast.engine.readings import Readings
from holdfast.ledger.memory import MemoryLedger

OPEN = {
    "release_min_age_sec": 0,
    "release_min_distance_pct": 0,
    "release_adx_threshold": 0,
    "pair_profit_pct": 5,
    "stuck_min_age_sec": 0,
    "release_panic_min_age_sec": 0,
}
AUTO = {
    **OPEN,
    "sticky_mode_enabled": "true",
    "release_auto_enabled": "true",
    "release_auto_tier": "tier1",
    "release_max_stuck_pct": "0.1",
    "release_recovery_target_pct": "0.05",
    "release_panic_stuck_pct": "90",
}
READY = Readings(at=0, adx=Decimal(35), adx_ready=True)


def desk_that_waits(**settings):
    house = House(candles=300, **(OPEN | settings))
    house.desk.readings = READY
    return house.until(exits)


def exits(desk):
    return [one for slot in desk.books.slots.values() for one in waiting_exits(slot)]


def released(house):
    return [one for one in events(house, CycleBooked) if one.reason == "released"]


def events(house, kind):
    return [entry for _, entry in house.ledger.rows if isinstance(entry, kind)]


def venue_agrees(desk):
    accounts = desk.books.accounts
    told = desk.venue.balances()
    return all(told[asset].total == accounts.total(asset) for asset in ("DOGE", "USD"))


@pytest.mark.plan("001-003", "001-064", "001-065", "001-072", "001-156", "001-202")
def test_a_manual_release_that_passes_every_gate_is_booked_and_the_slot_enters_again():
    house = desk_that_waits()
    one = exits(house.desk)[0]
    said = house.do("release_slot", slot_id=one.slot)
    assert said.startswith("release begun by transfer; exit")
    for gate in ("age", "distance", "regime"):
        assert f"{gate} " in said
    house.ticks(2)
    (booked,) = released(house)
    assert (booked.slot, booked.leg) == (one.slot, one.leg)
    (moved,) = events(house, InventoryMoved)
    assert (moved.target, abs(moved.base)) == ("unallocated", one.lot.size)
    assert venue_agrees(house.desk)
    assert set(house.desk.books.accounts.sums().values()) == {0}


@pytest.mark.plan("001-082", "001-112", "001-114")
def test_releases_are_counted_with_the_time_of_the_last():
    house = desk_that_waits()
    assert house.status()["release_health"]["sticky_release_last_at"] is None
    house.do("release_slot", slot_id=exits(house.desk)[0].slot)
    house.ticks(2)
    told = house.status()["release_health"]
    assert told["sticky_release_total"] == 1
    assert told["sticky_release_last_at"] is not None


@pytest.mark.parametrize(
    ("setting", "value", "gate"),
    [
        ("release_min_age_sec", 604_800, "age"),
        ("release_min_distance_pct", 90, "distance"),
        ("release_adx_threshold", 36, "regime"),
    ],
)
def test_a_release_is_refused_by_each_gate_with_what_was_measured(setting, value, gate):
    house = desk_that_waits(**{setting: value})
    rows = len(house.ledger.rows)
    with pytest.raises(CommandRefused, match=rf"blocked by gates.*{gate} \S+ \(no, at least"):
        house.do("release_slot", slot_id=exits(house.desk)[0].slot)
    assert len(house.ledger.rows) == rows + 1  # the command that was refused


def test_a_release_without_a_known_trend_is_refused_and_says_so():
    house = desk_that_waits()
    house.desk.readings = None
    with pytest.raises(CommandRefused, match="regime unknown"):
        house.do("release_slot", slot_id=exits(house.desk)[0].slot)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"slot_id": 99}, "there is no slot 99"),
        ({"slot_id": "IDLE"}, "it owes no exit"),
        ({"slot_id": "OTHER"}, "is no waiting exit"),
        ({"slot_id": "SLOT", "exit_id": 999_999}, "exit 999999 is no waiting exit"),
    ],
)
def test_a_release_of_what_is_not_there_changes_nothing_and_answers_with_the_reason(given, why):
    house = desk_that_waits()
    one = exits(house.desk)[0]
    waits = {each.slot for each in exits(house.desk)}
    idle = next((slot for slot in house.desk.books.slots if slot not in waits), None)
    other = "A" if one.leg == "B" else "B"
    named = {"IDLE": idle, "SLOT": one.slot, "OTHER": one.slot}
    asked = {key: named.get(value, value) for key, value in given.items()}
    if given["slot_id"] == "OTHER":
        asked["trade_id"] = other
    before = dict(house.desk.books.slots)
    with pytest.raises(CommandRefused, match=why):
        house.do("release_slot", **asked)
    assert house.desk.books.slots == before
    assert not events(house, ReleaseStarted)


def test_an_exit_that_just_filled_is_not_released():
    house = desk_that_waits()
    one = exits(house.desk)[0]
    order = house.desk.books.slots[one.slot]
    resting = (order.a if one.leg == "A" else order.b).order
    seen = Execution(
        resting.client_order_id, "late", resting.price, resting.size,
        resting.price * resting.size, Decimal("0.01"), "maker",
    )  # fmt: skip
    from holdfast.desk.reconcile import commit
    from holdfast.desk.turn import Turn

    turn = Turn(house.desk, house.desk.now, house.desk.mark)
    turn.order(seen)
    commit(house.desk, turn)
    with pytest.raises(CommandRefused, match=r"owes no exit|no waiting exit"):
        house.do("release_slot", slot_id=one.slot, exit_id=one.local_id)


@pytest.mark.plan("001-165")
@pytest.mark.parametrize(
    "given",
    [{}, {"slot_id": "x"}, {"slot_id": 0, "trade_id": "C"}, {"slot_id": 0, "exit_id": 0},
     {"slot_id": 0, "dry_run": "yes"}, {"slot_id": 0, "more": 1}],
)  # fmt: skip
def test_a_release_that_cannot_be_understood_is_refused(given):
    house = desk_that_waits()
    with pytest.raises(BadPayload):
        house.do("release_slot", **given)


def test_a_dry_run_says_what_would_happen_and_changes_nothing():
    house = desk_that_waits()
    before = dict(house.desk.books.slots)
    said = house.do("release_slot", slot_id=exits(house.desk)[0].slot, dry_run=True)
    assert said.startswith("would be released by transfer")
    assert said.endswith("nothing was changed")
    blocked = desk_that_waits(release_min_age_sec=604_800)
    told = blocked.do("release_slot", slot_id=exits(blocked.desk)[0].slot, dry_run=True)
    assert told.startswith("would not be released, release blocked by gates")
    assert house.desk.books.slots == before


def test_the_oldest_exit_that_passes_goes_first():
    house = desk_that_waits()
    house.until(lambda desk: len(exits(desk)) > 1)
    oldest = min(exits(house.desk), key=lambda one: (one.lot.opened_at, one.slot))
    house.do("release_oldest_eligible")
    (started,) = events(house, ReleaseStarted)
    assert (started.slot, started.leg) == (oldest.slot, oldest.leg)


def test_nothing_eligible_is_said_with_how_many_wait():
    house = desk_that_waits(release_min_age_sec=604_800)
    with pytest.raises(CommandRefused, match="none of 1 waiting exits passes all gates"):
        house.do("release_oldest_eligible", slot_id=exits(house.desk)[0].slot)


@pytest.mark.plan("001-070", "001-071", "001-159", "001-160")
def test_a_recon_hold_stops_every_release_and_the_next_one_is_checked_again():
    house = desk_that_waits()
    house.desk.note(HoldSet(name="recon", reason="USD: venue 1, books 2"))
    with pytest.raises(CommandRefused, match="release blocked by recon holds the desk"):
        house.do("release_slot", slot_id=exits(house.desk)[0].slot)
    assert house.status()["release_health"]["recon_hard_gate_blocked"] is True


def test_a_venue_that_holds_something_else_than_the_books_trips_the_gate():
    house = desk_that_waits()
    house.desk.books.accounts.free_quote += Decimal("0.00000001")
    with pytest.raises(CommandRefused, match="venue and books differ: USD"):
        house.do("release_slot", slot_id=exits(house.desk)[0].slot)


def test_only_a_comparison_that_cannot_be_made_lets_a_person_go_on_with_a_warning(monkeypatch):
    house = desk_that_waits(**{key: str(value) for key, value in AUTO.items()})
    house.desk.policies = ()
    monkeypatch.setattr(house.desk.venue, "endless", True, raising=False)
    said = house.do("release_slot", slot_id=exits(house.desk)[0].slot)
    assert said.startswith("WARNING, release begun")
    assert "release recon unavailable" in said
    told = house.status()["release_health"]
    assert told["recon_hard_gate_known"] is False
    assert "unavailable" in told["auto_closed_reason"]


@pytest.mark.plan("001-073", "001-077", "001-195")
def test_the_first_tier_releases_by_itself_only_when_it_is_allowed_to():
    quiet = House(candles=300, **(AUTO | {"release_auto_enabled": "false"}))
    quiet.desk.readings = READY
    quiet.ticks(60)
    assert quiet.desk.policies == ()
    assert not released(quiet)
    acting = House(candles=300, **AUTO)
    acting.desk.readings = READY
    acting.ticks(60)
    assert released(acting)
    assert {one.reason for one in events(acting, ReleaseStarted)} == {"tier1"}
    assert venue_agrees(acting.desk)


def test_the_first_tier_is_closed_while_the_trend_is_not_known_and_the_ledger_says_so():
    house = House(candles=300, **AUTO).ticks(60)
    assert not events(house, ReleaseStarted)
    said = house.notes("ReleaseTierNoted")[-1]
    assert said.tier == "gated"
    assert said.closed == "the trend strength is not known: too few closed candles"
    assert house.status()["release_health"]["auto_closed_reason"] == said.closed


@pytest.mark.plan("001-078")
def test_a_tripped_gate_closes_the_tiers():
    house = House(candles=300, **AUTO)
    house.desk.readings = READY
    house.until(exits)
    house.desk.note(HoldSet(name="recon", reason="apart"))
    before = len(events(house, ReleaseStarted))
    house.ticks(20)
    assert len(events(house, ReleaseStarted)) == before
    assert "recon holds the desk" in house.notes("ReleaseTierNoted")[-1].closed


@pytest.mark.plan("001-196")
def test_the_panic_latch_is_kept_by_the_ledger_and_drains_until_its_target():
    panic = AUTO | {
        "release_auto_tier": "tier2",
        "release_max_stuck_pct": "0.01",
        "release_panic_stuck_pct": "0.5",
        "release_recovery_target_pct": "0.02",
    }
    house = House(candles=300, slots=8, **panic)
    house.until(lambda desk: desk.books.panic_latched)
    ledger = MemoryLedger("DOGE", "USD")
    books = ledger.restore()
    for at, entry in house.ledger.rows:
        books.apply(at, entry)
    assert books.panic_latched
    house.until(lambda desk: not desk.books.panic_latched)
    assert {one.reason for one in events(house, ReleaseStarted)} <= {"tier1", "tier2"}


def test_at_most_the_batch_is_released_in_one_tick():
    house = House(candles=300, slots=8, **(AUTO | {"release_max_per_loop": 2}))
    house.desk.readings = None
    house.until(lambda desk: len(exits(desk)) > 3)
    house.desk.readings = READY
    house.ticks(1)
    assert len(events(house, ReleaseStarted)) <= 2


def test_a_policy_that_may_do_nothing_is_not_there():
    house = House(candles=50)
    assert not any(isinstance(one, AutoRelease) for one in house.desk.policies)


def test_a_release_by_sale_trades_for_real_and_books_what_it_paid():
    house = desk_that_waits(release_close="limit_ioc")
    one = exits(house.desk)[0]
    assert house.do("release_slot", slot_id=one.slot).startswith("release begun by limit_ioc")
    house.ticks(2)
    (booked,) = released(house)
    sale = next(event for event in events(house, OrderFilled) if event.liquidity == "taker")
    assert sale.fee == (sale.cost * house.profile.settings.taker_fee_pct / 100).quantize(sale.fee)
    assert (booked.exit_price, booked.size) == (sale.price, one.lot.size)
    assert not events(house, InventoryMoved)
    assert venue_agrees(house.desk)
    assert set(house.desk.books.accounts.sums().values()) == {0}


def test_a_sale_that_nobody_takes_is_gone_after_one_look_and_the_exit_rests_again(monkeypatch):
    monkeypatch.setattr("holdfast.engine.release.SALE_REACH", Decimal("-0.2"))  # far off the market
    house = desk_that_waits(release_close="limit_ioc")
    one = exits(house.desk)[0]
    house.do("release_slot", slot_id=one.slot)
    house.ticks(3)
    assert [event.reason for event in events(house, ReleaseEnded)] == ["unsold"]
    slot = house.desk.books.slots[one.slot]
    leg = slot.a if one.leg == "A" else slot.b
    assert leg.order is not None
    assert (leg.order.role, leg.order.reason) == ("exit", "entry_fill_exit")
    assert not released(house)
    assert venue_agrees(house.desk)


@pytest.mark.plan("001-080", "001-164", "001-165")
def test_the_control_api_takes_a_release_and_answers_a_bad_one_with_400(tmp_path):
    house = desk_that_waits()
    slot = exits(house.desk)[0].slot
    with house.served(tmp_path) as client:
        asked = {"action": "release_slot", "slot_id": slot, "dry_run": True}
        good = client.post("/api/action", json=asked)
        bad = client.post("/api/action", json={"action": "release_slot", "slot_id": "x"})
    assert good.json()["message"]
    assert bad.status_code == 400
    assert bad.json()["ok"] is False


def auto(house):
    return next(one for one in house.desk.policies if isinstance(one, AutoRelease))


def test_an_automatic_release_rests_until_a_lot_comes_of_age(monkeypatch):
    settings = AUTO | {"stuck_min_age_sec": 86_400}
    house = House(candles=300, **settings)
    looks = []
    decide = AutoRelease.decide
    monkeypatch.setattr(
        AutoRelease, "decide", lambda self, turn: (looks.append(turn.at), decide(self, turn))
    )
    house.until(exits)
    house.ticks(2)
    policy = auto(house)
    oldest = min(one.lot.opened_at for one in exits(house.desk))
    minute = 60_000_000
    wanted = -(-(oldest + 86_400_000_000) // minute) * minute
    assert policy.due() == wanted
    before, house.desk.now = house.desk.now, wanted
    assert policy.due() == wanted, "the rest ends with the tick, not after it"
    house.desk.now = before
    assert policy.wakes_above() is None
    before = len(looks)
    owned = policy._own()
    while policy._own() == owned:
        house.ticks()
    assert len(looks) - before <= 1


def test_a_mark_that_makes_the_stuck_share_call_for_a_tier_ends_the_rest():
    house = House(candles=300, **(AUTO | {"release_max_stuck_pct": "20"}))
    house.until(lambda _: auto(house).wakes_above() is not None)
    policy, desk = auto(house), house.desk
    due, bound = policy.due(), policy.wakes_above()
    assert due > desk.now + 60_000_000
    assert bound is not None
    assert desk.watch.ceiling <= bound
    desk.mark = bound
    assert policy.due() <= desk.now + 60_000_000
