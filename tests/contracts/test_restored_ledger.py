"""A ledger that came back from a backup: what the desk did since is its own again, and nothing is sent twice."""

import random
from decimal import Decimal

import pytest
from emulated_world import EmulatedWorld

from holdfast.desk.exchange.booked import Booked
from holdfast.desk.exchange.compare import compare
from holdfast.domain.bookkeeping import SubmissionNoted
from holdfast.domain.events import ExitOrphaned, OrderFilled, OrderPlaced
from holdfast.domain.slots import ENTRY
from holdfast.engine.books import Books
from holdfast.engine.invariants import breaches

CALM = [("0.1000", "0.1000", "0.1000", "0.1000", "100000")] * 600
WHOLE = "100000"


@pytest.fixture
def world(tmp_path):
    worlds = []

    def make(**settings):
        made = EmulatedWorld(tmp_path, **{"usd": "300", "doge": "3000", **settings})
        worlds.append(made)
        made.open()
        for _ in range(4):
            made.tick()
        return made

    yield make
    for made in worlds:
        made.close()


def live_orders(world):
    slots = world.desk.books.slots.values()
    legs = [leg.order for slot in slots for leg in (slot.a, slot.b)]
    asides = [one.order for slot in slots for one in slot.recoveries]
    return {one.client_order_id: one for one in (*legs, *asides) if one is not None}


def entries(world):
    return sorted(name for name, one in live_orders(world).items() if one.role is ENTRY)


def exits(world):
    return sorted(name for name, one in live_orders(world).items() if one.role is not ENTRY)


def fill(world, name, vol=WHOLE):
    world.exchange.admin.fill(cl_ord_id=name, vol=vol)


def cycle(world):
    """Fill an entry, and then its exit."""
    before = set(exits(world))
    fill(world, entries(world)[0])
    world.tick()
    fill(world, next(name for name in exits(world) if name not in before))
    world.tick(60)


def traded(world):
    told = world.exchange.admin.state()
    return sum((Decimal(row["vol"]) for row in told["trades"]), Decimal(0))


def booked(world):
    fills = [row for _, row in world.memory.rows if isinstance(row, OrderFilled)]
    return sum((row.size for row in fills), Decimal(0))


def agree(world, foreign=0):
    desk = world.desk
    assert desk.books.holds == {}
    for asset, balance in world.venue.balances().items():
        assert balance.total == desk.books.accounts.total(asset)
    resting = {row.client_order_id for row in world.venue.open_orders()}
    arrived = set(desk.books.orders) - {one.client_order_id for one in desk.outbox}
    assert arrived <= resting
    assert len(resting) == len(arrived) + foreign
    assert booked(world) == traded(world)
    assert world.exchange.admin.audit()["repeated"] == {}
    assert [row for slot in desk.books.slots.values() for row in breaches(slot)] == []
    again = Books(*world.memory._assets)
    for at, row in world.memory.rows:
        again.apply(at, row)
    assert again.slots == desk.books.slots
    assert again.accounts.sums() == {"DOGE": 0, "USD": 0}


def sent(world, since):
    rows = [row for _, row in world.memory.rows[since:] if isinstance(row, SubmissionNoted)]
    return [name for row in rows if row.action == "place" for name in row.ids]


@pytest.mark.plan("004-042", "004-010")
def test_orders_and_fills_of_a_forgotten_hour_are_adopted_and_nothing_of_them_is_sent(world):
    desk = world(slots=2, rows=CALM)
    cycle(desk)
    copy = desk.backup()
    for _ in range(4):
        cycle(desk)
    fill(desk, entries(desk)[0])
    desk.tick()
    resting, rows = set(live_orders(desk)), len(copy.rows)
    before = booked(desk)
    note = desk.put_back(copy)
    assert note.agreed
    assert note.adopted > 0
    assert set(live_orders(desk)) == resting
    assert booked(desk) == before
    assert sent(desk, rows) == []
    for _ in range(4):
        desk.tick()
    agree(desk)
    assert desk.open().adopted == 0


def test_an_exit_that_never_reached_the_exchange_is_owed_and_sent(world):
    desk = world(slots=1, rows=CALM)
    copy = desk.backup()
    fill(desk, entries(desk)[0])
    note = desk.put_back(copy)
    assert note.agreed
    assert len(exits(desk)) == 1
    desk.tick()
    agree(desk)


def test_an_exit_that_was_cancelled_and_placed_again_is_found_under_its_second_name(world):
    desk = world(slots=1, rows=CALM)
    copy = desk.backup()
    fill(desk, entries(desk)[0])
    desk.tick()
    desk.exchange.admin.cancel(cl_ord_id=exits(desk)[0])
    desk.tick()
    desk.tick()
    second = exits(desk)
    assert desk.put_back(copy).agreed
    assert exits(desk) == second
    assert live_orders(desk)[second[0]].attempt == 2
    agree(desk)


