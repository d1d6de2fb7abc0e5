"""A desk with a risk policy beside it: what it hears, judges, holds and lets go again."""

import sys
from decimal import Decimal
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from msgspec.structs import replace
from risk_cases import policy
from small_desk import House

from holdfast.desk.control.verb_policy import policy_verb
from holdfast.desk.control.verbs import perform, understand, verb_table
from holdfast.desk.risk_room import RiskRoom, Surroundings
from holdfast.desk.status.heard import HeardLedger
from holdfast.domain.bookkeeping import PolicyNoted
from holdfast.domain.errors import CommandRefused
from holdfast.domain.events import CycleBooked, OrderPlaced
from holdfast.domain.market import DAY
from holdfast.domain.slots import LegName, Role, Side
from holdfast.safety.policies import PolicyBook
from holdfast.safety.risk_memory import RiskMemory


class Guarded:
    """A trading paper desk that stands for a real one, with a room beside it."""

    def __init__(self, ticks=3, **limits):
        self.house = House(slots=4, candles=2_000)
        self.desk = self.house.desk
        self.room = RiskRoom(
            policy(**({"max_drawdown_pct": "100", "max_total_loss_usd": "0"} | limits)),
            {},
            RiskMemory("USD"),
            PolicyBook(),
            Surroundings(
                env="staging",
                instrument=self.desk.rules.instrument,
                mode=lambda: "LIVE",
                price_at=lambda: self.desk.now,
            ),
        )
        heard = self.desk.ledger
        for at, entry in self.house.ledger.rows:
            self.room.take(at, [entry])
        self.desk.ledger = HeardLedger(
            heard.inner, self.house.tally, self.house.clock, hearers=(self.room.take,)
        )
        for _ in range(ticks):
            self.tick()

    def tick(self):
        self.house.ticks()
        self.room.watch(self.desk)

    def loses(self, amount, at=None):
        at = at or self.desk.now
        zero, mark = Decimal(0), self.desk.mark
        net = -Decimal(amount)
        event = CycleBooked(
            *(0, LegName.B, 999, mark, mark, Decimal(20), net, zero, zero, net, net, zero),
            *(at, 1, 0, 1000, mark, "r"),
        )
        self.room.take(at, [event])

    def do(self, action):
        table = verb_table(Decimal("0.25"), lambda: self.house.profile, dict, self.room.keeps)
        return perform(self.desk, understand(table, {"action": action}))


def test_the_room_hears_every_entry_and_agrees_with_the_books():
    one = Guarded()
    rows = [entry for _, entry in one.house.ledger.rows]
    entries = [row for row in rows if isinstance(row, OrderPlaced) and row.role is Role.ENTRY]
    state = one.room.state(one.desk)
    assert state.day_orders == len(entries) > 4
    assert state.open_orders == len(one.desk.books.orders)
    assert state.open_notional >= state.symbol_exposure > 0
    assert state.peak_equity >= state.equity > 0


@pytest.mark.plan("004-053")
def test_a_days_loss_holds_the_desk_through_a_restart_until_the_day_is_over_and_a_person_resumes():
    one = Guarded(ticks=5)
    one.loses("2.99")
    assert [near.name for near in one.room.watch(one.desk)] == ["daily_loss"]
    assert one.desk.books.holds == {}
    one.loses("0.01")
    one.tick()
    assert list(one.desk.books.holds) == ["daily_loss"]
    assert list(one.desk.ledger.restore().holds) == ["daily_loss"]
    with pytest.raises(CommandRefused, match="daily_loss"):
        one.do("resume")
    one.desk.now += DAY
    assert one.room.watch(one.desk) == ()
    assert list(one.desk.books.holds) == ["daily_loss"]
    assert one.do("resume") == "resumed"
    assert one.desk.books.holds == {}


