"""What status, metrics and `why` say of sides that are missing, and how long they were."""

import sys
from pathlib import Path

import pytest
from strategies import SECOND

sys.path.insert(0, str(Path(__file__).parent))

from small_desk import House

from holdfast.desk.status.repair_times import RepairTimes
from holdfast.desk.status.why import why
from holdfast.domain.events import LegBlocked, OrderPlaced
from holdfast.domain.slots import LEG_A, Block, Role, Side
from holdfast.engine.advice import Advice
from holdfast.engine.books import Books


class AgainstA:
    """Speaks against leg A while it is on."""

    on = True

    def advise(self, slot, now):
        del slot, now
        return Advice(blocks={LEG_A: Block.REGIME} if self.on else {})


def blocked(block):
    return LegBlocked(slot=0, leg=LEG_A, block=block)


def placed():
    return OrderPlaced(
        slot=0, leg=LEG_A, role=Role.ENTRY, side=Side.SELL, client_order_id="x", local_id=1,
        cycle=1, attempt=1, price=1, size=1, hold=1, reason="auto_repair", mark=1, rules="r",
    )  # fmt: skip


def suppressed(**settings):
    house = House(slots=2, pair_entry_pct=5, pair_refresh_pct=0, **settings)
    house.desk.advisers = (AgainstA(),)
    return house.ticks(1)


@pytest.mark.plan("000-038", "000-040", "000-041")
def test_status_tells_which_side_is_missing_why_and_since_when():
    house = suppressed()
    told = house.status()["bring_up"]
    assert told["one_sided"] == {"long_only": 2, "short_only": 0, "neither": 0}
    assert told["by_source"]["long_only"] == {"regime": 2}
    assert told["missing"][0] == {
        "slot_id": 0,
        "leg": "A",
        "side": "sell",
        "source": "regime",
        "since": told["missing"][0]["since"],
        "seconds": told["missing"][0]["seconds"],
    }
    assert told["missing_total"] == 2
    assert told["exempt_used_this_loop"] == 2


@pytest.mark.plan("000-041", "000-038")
def test_metrics_split_one_sided_slots_by_side_and_by_reason():
    text = suppressed().metrics.render().decode()
    assert 'holdfast_one_sided_slots{side="long_only",source="regime"} 2.0' in text
    assert 'holdfast_one_sided_slots{side="short_only",source="regime"} 0.0' in text
    assert 'holdfast_entries_placed_total{side="buy",source="bootstrap_regime"} 2.0' in text


@pytest.mark.plan("000-039", "000-040")
def test_metrics_tell_the_backlog_and_what_was_put_off():
    house = House(
        slots=3,
        bootstrap_slots_per_tick=7,
        max_entry_adds_per_loop=1,
        entry_scheduler_exempt="none",
        pair_refresh_pct=0,
        pair_entry_pct=5,
    ).ticks(1)
    text = house.metrics.render().decode()
    assert 'holdfast_entries_deferred_total{limit="deferred"} 5.0' in text
    assert "holdfast_pending_entries 5.0" in text
    assert house.status()["entry_scheduler"]["deferred_total"] == 5


@pytest.mark.plan("000-019", "000-055")
def test_two_entries_of_one_new_slot_pass_a_cap_of_1_with_deferred_total_unchanged():
    house = House(slots=1, max_entry_adds_per_loop=1, pair_refresh_pct=0, pair_entry_pct=5).ticks(1)
    told = house.status()["entry_scheduler"]
    assert (told["deferred_total"], told["pending_entries"], told["used_this_loop"]) == (0, 0, 0)
    assert house.status()["bring_up"]["exempt_used_this_loop"] == 2


def test_the_time_of_a_repair_counts_from_when_the_side_began_to_be_missing():
    times = RepairTimes()
    times.blocked(10 * SECOND, blocked(Block.BALANCE))
    times.blocked(20 * SECOND, blocked(Block.CAPACITY))
    assert times.placed(70 * SECOND, placed()) == (60.0, "balance")
    assert times.placed(80 * SECOND, placed()) is None
    assert times.of_a_day(70 * SECOND) == [60]


@pytest.mark.plan("000-042")
def test_the_time_of_a_repair_begins_when_suppression_lapsed_not_when_it_began():
    times = RepairTimes()
    times.blocked(10 * SECOND, blocked(Block.REGIME))
    times.blocked(700 * SECOND, blocked(Block.CAPACITY))
    assert times.placed(730 * SECOND, placed()) == (30.0, "regime")
    times.blocked(800 * SECOND, blocked(Block.REGIME))
    assert times.placed(1_400 * SECOND, placed()) == (0.0, "regime")


def test_sides_missing_at_a_start_are_known_from_the_books():
    house = suppressed()
    times = RepairTimes()
    times.know(house.desk.books)
    seconds, source = times.placed(house.desk.now, placed())
    assert (seconds, source) == (0.0, "regime")
    empty = RepairTimes()
    empty.know(Books("DOGE", "USD"))
    assert empty.placed(1, placed()) is None


def test_why_answers_with_the_decision_on_record_and_never_works_it_out_again():
    house = suppressed()
    adviser = house.desk.advisers[0]
    before = why(house.desk, 0)
    assert any("the market regime suppresses this side" in line for line in before)
    adviser.on = False  # what holds now would give another answer
    house.desk.readings = None
    assert why(house.desk, 0) == before
    house.desk.books = house.desk.ledger.restore()
    assert why(house.desk, 0) == before