def test_a_part_that_traded_and_a_move_are_taken_as_the_exchange_has_them(world):
    rows = [("0.1", "0.1", "0.1", "0.1", "100000")] * 4
    rows += [("0.097", "0.097", "0.097", "0.097", "100000")] * 600
    desk = world(slots=1, rows=rows, rules={"refresh_pct": Decimal("0.4")})
    copy = desk.backup()
    before = {name: one.price for name, one in live_orders(desk).items()}
    for _ in range(12):
        desk.tick(30)
    moved = {name: one.price for name, one in live_orders(desk).items() if name in before}
    assert moved
    assert any(price != before[name] for name, price in moved.items())
    some = entries(desk)[0]
    fill(desk, some, "5")
    assert desk.put_back(copy).agreed
    assert live_orders(desk)[some].filled == 5
    assert {name: live_orders(desk)[name].price for name in moved} == moved
    agree(desk)


def test_slots_the_backup_does_not_know_come_back_with_their_orders(world):
    desk = world(slots=1, rows=CALM)
    copy = desk.backup()
    desk.slots = 3
    desk.open()
    for _ in range(3):
        desk.tick()
    resting = set(live_orders(desk))
    assert desk.put_back(copy).agreed
    assert set(live_orders(desk)) == resting
    agree(desk)


def test_an_exit_set_aside_in_the_forgotten_hour_is_set_aside_again(world):
    desk = world(slots=1, rows=CALM, sticky=False, rules={"s1_orphan_after": 300_000_000})
    copy = desk.backup()
    fill(desk, entries(desk)[0])
    for _ in range(20):
        desk.tick(30)
    assert any(isinstance(row, ExitOrphaned) for _, row in desk.memory.rows)
    aside = [one.order.client_order_id for one in desk.desk.books.slots[0].recoveries]
    assert desk.put_back(copy).agreed
    assert [one.order.client_order_id for one in desk.desk.books.slots[0].recoveries] == aside
    agree(desk)


def test_orders_of_others_stay_foreign_and_rest(world):
    desk = world(slots=1, rows=CALM)
    copy = desk.backup()
    cycle(desk)
    desk.exchange.admin.order(
        pair="XDGUSD", type="buy", ordertype="limit", price="0.05", volume="20", oflags="post"
    )
    note = desk.put_back(copy)
    assert note.agreed
    assert len(note.foreign) == 1
    agree(desk, foreign=1)


def test_a_plan_names_what_the_ledger_has_lost_beside_what_is_of_others_and_changes_nothing(world):
    desk = world(slots=1, rows=CALM)
    copy = desk.backup()
    cycle(desk)
    desk.tick()
    ours = set(live_orders(desk)) - set(copy.restore().orders)
    desk.exchange.admin.order(
        pair="XDGUSD", type="buy", ordertype="limit", price="0.05", volume="20", oflags="post"
    )
    desk.memory, rows = copy, len(copy.rows)
    desk.open(agree=False)
    seen = compare(desk.desk, desk.venue, Booked())
    assert seen.result == "differs"
    assert set(seen.forgotten) == ours != set()
    assert len(seen.foreign) == 1
    assert f"{len(ours)} of a lost time" in seen.sentence
    assert len(copy.rows) == rows


def test_an_order_committed_and_not_noted_as_sent_is_not_sent_where_it_exists(world):
    desk = world(slots=1, rows=CALM)
    kept = [
        number
        for number, (_, rows) in enumerate(desk.memory._commits)
        if any(isinstance(row, OrderPlaced) for row in rows)
    ]
    copy = desk.backup()
    copy._commits = copy._commits[: kept[0] + 1]
    resting = set(live_orders(desk))
    note = desk.put_back(copy)
    assert note.agreed
    assert set(live_orders(desk)) == resting
    agree(desk)


@pytest.mark.parametrize("commits", [0, 1, 2, 3, 5, 8])
def test_a_desk_that_dies_while_it_recalls_goes_on_where_it_was(world, commits):
    desk = world(slots=2, rows=CALM)
    copy = desk.backup()
    for _ in range(3):
        cycle(desk)
    fill(desk, entries(desk)[1], "7")
    desk.tick()
    resting, before = set(live_orders(desk)), booked(desk)
    commit, left = copy.commit, iter(range(commits))

    def dies(at, rows):
        if next(left, None) is None:
            raise KeyboardInterrupt
        return commit(at, rows)

    copy.commit = dies
    with pytest.raises(KeyboardInterrupt):
        desk.put_back(copy)
    copy.commit = commit
    assert desk.put_back(copy).agreed
    assert set(live_orders(desk)) == resting
    assert booked(desk) == before
    agree(desk)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happened_since_the_backup_the_books_come_up_to_it(world, seed):
    chance = random.Random(seed)  # noqa: S311 (no secret)
    desk = world(
        slots=3,
        sticky=seed % 2 == 0,
        rules={"profit_pct": Decimal("0.6"), "s1_orphan_after": 300_000_000},
    )
    copies = [desk.backup()]
    for number in range(40):
        names = sorted(row["cl_ord_id"] for row in desk.exchange.admin.state()["open"])
        act = chance.random()
        if names and act < 0.35:
            fill(desk, chance.choice(names))
        elif names and act < 0.5:
            fill(desk, chance.choice(names), str(chance.randint(1, 9)))
        elif names and act < 0.6:
            desk.exchange.admin.cancel(cl_ord_id=chance.choice(names))
        desk.tick(chance.choice((5, 30, 60)))
        if number % 8 == 7:
            copies.append(desk.backup())
    note = desk.put_back(chance.choice(copies))
    assert note.agreed, note
    for _ in range(6):
        desk.tick(30)
    desk.gear.agreement()
    agree(desk)
