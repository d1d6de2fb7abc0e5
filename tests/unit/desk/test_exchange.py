"""A desk on an exchange whose road loses things: what is unknown is proven, and nothing is doubled."""

import itertools
from decimal import Decimal

import pytest
from desk_faults import faults
from desk_world import walk
from exchange_world import WRITES, ExchangeWorld

from holdfast.domain.bookkeeping import (
    AnomalyNoted,
    IntentResolved,
    ReconcileNoted,
    SubmissionNoted,
)
from holdfast.domain.events import OrderEnded, OrderPlaced
from holdfast.domain.intents import CancelOrder
from holdfast.domain.slots import ENTRY

FLAT = [(5, 5, 0, 1)] * 400
SWING = [(60, 10, -55, 1), (10, 60, 55, 1)] * 200


@pytest.fixture
def opened():
    worlds = []

    def make(moves=FLAT, **settings):
        world = ExchangeWorld(walk(moves), **settings)
        worlds.append(world)
        world.open()
        return world

    yield make
    for world in worlds:
        world.close()


def _of(world, kind):
    return [row for row in world.rows() if isinstance(row, kind)]


def test_a_request_is_noted_before_it_leaves_and_answered_after(opened):
    world = opened()
    world.tick()
    rows = world.rows()
    (note,) = [row for row in rows if isinstance(row, SubmissionNoted)]
    assert note.action == "place"
    assert set(note.ids) == {row.client_order_id for row in rows if isinstance(row, OrderPlaced)}
    assert note.deadline > 0
    assert world.desk.books.submissions == {}
    assert faults(world) == []


def test_one_call_takes_up_to_fifteen_orders(opened):
    world = opened(slots=20)
    before = world.exchange.calls
    world.tick()
    sizes = [len(note.ids) for note in _of(world, SubmissionNoted)]
    assert sum(sizes) == 40
    assert max(sizes) == 15
    assert world.exchange.calls - before == 1 + len(sizes)


@pytest.mark.plan("004-010")
@pytest.mark.parametrize("fate", [fate for fate in WRITES if fate != "rate_limit"])
def test_an_unknown_outcome_is_never_sent_again_before_it_is_proven(opened, fate):
    world = opened(slots=1)
    world.road.writes.append(fate)
    world.tick()
    lost = set(world.desk.books.submissions)
    assert len(lost) == 2
    begun = world.clock.monotonic()
    while world.desk.books.submissions and world.clock.monotonic() - begun < 120:
        world.tick()
        assert all(world.road.arrived[name] <= 1 for name in lost)
    outcomes = {row.client_order_id: row.outcome for row in _of(world, IntentResolved)}
    assert set(outcomes) == lost
    found = "not_placed" if fate == "drop_request" else "open"
    assert set(outcomes.values()) == {found}
    world.quiet()
    assert faults(world) == []


def test_absence_counts_only_after_the_deadline_and_twice(opened):
    world = opened(slots=1)
    world.road.writes.append("drop_request")
    world.tick()
    (note,) = _of(world, SubmissionNoted)
    while not _of(world, OrderEnded):
        assert world.clock.wall() < note.deadline + 60_000_000
        world.clock.sleep(1)
        world.duties(world.desk)
    first = world.clock.wall()
    assert first >= note.deadline + 10_000_000 + 5_000_000


def test_a_cancel_the_exchange_had_no_time_for_is_asked_for_again(opened):
    world = opened(slots=1)
    world.tick()
    name = min(world.desk.books.orders)
    world.road.writes.append("rate_limit")
    world.desk.outbox.append(CancelOrder(client_order_id=name, role=ENTRY))
    world.tick()
    assert name in world.desk.books.orders
    for _ in range(3):
        world.tick()
    assert name not in world.desk.books.orders
    asked = [note for note in _of(world, SubmissionNoted) if note.action == "cancel"]
    assert [note.ids for note in asked] == [(name,), (name,)]
    assert _of(world, AnomalyNoted) == []  # it was asked for again: nothing that must not be


@pytest.mark.parametrize("seconds", [1, 4, 6, 7])
def test_absence_is_looked_for_in_the_moment_it_counts(opened, seconds):
    world = opened(slots=1)
    world.road.writes.append("drop_request")
    world.tick()
    (note,) = _of(world, SubmissionNoted)
    while not _of(world, OrderEnded):
        world.clock.sleep(seconds)
        world.duties(world.desk)
    counts = note.deadline + 10_000_000
    assert world.clock.wall() < counts + 5_000_000 + 2 * seconds * 1_000_000


def test_a_silent_exchange_proves_nothing(opened):
    world = opened(slots=1)
    world.road.writes.append("drop_request")
    world.tick()
    world.road.reads.extend(["silent"] * 1000)
    for _ in range(40):
        world.tick()
        world.clock.sleep(10)
    assert _of(world, OrderEnded) == []
    assert len(world.desk.books.submissions) == 2
    world.quiet()
    assert faults(world) == []


def test_after_a_rate_limit_nothing_leaves_for_5_10_20_40_then_60_seconds(opened):
    world = opened(slots=1)
    world.road.writes.extend(["rate_limit"] * 6)
    asked = []
    for _ in range(240):
        before = len(_of(world, SubmissionNoted))
        world.tick()
        if len(_of(world, SubmissionNoted)) > before:
            asked.append(world.clock.monotonic())
    gaps = [later - earlier for earlier, later in itertools.pairwise(asked)][:6]
    assert [gap >= least for gap, least in zip(gaps, (5, 10, 20, 40, 60, 60), strict=True)] == (
        [True] * 6
    )
    world.quiet()
    assert faults(world) == []


def test_while_the_exchange_wants_rest_no_entry_is_decided_that_could_not_leave(opened):
    world = opened(slots=1)
    world.road.writes.extend(["rate_limit"] * 4)
    for _ in range(40):
        world.tick()
    sent = {name for note in _of(world, SubmissionNoted) for name in note.ids}
    assert {row.client_order_id for row in _of(world, OrderPlaced)} == sent
    assert not [row for row in _of(world, OrderEnded) if row.reason == "aborted"]


def test_a_start_leaves_what_was_in_flight_to_proof_and_gives_up_what_never_left(opened):
    world = opened(slots=2)
    world.road.writes.append("drop_answer")
    world.tick()
    assert len(world.desk.books.submissions) == 4
    world.die()
    world.open()
    note = _of(world, ReconcileNoted)[-1]
    assert note.adopted == 4
    assert note.agreed
    assert faults(world) == []


def test_exits_come_back_after_every_kind_of_loss(opened):
    world = opened(SWING, slots=2, profit_pct=Decimal("0.2"), entry_pct=Decimal("0.2"))
    for number in range(120):
        if number % 3 == 0:
            world.road.writes.append(WRITES[number // 3 % len(WRITES)])
        world.tick()
        if number % 17 == 0:
            world.die()
            world.open()
    world.quiet()
    assert world.desk.books.orders
    assert faults(world) == []
    assert max(world.road.arrived.values()) == 1
