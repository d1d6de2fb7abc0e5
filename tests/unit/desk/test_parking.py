"""A slot that is closed stays without entries until it is opened, whoever asked, and nothing else changes."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from small_desk import House

from holdfast.desk.exchange.judge import Judge
from holdfast.desk.status.why import why
from holdfast.domain.errors import CommandRefused
from holdfast.domain.slots import Block, LegName
from holdfast.engine.books import Books
from holdfast.ledger.snapshots import copy_of

FAR = {"pair_entry_pct": "5", "pair_refresh_pct": "6"}


def slot_of(house):
    return house.desk.books.slots[0]


def closed():
    house = House(slots=1, **FAR).ticks(2)
    house.do("close_slot", slot_id=0)
    return house.ticks(2)


def test_people_close_and_open_a_slot_by_verbs():
    house = closed()
    assert house.desk.books.parked == {0: (LegName.B, LegName.A)}
    assert "until open_slot asks for it" in " ".join(why(house.desk, 0))
    assert house.do("open_slot", slot_id=0) == "slot 0: leg B enters; leg A enters"
    assert house.desk.books.parked == {}


def test_a_close_twice_says_the_same_and_notes_it_once():
    house = closed()
    said = house.do("close_slot", slot_id=0)
    assert said == "slot 0 takes no entries on leg A and B until it is opened"
    assert len(house.notes("EntriesParked")) == 1


def test_a_leg_that_is_neither_a_nor_b_is_not_understood():
    house = closed()
    with pytest.raises(CommandRefused, match="trade_id C is not A or B"):
        house.do("open_slot", slot_id=0, trade_id="C")


def test_an_open_before_any_price_was_seen_is_refused():
    house = House(slots=1)
    with pytest.raises(CommandRefused, match="no price was seen yet"):
        house.do("open_slot", slot_id=0)


def test_an_open_of_a_slot_that_leaves_is_refused():
    house = House(slots=1, **FAR).ticks(2)
    house.do("remove_slot", slot_id=0)
    with pytest.raises(CommandRefused, match="it is leaving"):
        house.do("open_slot", slot_id=0)
    house.ticks(3)
    assert house.desk.books.slots == {}


def test_an_open_while_the_entry_is_being_taken_off_asks_for_patience():
    house = House(slots=1, **FAR).ticks(2)
    house.do("close_slot", slot_id=0)
    with pytest.raises(CommandRefused, match="ask again when it has ended"):
        house.do("open_slot", slot_id=0)
    assert house.desk.books.parked[0]


def test_a_leg_in_its_cooldown_is_not_opened_before_it_is_over():
    house = closed()
    desk = house.desk
    slot = slot_of(house)
    late = type(slot.b)(name=LegName.B, block=Block.OPERATOR, cooldown_until=desk.now + 1)
    desk.books.slots[0] = type(slot)(slot_id=0, sticky=True, created_at=0, a=slot.a, b=late)
    with pytest.raises(CommandRefused, match="it rests after its last cycle"):
        house.do("open_slot", slot_id=0, trade_id="B")


def test_a_leg_that_owes_an_exit_is_opened_for_the_time_after_it():
    house = House(slots=1).until(lambda desk: desk.books.slots[0].b.lot is not None)
    with pytest.raises(CommandRefused, match="leg B owes an exit, and enters after it"):
        house.do("open_slot", slot_id=0, trade_id="B")
    house.do("close_slot", slot_id=0, trade_id="B")
    said = house.do("open_slot", slot_id=0, trade_id="B")
    assert said == "slot 0: leg B enters again after its exit"
    assert house.desk.books.parked == {}


def test_what_is_parked_comes_back_from_a_ledger_and_from_a_snapshot():
    house = closed()
    restored = house.ledger.restore()
    assert restored.parked == house.desk.books.parked == copy_of(restored).parked
    assert restored.slots == house.desk.books.slots


def test_a_slot_that_retires_takes_what_was_parked_with_it():
    house = closed()
    house.do("remove_slot", slot_id=0)
    house.ticks(2)
    assert house.desk.books.parked == house.ledger.restore().parked == {}


class Room:
    """A room whose gates remember for whom they were made, and refuse."""

    def __init__(self):
        self.principals = []

    def gate(self, _desk, principal):
        self.principals.append(principal)
        return self

    def judge(self, _slot, _event):
        return type("No", (), {"allow": False})()

    def changed(self, *_):
        return None


def test_an_entry_is_judged_by_the_limits_of_who_asked_for_it():
    house = closed()
    room = Room()
    house.desk.equipment.judge = Judge(house.desk, room)
    before = slot_of(house)
    with pytest.raises(CommandRefused, match="the risk policy refuses an entry"):
        house.do("open_slot", slot_id=0)
    assert room.principals == ["test", "test"]
    assert house.desk.principal == "operator"
    assert slot_of(house) == before
    assert isinstance(house.ledger.restore(), Books)
