"""What any ledger owes a desk: the same rows, the same hash, the same books."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from holdfast.clock import FixedClock
from holdfast.ledger.bulk import BulkLedger
from holdfast.ledger.memory import MemoryLedger
from holdfast.ledger.store import DuckDbLedger

_PLACE = Path(__file__).parents[1] / "unit" / "ledger" / "stories.py"
_SPEC = spec_from_file_location("ledger_stories", _PLACE)
stories = module_from_spec(_SPEC)
_SPEC.loader.exec_module(stories)

ASSETS = {"base": stories.BASE, "quote": stories.QUOTE}


class Written(BulkLedger):
    """A replay's ledger, read back from the file it was written to."""

    def read_back(self, path):
        path = self.write_to(path, clock=FixedClock(1), found=stories.FOUNDED)
        return DuckDbLedger.open(path, clock=FixedClock(2), found=stories.FOUNDED, **ASSETS)


@pytest.fixture(params=["memory", "bulk", "bulk-written", "duckdb", "duckdb-reopened"])
def kept(request, tmp_path):
    """Say how a ledger that holds a story comes about, for each kind."""
    path = tmp_path / "ledger.duckdb"
    opened = []

    def open_file():
        ledger = DuckDbLedger.open(path, clock=FixedClock(1), found=stories.FOUNDED, **ASSETS)
        opened.append(ledger)
        return ledger

    def kept(steps):
        ledger = {
            "memory": lambda: MemoryLedger(stories.BASE, stories.QUOTE),
            "bulk": lambda: BulkLedger(stories.BASE, stories.QUOTE),
            "bulk-written": lambda: Written(stories.BASE, stories.QUOTE),
        }.get(request.param, open_file)()
        for at, entries in steps:
            ledger.commit(at, entries)
        if request.param == "bulk-written":
            ledger = ledger.read_back(path)
            opened.append(ledger)
        if request.param == "duckdb-reopened":
            ledger.close()
            ledger = open_file()
        return ledger

    yield kept
    for ledger in opened:
        ledger.close()


@pytest.fixture
def steps():
    return list(stories.story(slots=4, cycles=3))


@pytest.fixture
def reference(steps):
    ledger = MemoryLedger(stories.BASE, stories.QUOTE)
    for at, entries in steps:
        ledger.commit(at, entries)
    return ledger


def test_the_same_rows_have_the_same_event_hash(kept, steps, reference):
    assert kept(steps).event_hash() == reference.event_hash()


def test_the_same_rows_fold_to_the_same_books(kept, steps, reference):
    books, expected = kept(steps).restore(), reference.restore()
    for name, value in vars(expected).items():
        if name not in ("accounts", "founded"):
            assert getattr(books, name) == value, name
    assert books.accounts.balances == expected.accounts.balances


def test_the_books_that_are_handed_out_are_the_callers_own(kept, steps):
    ledger = kept(steps)
    mine = ledger.restore()
    mine.slots.clear()
    mine.holds["operator"] = "mine"
    mine.accounts.balances.clear()
    again = ledger.restore()
    assert len(again.slots) == 4
    assert again.holds == {}
    assert again.accounts.balances


def test_a_commit_returns_the_last_sequence_and_an_empty_one_changes_nothing(kept, steps):
    ledger = kept(steps)
    before = ledger.sequence
    assert ledger.commit(1, []) == before
    at, entries = steps[3]
    assert ledger.commit(at, entries) == before + len(entries) == ledger.sequence


def test_a_different_order_of_rows_has_a_different_hash(kept, steps):
    funded = kept([*steps[:3]]).event_hash()
    at, entries = steps[2]
    turned = MemoryLedger(stories.BASE, stories.QUOTE)
    for one in (*steps[:2], (at, [*entries[1:], entries[0]])):
        turned.commit(*one)
    assert turned.event_hash() != funded


def test_bookkeeping_is_not_in_the_event_hash(kept, steps):
    ledger = kept(steps)
    before = ledger.event_hash()
    ledger.commit(*steps[0])
    assert ledger.event_hash() == before
