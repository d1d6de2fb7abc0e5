"""Kill a desk at every boundary of the tick that gives an exit up, and bring it back from disk."""

from decimal import Decimal

import pytest
from desk_faults import faults
from desk_world import World, walk
from letting_go import LettingGo, lapses

from holdfast.desk.release.look import exits_of
from holdfast.domain.events import CycleBooked, InventoryMoved, ReleaseEnded, ReleaseStarted
from holdfast.ledger.verify import verify

FALLS = ((60, 10, -50), (30, 30, 0), (70, 5, -60), (20, 20, 0), (40, 10, -30), (20, 20, 10)) * 3
BOUNDARIES = range(1, 21)


class PaperThatLetsGo(LettingGo, World):
    """On paper."""


def waiting(close, *, on_disk=False):
    """Open a desk whose first exit waits far above the market."""
    world = PaperThatLetsGo(
        walk([(*row, Decimal(1)) for row in FALLS]),
        slots=2,
        close=close,
        profit_pct=Decimal(3),
        refresh_pct=Decimal(0),
        positions=True,
        on_disk=on_disk,
    )
    world.open()
    while not exits_of(world.desk):
        assert world.tick()
    return world


@pytest.mark.parametrize("close", ["transfer", "limit_ioc"])
def test_a_release_killed_at_any_boundary_is_booked_once_at_a_price_of_the_market(close):
    for boundary in BOUNDARIES:
        for later in (0, 1):
            world = waiting(close)
            world.errand("release")()
            for _ in range(later):
                world.tick()
            world.survive(world.tick, boundary)
            for _ in range(3):
                world.tick()
                assert faults(world) == []
                assert lapses(world) == []
            rows = world.rows()
            begun = [row for row in rows if isinstance(row, ReleaseStarted)]
            ends = [row.reason for row in rows if isinstance(row, CycleBooked | ReleaseEnded)]
            assert len(begun) == 1
            assert ends.count("released") + ends.count("unsold") == 1
            world.close()


def test_a_cancel_the_venue_heard_before_the_desk_died_is_booked_at_the_next_price_not_at_the_exit():
    world = waiting("transfer")
    exit_price = exits_of(world.desk)[0].price
    world.errand("release")()
    sent = world.desk.venue.inner.inner
    for intent in world.desk.outbox:
        sent.cancel(intent)
    world.die()
    world.open()
    assert not any(isinstance(row, CycleBooked) for row in world.rows())
    world.tick()
    (moved,) = [row for row in world.rows() if isinstance(row, InventoryMoved)]
    assert moved.mark < exit_price * Decimal("0.98")
    assert faults(world) == []
    assert lapses(world) == []
    world.close()


@pytest.mark.crash
@pytest.mark.parametrize(("close", "kills"), [("transfer", (3, 9)), ("limit_ioc", (7,))])
def test_the_ledger_of_a_release_that_was_killed_is_sound(close, kills):
    for boundary in kills:
        world = waiting(close, on_disk=True)
        world.errand("release")()
        world.survive(world.tick, boundary)
        for _ in range(2):
            world.tick()
        ledger = world.ledger.inner
        ledger.project()
        report = verify(ledger.cursor())
        assert report.sound, report.findings
        world.close()
