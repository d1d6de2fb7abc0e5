"""The gate over real books: what one step allows counts in the next question of the same step."""

from decimal import Decimal

import pytest
from risk_cases import NOW, policy
from strategies import DOGE

from holdfast.domain.events import (
    BalanceOpened,
    CycleBooked,
    OrderEnded,
    OrderFilled,
    OrderPlaced,
    OrderRepriced,
    SlotAdded,
)
from holdfast.domain.market import DAY, MINUTE
from holdfast.domain.slots import LegName, Role, Side
from holdfast.engine.books import Books
from holdfast.safety.risk_facts import BookFacts, Moment, equity_of, exposure_of
from holdfast.safety.risk_gate import RefusedLegs, RiskGate, owed_by
from holdfast.safety.risk_memory import RiskMemory
from holdfast.safety.tightened import no_longer_fits, resting_entries

MID = Decimal("0.1")


class Room:
    """Books, memory and a gate over both; `take` is what a desk does with an event."""

    def __init__(self, slots=4, **limits):
        self.books, self.memory = Books("DOGE", "USD"), RiskMemory("USD")
        self.refused = RefusedLegs()
        self.limits = {"max_symbol_exposure_usd": "50", "max_order_notional_usd": "50"} | limits
        self.take(BalanceOpened(asset="USD", amount=Decimal(1000), reason="opening"))
        self.take(BalanceOpened(asset="DOGE", amount=Decimal(1000), reason="opening"))
        for slot in range(slots):
            self.take(SlotAdded(slot=slot, sticky=True))

    def take(self, entry, at=NOW):
        self.books.apply(at, entry)
        self.memory.apply(at, entry)
        return entry

    def gate(self, at=NOW, mid=MID, mode="LIVE"):
        moment = Moment(at=at, mid=mid, price_at=at, mode=mode, env="live")
        facts = BookFacts(self.books, self.memory, DOGE, moment)
        return RiskGate(policy(**self.limits), facts, self.refused)

    def judge(self, placed, **moment):
        return self.gate(**moment).judge(self.books.slots[placed.slot], placed)

    def ask(self, placed, **moment):
        """Judge an order and take an allowed one in, as a step does."""
        decision = self.judge(placed, **moment)
        if decision:
            self.take(placed, moment.get("at", NOW))
        return decision


def order(slot, notional="8.00", price="0.1", role=Role.ENTRY, side=Side.BUY, size=None):
    price = Decimal(price)
    size = Decimal(size) if size else Decimal(notional) / price
    return OrderPlaced(
        slot,
        LegName.B if (side is Side.BUY) == (role is Role.ENTRY) else LegName.A,
        role,
        side,
        f"{role}-{slot}",
        1,
        1,
        1,
        price,
        size,
        price * size * Decimal("1.0025") if side is Side.BUY else size,
        "test",
        MID,
        "r",
    )


def filled(placed, size=None):
    size = Decimal(size) if size else placed.size
    return OrderFilled(
        placed.slot,
        placed.leg,
        placed.role,
        placed.side,
        placed.client_order_id,
        f"f-{placed.client_order_id}-{size}",
        placed.cycle,
        placed.price,
        size,
        size * placed.price,
        Decimal(0),
        "maker",
        placed.hold * size / placed.size,
        size == placed.size,
        MID,
    )


@pytest.mark.plan("004-053")
def test_two_orders_never_both_fit_into_the_last_of_an_exposure():
    room = Room()
    room.take(order(0, "42.00"))
    first, second = room.ask(order(1)), room.ask(order(2))
    assert first.allow
    assert (second.code, second.limit, second.observed) == ("symbol_exposure", "50", "58")
    assert exposure_of(room.books, MID) == 50


def test_what_ends_makes_room_again():
    room = Room()
    held = room.take(order(0, "42.00"))
    room.ask(order(1))
    gone = OrderEnded(
        slot=0,
        leg=LegName.B,
        role=Role.ENTRY,
        client_order_id=held.client_order_id,
        side=Side.BUY,
        status="canceled",
        reason="",
        filled=Decimal(0),
        released=held.hold,
    )
    assert not room.ask(order(2))
    room.take(gone)
    assert room.ask(order(2))


def test_a_filled_entry_is_inventory_and_counts_as_much():
    room = Room()
    bought = room.take(order(0, "42.00"))
    room.take(filled(bought))
    assert exposure_of(room.books, MID) == 42
    assert room.ask(order(1)).allow
    assert room.ask(order(2)).code == "symbol_exposure"


def test_an_exit_passes_with_every_breaker_cap_and_mode_against_it():
    room = Room(
        circuit_breaker="all",
        max_symbol_exposure_usd="0",
        max_order_notional_usd="0",
        max_open_orders=1,
        allowed_sides=("buy",),
        allowed_symbols=("X/Y",),
        daily_loss_limit="0.01",
    )
    room.take(filled(room.take(order(0, "42.00"))))
    room.take(order(1))
    out = order(0, role=Role.EXIT, side=Side.SELL, size="420", price="0.2")
    assert room.judge(out, mode="ESTOP").allow
    assert room.judge(order(0, role=Role.EXIT, side=Side.SELL, size="421")).code == "exceeds_held"


def test_an_exit_of_a_lot_the_reducer_just_made_is_measured_on_the_slot_it_returned():
    room = Room()
    bought = room.take(order(0, "42.00"))
    ahead = Books("DOGE", "USD")
    for entry in (SlotAdded(slot=0, sticky=True), bought, filled(bought)):
        ahead.apply(NOW, entry)
    out = order(0, role=Role.EXIT, side=Side.SELL, size="420")
    assert owed_by(room.books.slots[0], LegName.B, 1) == 0
    assert owed_by(ahead.slots[0], LegName.B, 1) == 420
    assert room.gate().judge(ahead.slots[0], out).allow


