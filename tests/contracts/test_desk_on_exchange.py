"""A whole desk on the emulated exchange: how many calls it needs, and that the money agrees."""

import decimal
from dataclasses import replace
from decimal import Decimal

import pytest
from desk_on_emulator import DeskOnEmulator
from emulated_world import EmulatedWorld

from holdfast.desk.control.verb_holds import resume
from holdfast.domain.bookkeeping import AnomalyNoted, IntentResolved, SubmissionNoted
from holdfast.domain.errors import CommandRefused
from holdfast.domain.events import BalanceOpened, OrderFilled
from holdfast.domain.slots import ENTRY

CALM = [("0.1000", "0.1000", "0.1000", "0.1000", "100000")] * 600


@pytest.fixture
def world(tmp_path):
    worlds = []

    def make(**settings):
        made = EmulatedWorld(tmp_path, **settings)
        worlds.append(made)
        return made

    yield make
    for made in worlds:
        made.close()


def agree(world):
    desk = world.desk
    for asset, balance in world.venue.balances().items():
        assert balance.total == desk.books.accounts.total(asset)
    resting = {row.client_order_id for row in world.venue.open_orders()}
    assert resting == set(desk.books.orders)
    assert desk.books.holds == {}
    assert desk.books.submissions == {}
    assert world.exchange.admin.audit()["repeated"] == {}


def sent(world, action="place"):
    return [
        row
        for _, row in world.memory.rows
        if isinstance(row, SubmissionNoted) and row.action == action
    ]