def test_a_limit_raised_above_the_loss_lets_the_desk_go_on_at_once():
    one = Guarded(ticks=5)
    one.loses("4")
    one.tick()
    before = one.room.policy()
    one.room.change(one.desk, replace(before, daily_loss_limit=Decimal(4)), {})
    assert "daily_loss" in one.desk.books.holds
    one.room.change(one.desk, replace(before, daily_loss_limit=Decimal("4.01")), {})
    assert one.desk.books.holds == {}


def test_a_tightened_cap_names_entries_of_the_desk_and_no_exit():
    one = Guarded()
    books = one.desk.books
    legs = [leg for slot in books.slots.values() for leg in (slot.a, slot.b)]
    entries = {leg.order.client_order_id for leg in legs if leg.order and leg.lot is None}
    tight = replace(one.room.policy(), max_order_notional_usd=Decimal("0.01"))
    assert set(one.room.change(one.desk, tight, {})) == entries
    assert entries


def test_a_row_that_was_noted_is_in_force_at_the_next_gate():
    one = Guarded(ticks=5)
    slot = one.desk.books.slots[0]
    placed = OrderPlaced(
        *(0, LegName.B, Role.ENTRY, Side.BUY, "new", 1, 1, 1, one.desk.mark, Decimal(200)),
        *(one.desk.mark * 200, "test", one.desk.mark, "r"),
    )
    assert one.room.gate(one.desk).judge(slot, placed).allow
    assert one.room.gate(one.desk, "chat:1").judge(slot, placed).code == "order_notional"
    row = {"max_order_notional_usd": ("10", "1000"), "max_open_orders": ("50", "1")}
    one.desk.note(PolicyNoted(principal="chat:1", changes=row, reason="r", approver="b"))
    assert one.room.gate(one.desk, "chat:1").judge(slot, placed).codes == ("open_orders",)
    assert one.room.gate(one.desk).judge(slot, placed).allow


def limits(one, **given):
    verb = policy_verb(lambda: one.room)
    return perform(one.desk, understand([verb], {"action": "set_limit", **given}, "ann"))


@pytest.mark.plan("004-016", "004-017")
def test_a_limit_is_changed_by_an_operator_and_loosened_only_by_two():
    one = Guarded()
    one.room.meet(one.desk, "chat:1")
    one.room.meet(one.desk, "chat:1")
    assert len(one.house.notes("PolicyNoted")) == 1
    wide = {"principal": "chat:1", "field": "max_order_notional_usd", "value": "25"}
    tight = wide | {"value": "5"}
    assert "is 5" in limits(one, **tight)
    assert one.room.policy("chat:1").max_order_notional_usd == 5
    for people in ({}, {"reason": "grown"}, {"reason": "grown", "approver": "ann"}):
        with pytest.raises(CommandRefused, match="loosened"):
            limits(one, **wide, **people)
    assert "is 25" in limits(one, **wide, reason="grown", approver="bob")
    assert one.room.policy("chat:1").max_order_notional_usd == 25
    assert "not limited" in limits(
        one, principal="chat:1", field="max_leverage", reason="r", approver="bob"
    )
    assert [note.approver for note in one.house.notes("PolicyNoted")] == ["", "", "bob", "bob"]
    assert [note.accepted for note in one.house.notes("CommandNoted")].count(False) == 3


@pytest.mark.parametrize("given", [{"actor": "x"}, {"field": "nothing"}, {"value": "-1"}])
def test_a_limit_that_cannot_be_understood_is_refused(given):
    one = Guarded(ticks=0)
    asked = {"principal": "chat:1", "field": "max_leverage", "value": "1"} | given
    with pytest.raises(CommandRefused):
        limits(one, **asked)
    assert one.house.notes("PolicyNoted") == []


def test_nothing_is_judged_before_the_market_was_seen():
    one = Guarded(ticks=0, max_drawdown_pct="1")
    assert one.room.watch(one.desk) == ()
    assert one.desk.books.holds == {}
