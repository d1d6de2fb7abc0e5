"""A ledger from a backup whose forgotten hour gave an exit up: no order is sent twice, no money is lost."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from test_restored_ledger import CALM, agree, entries, fill, live_orders, world  # noqa: F401

from holdfast.desk.reconcile import commit
from holdfast.desk.release.begin import begin
from holdfast.desk.release.look import exits_of
from holdfast.desk.turn import Turn
from holdfast.domain.events import CycleBooked


def release(desk, close):
    one = exits_of(desk.desk)[0]
    turn = Turn(desk.desk, desk.desk.now, desk.desk.mark)
    begin(turn, one, close, "operator")
    commit(desk.desk, turn)
    desk.desk.watch_again()


@pytest.mark.parametrize("close", ["transfer", "limit_ioc"])
@pytest.mark.parametrize("known", ["nothing", "its beginning", "its cancel"])
def test_a_release_of_the_forgotten_hour_leaves_one_exit_or_one_booking(world, close, known):  # noqa: F811
    desk = world(slots=1, rows=CALM)
    fill(desk, entries(desk)[0])
    for _ in range(2):
        desk.tick()
    copies = {"nothing": desk.backup()}
    release(desk, close)
    copies["its beginning"] = desk.backup()
    desk.tick()
    copies["its cancel"] = desk.backup()
    for _ in range(3):
        desk.tick(30)
    assert desk.put_back(copies[known]).agreed
    for _ in range(4):
        desk.tick(30)
    agree(desk)
    booked = [row for _, row in desk.memory.rows if isinstance(row, CycleBooked)]
    assert len(booked) + len(exits_of(desk.desk)) + len(desk.desk.books.slots[0].recoveries) == 1
