"""Books and venue are compared to the last unit; a kept replay appears whole or not at all."""

from decimal import Decimal
from pathlib import Path

import pytest

from holdfast.clock import FixedClock
from holdfast.config.loader import load_profile
from holdfast.desk.settle import settle
from holdfast.desk.startup import add_slots, drain_slot
from holdfast.desk.turn import Turn
from holdfast.domain.intents import PlaceOrder
from holdfast.domain.slots import LegName
from holdfast.engine.inputs import EntryWanted
from holdfast.replay.conservation import compare
from holdfast.replay.drive import drive
from holdfast.replay.saving import appearing, folder_for
from holdfast.venue.candles import Candles
from holdfast.wiring.replay import replay_desk

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def desk():
    """Drive eight slots over two candles that do not move; their entries rest at the venue."""
    profile = load_profile("paper", profiles=ROOT / "profiles", environ={}, overrides={})
    rows = [(place * 60_000_000, "0.1", "0.1", "0.1", "0.1", 10**6) for place in range(2)]
    candles = Candles.from_rows(rows, seconds=60, tick=Decimal("0.000001"), step=Decimal(1))
    desk, venue = replay_desk(profile, candles)
    drive(desk, venue)
    desk.outbox.clear()
    return desk


def test_the_books_of_a_replay_equal_its_venue(desk):
    assert desk.venue.open_orders()
    assert compare(desk) == []


def test_the_smallest_unit_is_named_with_both_sides(desk):
    desk.books.accounts.free_quote += Decimal("0.00000001")
    first, second = compare(desk)
    assert first.startswith("the ledger has ")
    assert first.endswith("; difference 0.00000001")
    assert second == "all accounts together hold 0.00000001 USD, and must hold 0"


def test_a_cancel_that_was_not_sent_yet_is_settled_before_a_run_ends(desk):
    resting = len(desk.venue.open_orders())
    drain_slot(desk, 0, "test")
    asked = len(desk.outbox)
    assert asked > 0
    settle(desk)
    assert len(desk.venue.open_orders()) == resting - asked
    assert compare(desk) == []
    assert not desk.outbox


def test_an_order_that_was_not_sent_yet_is_settled_before_a_run_ends(desk):
    (slot_id,) = add_slots(desk, 1, sticky=True)
    turn = Turn(desk, desk.now, desk.mark)
    turn.slot(slot_id, EntryWanted(leg=LegName.A, reason="bootstrap"), exempt=True)
    assert [type(intent) for intent in turn.intents] == [PlaceOrder]
    desk.ledger.commit(turn.at, turn.events)
    assert len(compare(desk)) == 2
    desk.outbox.extend(turn.intents)
    settle(desk)
    assert compare(desk) == []


def test_a_folder_appears_whole_or_not_at_all(tmp_path):
    folder = tmp_path / "replays" / "one"

    def interrupted() -> None:
        with appearing(folder) as part:
            (part / "half").write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(folder.parent.iterdir()) == []
    with appearing(folder) as part:
        (part / "whole").write_text("whole")
    assert [path.name for path in folder.parent.rglob("*")] == ["one", "whole"]


def test_a_name_tells_time_profile_and_hash_and_is_never_used_twice(tmp_path):
    clock = FixedClock(1_700_000_000_000_000)
    names = []
    for _ in range(3):
        folder = folder_for(tmp_path, clock, "paper", "0123456789abcdef")
        folder.mkdir()
        names.append(folder.name)
    first = "20231114T221320Z-paper-01234567"
    assert names == [first, f"{first}-2", f"{first}-3"]