def test_the_minute_cap_counts_entries_only_and_forgets_after_a_minute():
    room = Room(max_orders_per_minute=2, max_symbol_exposure_usd="1000")
    first = room.take(order(0))
    room.take(filled(first))
    room.take(order(0, role=Role.EXIT, side=Side.SELL, size="80"))
    assert room.ask(order(1)).allow
    assert room.ask(order(2)).codes == ("order_rate",)
    assert room.ask(order(2), at=NOW + MINUTE - 1).codes == ("order_rate",)
    assert room.ask(order(2), at=NOW + MINUTE).allow


def test_the_days_count_begins_again_at_midnight():
    room = Room(max_daily_orders=1, max_symbol_exposure_usd="1000")
    room.take(order(0), at=NOW + DAY - 1)
    assert room.judge(order(1), at=NOW + DAY - 1).codes == ("daily_orders",)
    assert room.judge(order(1), at=NOW + DAY).allow


def loss(net, at):
    return CycleBooked(
        *(0, LegName.B, 1, MID, MID, Decimal(20), Decimal(net), Decimal(0), Decimal(0)),
        *(Decimal(net), Decimal(net), Decimal(0), at, 1, 0, 2, MID, "r"),
    )


def test_a_day_loses_what_its_losing_cycles_lose_and_a_win_gives_nothing_back():
    memory = RiskMemory("USD")
    for net, at in (("-1", NOW), ("5", NOW + 1), ("-2", NOW + 2), ("-0.5", NOW + DAY)):
        memory.apply(at, loss(net, at))
    assert memory.loss_of_the_day(NOW + DAY) == Decimal("0.5")
    assert memory.total_loss == Decimal("3.5")
    assert memory.loss_of_the_day(NOW + 2 * DAY) == 0


def test_money_from_outside_moves_the_peak_and_is_neither_gain_nor_drawdown():
    room = Room()
    state = room.gate()._facts.state()
    assert (state.equity, state.peak_equity) == (1100, 1100)
    room.take(BalanceOpened(asset="USD", amount=Decimal(-600), reason="withdrawal"))
    room.take(BalanceOpened(asset="DOGE", amount=Decimal(-500), reason="withdrawal"))
    state = room.gate()._facts.state()
    assert (state.equity, state.peak_equity, state.drawdown_pct) == (450, 450, 0)
    falling = room.gate(mid=Decimal("0.05"))._facts.state()
    assert falling.drawdown_pct == Decimal(25) / Decimal(450) * 100
    assert equity_of(room.books, MID) == 450


def test_a_change_of_an_entry_frees_what_it_held():
    room = Room(max_symbol_exposure_usd="42")
    placed = room.take(order(0, "42.00"))
    resting = room.books.slots[0].b.order
    moved = OrderRepriced(
        slot=0,
        leg=LegName.B,
        client_order_id=placed.client_order_id,
        local_id=2,
        revision=1,
        price=Decimal("0.0999"),
        size=Decimal(420),
        hold=Decimal(42),
        released=placed.hold,
        reason="refresh",
        refreshes=1,
        direction=None,
        mark=MID,
        rules="r",
    )
    assert room.gate().judge_change(resting, moved).allow
    room.limits["circuit_breaker"] = "all"
    assert room.gate().judge_change(resting, moved).code == "circuit_breaker"


def test_a_refusal_is_noted_once_until_its_reasons_change():
    room = Room()
    gate = room.gate()
    small, big = (
        policy(max_order_notional_usd="1"),
        policy(max_order_notional_usd="1", max_open_orders=1),
    )
    gate.policy = small
    refusal = gate.judge(room.books.slots[0], order(0))
    note = gate.changed(0, LegName.B, refusal)
    assert (note.code, note.codes, note.limit) == ("order_notional", ("order_notional",), "1")
    assert note.policy == small.version
    assert gate.changed(0, LegName.B, refusal) is None
    assert gate.changed(1, LegName.B, refusal) is not None
    room.take(order(3))
    gate.policy = big
    assert gate.changed(0, LegName.B, gate.judge(room.books.slots[0], order(0))) is not None
    gate.policy = policy()
    assert gate.changed(0, LegName.B, gate.judge(room.books.slots[0], order(0))) is None
    gate.policy = small
    assert gate.changed(0, LegName.B, refusal) is not None


def test_a_tightened_cap_names_the_newest_entries_and_never_an_exit():
    room = Room()
    for slot in range(3):
        room.take(order(slot, "10.00"), at=NOW + slot)
    room.take(filled(room.take(order(3, "10.00"), at=NOW + 3)))
    room.take(order(3, role=Role.EXIT, side=Side.SELL, size="100"))
    state = room.gate()._facts.state()
    entries = resting_entries(room.books)
    assert state.symbol_exposure == 40
    assert no_longer_fits(policy(max_symbol_exposure_usd="40"), state, entries) == ()
    found = no_longer_fits(policy(max_symbol_exposure_usd="25"), state, entries)
    assert found == ("entry-2", "entry-1")
    assert len(no_longer_fits(policy(max_symbol_exposure_usd="0"), state, entries)) == 3
    assert len(no_longer_fits(policy(max_order_notional_usd="9.99"), state, entries)) == 3
    assert no_longer_fits(policy(max_open_orders=3), state, entries) == ("entry-2",)
