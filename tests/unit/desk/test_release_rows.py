"""The acceptance rows of release, each under its own sentence, and what a release may never lose."""

import ast
import sys
from decimal import Decimal
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from small_desk import House, market
from test_release import AUTO, OPEN, READY, events, exits, released, venue_agrees

import holdfast
from holdfast.clock import FixedClock
from holdfast.config.catalogue import CATALOGUE
from holdfast.desk.desk import Desk
from holdfast.desk.reconcile import reconcile
from holdfast.desk.tick import tick
from holdfast.domain.errors import CommandRefused
from holdfast.domain.events import PositionClosed, ReleaseStarted
from holdfast.domain.market import SECOND
from holdfast.domain.slots import LegName
from holdfast.engine.readings import Readings
from holdfast.ledger.store import DuckDbLedger
from holdfast.ledger.verify import verify
from holdfast.wiring.house import Stopwatch
from holdfast.wiring.live import open_ledger
from holdfast.wiring.replay import replay_desk

SOURCE = Path(holdfast.__file__).parent


def aged(house, seconds, strength):
    """Let the desk's clock stand so long after its first exit opened, in a market so strong."""
    one = exits(house.desk)[0]
    house.desk.now = one.lot.opened_at + seconds * SECOND
    house.desk.readings = Readings(at=0, adx=Decimal(strength), adx_ready=True)
    return one


def test_release_518400_s_blocked_604800_s_distance_10_and_strength_30_ok_gate_drift_blocks_ledger_row_closed_soft_closed():
    house = House(candles=300, pair_profit_pct=11, position_ledger_enabled="true").until(exits)
    one = aged(house, 518_400, "30")
    with pytest.raises(CommandRefused, match=r"age 518400s \(no"):
        house.do("release_slot", slot_id=one.slot)
    aged(house, 604_800, "29.9")
    with pytest.raises(CommandRefused, match=r"regime 29.9 \(no"):
        house.do("release_slot", slot_id=one.slot)
    aged(house, 604_800, "30")
    desk = house.desk
    desk.books.accounts.free_quote -= Decimal(100)  # the venue holds more than the books explain
    with pytest.raises(CommandRefused, match="release blocked by"):
        house.do("release_slot", slot_id=one.slot)
    desk.books.accounts.free_quote += Decimal(100)
    assert house.do("release_slot", slot_id=one.slot).startswith("release begun")
    house.desk.now = house.desk.books.market_time
    house.ticks(2)
    (closed,) = [event for event in events(house, PositionClosed) if event.reason == "soft_closed"]
    assert closed.slot == one.slot


def test_every_release_is_followed_by_a_balance_that_still_agrees():
    house = House(candles=300, slots=8, **AUTO)
    house.desk.readings = READY
    for _ in range(80):
        house.ticks()
        assert venue_agrees(house.desk)
        assert set(house.desk.books.accounts.sums().values()) == {0}
    assert released(house)
    told = house.status()["balance_recon"]
    assert (told["status"], told["drift_pct"]) == ("OK", 0)


@pytest.mark.plan("001-098", "001-099", "001-100", "001-101", "001-176", "001-177")
def test_startup_metrics_are_at_least_0_and_monotonic():
    clock = FixedClock(0)
    watch = Stopwatch(clock)
    for part, seconds in (("replay", 0.0), ("reconcile", 0.2505), ("bootstrap", 1.2504)):
        clock.sleep(seconds)
        watch.lap(part)
    told = watch.done()
    parts = [told[f"startup_{part}_ms"] for part in ("reconcile", "replay", "bootstrap")]
    assert min(parts) >= 0
    assert told["startup_total_ms"] >= sum(parts)


@pytest.mark.plan("001-074")
def test_a_release_that_was_decided_and_never_sent_goes_on_after_a_kill():
    house = House(candles=300, **OPEN)
    house.desk.readings = READY
    house.until(exits)
    one = exits(house.desk)[0]
    house.do("release_slot", slot_id=one.slot)  # committed; the process dies before it is sent
    reborn = Desk(
        rules=house.desk.rules,
        sizing=house.desk.sizing,
        limits=house.desk.limits,
        venue=house.venue,
        ledger=house.ledger,
        clock=house.desk.clock,
    )
    leg = reborn.books.slots[one.slot].a if one.leg == "A" else reborn.books.slots[one.slot].b
    assert leg.lot is not None
    assert leg.lot.release.reason == "operator"
    assert reconcile(reborn).agreed
    reborn.running = True
    for _ in range(2):
        tick(reborn)
    assert len(released(house)) == 1
    assert venue_agrees(reborn)