@pytest.mark.parametrize("slots", [7, 8, 80])
def test_bringing_up_slots_takes_a_call_for_seven_of_them(world, slots):
    desk = world(slots=slots, rows=CALM, usd="2000", doge="20000")
    desk.open()
    for _ in range(16):
        desk.tick(5)
    assert len(desk.desk.books.orders) == 2 * slots
    assert len(sent(desk)) == -(-slots // 7)
    assert desk.desk.counters.orders_refused == 0
    assert desk.exchange.session.core.state.rejects == {}
    agree(desk)


def test_a_start_with_two_hundred_orders_takes_few_private_calls(world):
    desk = world(slots=100, rows=CALM, usd="3000", doge="30000")
    desk.open()
    for _ in range(18):
        desk.tick(5)
    assert len(desk.desk.books.orders) == 200
    names = sorted(desk.desk.books.orders)
    for name in names[:3]:
        desk.exchange.admin.fill(cl_ord_id=name, vol="1000")
    desk.exchange.admin.cancel(cl_ord_id=names[5])
    desk.exchange.calls()
    note = desk.open()
    made = desk.exchange.calls()
    assert note.complete
    assert note.filled == 3
    assert note.ended == 1
    assert note.calls <= 10
    private = {name: count for name, count in made.items() if name not in {"Time", "AssetPairs"}}
    assert sum(private.values()) <= 10 + 1  # the opening of the connection asks for assets
    assert desk.venue.counters().throttle_waits == 0


@pytest.mark.parametrize("unheard", [False, True])
def test_the_comparison_of_a_start_is_stamped_with_the_time_of_the_exchange(world, unheard):
    desk = world(slots=2, rows=CALM, usd="200", doge="2000")
    desk.open()
    for _ in range(4):
        desk.tick()
    before = desk.desk.books.market_time
    desk.exchange.pass_time(7_200_000_000)
    if unheard:
        desk.exchange.faults({"kind": "drop_request", "endpoints": ["BalanceEx"], "times": 0})
    note = desk.open()
    stamped = next(at for at, row in reversed(desk.memory.rows) if row == note)
    assert note.agreed is not unheard
    assert stamped == (before if unheard else desk.exchange.clock.wall())
    desk.exchange.faults()
    desk.gear.agreement()
    agree(desk)


LOSSES = {
    "a lost answer": {
        "kind": "drop_answer",
        "endpoints": ["AddOrder", "AddOrderBatch"],
        "times": 2,
    },
    "a lost request": {
        "kind": "drop_request",
        "endpoints": ["AddOrder", "AddOrderBatch"],
        "times": 2,
    },
}


@pytest.mark.plan("004-010")
@pytest.mark.parametrize("loss", LOSSES)
def test_what_is_lost_on_the_way_is_proven_and_never_doubled(world, loss):
    desk = world(slots=4, usd="200", doge="2000")
    desk.open()
    desk.exchange.faults(LOSSES[loss])
    for _ in range(40):
        desk.tick(5)
    outcomes = {row.outcome for _, row in desk.memory.rows if isinstance(row, IntentResolved)}
    assert outcomes == {"open" if loss == "a lost answer" else "not_placed"}
    desk.exchange.faults()
    for _ in range(20):
        desk.tick(5)
    agree(desk)


def test_the_way_the_desk_rounds_is_its_own_whatever_ccxt_does(world):
    desk = world(slots=3, usd="200", doge="2000")
    before = decimal.getcontext().copy()
    desk.open()
    for _ in range(6):
        desk.tick(30)
    after = decimal.getcontext()
    assert (after.rounding, after.prec, after.traps) == (
        before.rounding,
        before.prec,
        before.traps,
    )


def test_an_order_is_read_once_for_as_long_as_it_rests_unchanged(world):
    desk = world(slots=2, rows=CALM, usd="200", doge="2000")
    desk.open()
    for _ in range(3):
        desk.tick()
    wire, name = desk.venue._wire, min(desk.desk.books.orders)
    before = dict(wire.parsed)
    assert len(before) == 4
    desk.exchange.admin.fill(cl_ord_id=name, vol="1")
    seen = {row.client_order_id: row.filled for row in desk.venue.open_orders()}
    changed = [row for row, kept in before.items() if wire.parsed[row] is not kept]
    assert len(changed) == 1
    assert {one: filled for one, filled in seen.items() if filled} == {name: 1}


def test_an_order_placed_by_hand_is_named_and_left_alone(world):
    desk = world(slots=2, rows=CALM, usd="200", doge="2000")
    desk.open()
    desk.tick()
    desk.exchange.admin.order(
        pair="XDGUSD", type="buy", ordertype="limit", price="0.05", volume="20", oflags="post"
    )
    note = desk.gear.agreement()
    assert len(note.foreign) == 1
    assert note.agreed
    assert len(desk.venue.open_orders()) == len(desk.desk.books.orders) + 1


def test_deposits_and_withdrawals_are_booked_once_and_the_desk_goes_on(world):
    desk = world(slots=2, rows=CALM, usd="200", doge="2000")
    desk.open()
    desk.tick()
    desk.exchange.admin.flow("USD", "50")
    desk.exchange.admin.flow("DOGE", "20", kind="withdrawal", fee="2")
    desk.exchange.pass_time(1_000_000)
    assert desk.gear.agreement().agreed
    flows = [row for _, row in desk.memory.rows if isinstance(row, BalanceOpened)]
    assert [(row.asset, row.amount) for row in flows[2:]] == [
        ("USD", Decimal(50)),
        ("DOGE", Decimal(-22)),
    ]
    assert desk.open().agreed
    assert desk.gear.agreement().agreed
    assert len([row for _, row in desk.memory.rows if isinstance(row, BalanceOpened)]) == 4
    agree(desk)


def test_money_that_is_nowhere_explained_holds_the_desk(world):
    desk = world(slots=2, rows=CALM, usd="200", doge="2000")
    desk.open()
    desk.tick()
    desk.gear.agreement._flows_since = None
    desk.exchange.admin.flow("USD", "50")
    note = desk.gear.agreement()
    assert note.result == "differs"
    assert "recon" in desk.desk.books.holds


def test_an_old_order_that_filled_in_part_makes_no_start_read_all_history(world):
    desk = world(slots=4, rows=CALM, usd="200", doge="2000")
    desk.open()
    for _ in range(6):
        desk.tick()
    old, *others = sorted(desk.desk.books.orders)
    for _ in range(120):
        desk.exchange.admin.fill(cl_ord_id=old, vol="0.1")
    for _ in range(20):
        desk.tick(600)
    desk.exchange.admin.fill(cl_ord_id=others[0], vol="1000")
    desk.tick()
    desk.exchange.admin.fill(cl_ord_id=others[1], vol="1000")
    desk.exchange.calls()
    assert desk.open().agreed
    desk.tick()
    assert desk.exchange.calls()["TradesHistory"] == 2
    agree(desk)


def test_a_trade_between_two_reads_of_a_comparison_is_no_anomaly(world):
    desk = world(slots=2, rows=CALM, usd="200", doge="2000")
    desk.open()
    for _ in range(4):
        desk.tick()
    name, executions = min(desk.desk.books.orders), desk.venue.executions

    def after_a_trade(after):
        desk.venue.executions = executions
        desk.exchange.admin.fill(cl_ord_id=name, vol="1000")
        return executions(after)

    desk.venue.executions = after_a_trade
    note = desk.gear.agreement()
    assert (note.filled, note.agreed, note.foreign) == (1, True, ())
    assert name not in desk.desk.books.orders
    assert not [row for _, row in desk.memory.rows if isinstance(row, AnomalyNoted)]
    assert sent(desk, "cancel") == []


def test_a_trade_before_the_balances_are_read_costs_no_look_at_the_movements_of_the_account(world):
    desk = world(slots=2, rows=CALM, usd="200", doge="2000")
    desk.open()
    for _ in range(4):
        desk.tick()
    name, balances = min(desk.desk.books.orders), desk.venue.balances

    def after_a_trade():
        desk.venue.balances = balances
        desk.exchange.admin.fill(cl_ord_id=name, vol="1000")
        return balances()

    desk.venue.balances = after_a_trade
    desk.exchange.calls()
    note = desk.gear.agreement()
    assert (note.filled, note.agreed) == (1, True)
    asked = desk.exchange.calls()
    assert asked["BalanceEx"] == 2
    assert "Ledgers" not in asked


def test_a_day_of_trading_agrees_to_the_last_unit(world):
    desk = world(slots=8, usd="200", doge="2000", rules={"profit_pct": Decimal("0.6")})
    desk.open()
    for number in range(400):
        desk.tick(30)
        if number % 97 == 96:
            assert desk.open().agreed
    fills = [row for _, row in desk.memory.rows if isinstance(row, OrderFilled)]
    assert len(fills) > 10
    assert any(row.role is ENTRY for row in orders(desk))
    agree(desk)


def orders(world):
    slots = world.desk.books.slots.values()
    return [leg.order for slot in slots for leg in (slot.a, slot.b) if leg.order is not None]


def test_a_desk_opened_from_its_profile_books_deposits_too(home, monkeypatch):
    world = DeskOnEmulator(home, monkeypatch).open()
    try:
        world.ticks(2)
        world.exchange.administrator().flow("USD", "50")
        world.ticks(1)
        assert world.held.exchange.gear.agreement().agreed
        assert world.held.desk.books.holds == {}
    finally:
        world.close()


def test_what_is_proven_in_a_tick_hinders_no_read_of_that_tick(home, monkeypatch):
    world = DeskOnEmulator(home, monkeypatch).open().arm()
    try:
        lost = {"kind": "drop_request", "endpoints": ["AddOrder", "AddOrderBatch"], "p": 1}
        world.exchange.administrator().faults(lost, seed=1)
        books, mode = world.held.desk.books, world.held.exchange.road.mode.execution
        world.until(lambda _: books.submissions)
        world.exchange.administrator().faults(seed=1)
        record = world.held.runtime.folder / "mode.json"
        kept = record.read_bytes()
        record.unlink()
        world.ticks()
        record.write_bytes(kept)
        world.ticks(2)
        assert books.submissions
        assert mode.state.streak == 0
        world.until(lambda _: not books.submissions)
        assert mode.state.streak == 1
    finally:
        world.close()


def test_a_hold_for_failures_in_a_row_is_lifted_by_a_person_once_the_exchange_answers(
    home, monkeypatch
):
    world = DeskOnEmulator(home, monkeypatch).open()
    try:
        exchange, desk = world.held.exchange, world.held.desk
        settings = world.held.profile.settings.model_copy(update={"max_consecutive_errors": 2})
        exchange.adopt(desk, replace(world.held.profile, settings=settings))
        watchful = exchange.gear.watchful
        for errors, holds in ((1, set()), (2, {"api_errors"})):
            watchful.errors = errors  # the looks themselves would wait for the clock of this test
            exchange.duties(desk)
            assert set(desk.books.holds) == holds
        with pytest.raises(CommandRefused, match="api_errors"):
            resume(desk, {}, exchange.keeps)
        world.ticks()
        assert (watchful.errors, desk.mode()) == (0, "PAUSED")
        assert resume(desk, {}, exchange.keeps) == "resumed"
        assert desk.books.holds == {}
    finally:
        world.close()
