"""Kill a desk at every boundary of every tick of a short life, and bring it back from disk.

A boundary lies before and after each commit, each send and each step of the market, from the first
founding row on. After the restart nothing is doubled and nothing is lost.
"""

from decimal import Decimal

import pytest
from desk_faults import faults
from desk_world import World, walk
from strategies import SECOND

from holdfast.desk.limits import Limits

SWINGS = ((30, 30, 30), (40, 20, -35), (60, 10, -50), (10, 90, 80), (20, 20, 0), (90, 10, -60))
THIN = ((40, 40, 20, 0.0012), (60, 60, -40, 0.0008), (50, 70, 60, 0.0005), (90, 30, -30, 0.001))
TRENDS = ((5, 40, 35), (5, 45, 40), (30, 20, 10), (40, 5, -35), (45, 5, -40), (20, 60, 50))
LIVES = {
    "sticky": {"sticky": True, "profit_pct": Decimal("0.4")},
    "cycling": {
        "sticky": False,
        "profit_pct": Decimal(1),
        "s1_orphan_after": 60 * SECOND,
        "s2_orphan_after": 60 * SECOND,
        "max_recoveries": 1,
    },
    "chasing": {"sticky": True, "refresh_pct": Decimal("0.25"), "refresh_cooldown": 60 * SECOND},
    "in parts": {"sticky": True, "participation": Decimal("0.25"), "refresh_pct": Decimal("0.3")},
    "short of calls": {
        "sticky": True,
        "limits": Limits(calls_per_tick=2),
        "refresh_pct": Decimal("0.25"),
    },
    "short of room": {
        "sticky": True,
        "cap": 3,
        "limits": Limits(order_cap=3, entries_per_tick=2),
        "slots": 3,
    },
}


def market(life):
    rows = THIN * 3 if life == "in parts" else [(*row, 1) for row in SWINGS] * 2
    if life in {"chasing", "short of calls"}:
        rows = [(*row, 1) for row in (*TRENDS, *SWINGS)] * 2
    return walk([(low, high, close, Decimal(str(share))) for low, high, close, share in rows])


def made(life, **more):
    return World(market(life), **{"slots": 2, **LIVES[life], **more})


def lived(world):
    """Live to the end of the market; come back whenever the fuse blows."""

    def live():
        if world.desk is None:
            world.open()
        while world.tick():
            pass

    world.survive(live)
    while world.tick():
        pass
    assert faults(world) == []


@pytest.mark.parametrize("life", LIVES)
def test_a_desk_killed_at_any_boundary_of_a_tick_doubles_and_loses_nothing(life):
    calm = made(life)
    lived(calm)
    boundaries = calm.fuse.crossed
    calm.close()
    assert boundaries > 40
    broken = {}
    for boundary in range(1, boundaries + 1):
        world = made(life)
        world.fuse.set(boundary)
        try:
            survive_one(world, boundary)
        except Exception as error:  # noqa: BLE001 (every boundary is tried, then all are told)
            broken[boundary] = repr(error)[:400]
        finally:
            world.close()
    assert broken == {}


def survive_one(world, boundary):
    def live():
        world.open()
        while world.tick():
            pass

    world.survive(live, boundary)
    while world.tick():
        pass
    assert world.crashes == 1
    assert faults(world) == []