@pytest.mark.parametrize("close", ["transfer", "limit_ioc"])
def test_at_every_row_of_a_release_the_exit_is_owed_or_booked(close):
    house = House(candles=300, release_close=close, **OPEN)
    house.desk.readings = READY
    house.until(exits)
    one = exits(house.desk)[0]
    house.do("release_slot", slot_id=one.slot)
    house.ticks(3)
    books = type(house.ledger)("DOGE", "USD").restore()
    begun = booked = False
    for at, entry in house.ledger.rows:
        books.apply(at, entry)
        begun = begun or isinstance(entry, ReleaseStarted)
        booked = booked or (begun and type(entry).__name__ == "CycleBooked")
        if begun and not booked:
            slot = books.slots[one.slot]
            assert (slot.a if one.leg is LegName.A else slot.b).lot is not None
    assert booked


def test_a_ledger_with_releases_is_sound_and_restores_what_was_released(tmp_path):
    house = House(slots=1)  # for its profile
    from small_desk import GRID, profile_of

    asked = GRID | AUTO | {"slots": "4", "position_ledger_enabled": "true"}
    profile = profile_of(tuple(sorted((key, str(value)) for key, value in asked.items())))
    from holdfast.ledger.paths import runtime

    ledger = open_ledger(profile, runtime("paper", tmp_path).make(), house.clock)
    desk, _ = replay_desk(profile, market(300), ledger)
    desk.readings = READY
    for _ in range(60):
        tick(desk)
    ledger.project()
    report = verify(ledger.cursor())
    assert report.sound, report.findings
    rows = ledger.cursor().execute(
        "select count(*) from positions where close_reason = 'soft_closed'"
    )
    assert rows.fetchone()[0] > 0
    again = ledger.restore()
    assert again.accounts.balances == desk.books.accounts.balances
    assert again.slots == desk.books.slots
    assert again.panic_latched is desk.books.panic_latched
    assert isinstance(ledger, DuckDbLedger)
    ledger.close()


def callers(name):
    """List the functions of the engine that call another by its name."""
    found = set()
    for path in (SOURCE / "engine").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.FunctionDef):
                continue
            calls = (one.func for one in ast.walk(node) if isinstance(one, ast.Call))
            if any(isinstance(one, ast.Name) and one.id == name for one in calls):
                found.add(f"{path.stem}.{node.name}")
    return found


def test_no_path_but_release_and_the_write_off_by_policy_takes_a_loss_by_itself():
    booking = callers("book")
    assert booking == {
        "reducer._close",  # an exit that filled
        "reducer._follow",  # the same, in parts
        "exits._to_dust",  # what filled of an exit whose rest is too small
        "exits.book_at_mark",  # write-off by policy: a recovery over its cap
        "release._transfer",
    }
    assert callers("book_at_mark") <= {"orphans.go_on_evicting", "orphans._room_for_recovery"}
    assert callers("_transfer") == {"release.go_on"}
    assert callers("moved_out") == {"exits.book_at_mark", "release._transfer"}
    drains = [
        knob for knob in CATALOGUE.values() if knob.name.startswith(("auto_recovery", "auto_soft"))
    ]
    assert drains
    assert all(knob.since for knob in drains), "a drain that nobody asked for was built"


@pytest.mark.plan("001-090", "001-163")
def test_only_an_exit_that_passes_is_eligible_and_the_status_says_which():
    house = House(candles=300, **OPEN)
    house.desk.readings = READY
    house.until(exits)
    told = house.status()["slot_vintage"]
    assert told["vintage_release_eligible"] is True
    assert told["vintage_release_eligible_count"] == len(exits(house.desk))
    assert told["exits"][0]["eligible"] is True
    assert [gate["name"] for gate in told["exits"][0]["gates"]] == ["age", "distance", "regime"]
    house.desk.readings = None
    told = house.status()["slot_vintage"]
    assert told["vintage_release_eligible"] is False
    assert told["exits"][0]["gates"][2]["measured"] is None
