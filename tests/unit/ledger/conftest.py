"""Give the ledger's tests a story, and ledgers to keep it in."""

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from stories import BASE, FOUNDED, QUOTE, story

from holdfast.clock import FixedClock
from holdfast.ledger.bulk import BulkLedger
from holdfast.ledger.store import DuckDbLedger


@pytest.fixture
def path(tmp_path):
    return tmp_path / "var" / "paper" / "ledger.duckdb"


@pytest.fixture
def opened(path):
    """Open ledgers and close them again, whatever happens."""
    ledgers = []

    def opened(where=path, found=FOUNDED):
        ledger = DuckDbLedger.open(where, clock=FixedClock(1), base=BASE, quote=QUOTE, found=found)
        ledgers.append(ledger)
        return ledger

    yield opened
    for ledger in ledgers:
        ledger.close()


@pytest.fixture(scope="session")
def filled_once(tmp_path_factory):
    """Keep a whole story, commit by commit, in a file that is closed again."""
    path = tmp_path_factory.mktemp("filled") / "ledger.duckdb"
    ledger = DuckDbLedger.open(path, clock=FixedClock(1), base=BASE, quote=QUOTE, found=FOUNDED)
    for at, entries in story(slots=3, cycles=2):
        ledger.commit(at, entries)
    ledger.project()
    ledger.close()
    return path


@pytest.fixture
def filled(path, opened, filled_once):
    """Open a ledger of this test's own that holds a whole story."""
    path.parent.mkdir(parents=True, mode=0o700)
    shutil.copy2(filled_once, path)
    return opened()


@pytest.fixture(scope="session")
def written_once(tmp_path_factory):
    """Write a whole story to a file that is closed."""
    bulk = BulkLedger(BASE, QUOTE)
    for at, entries in story(slots=3, cycles=2):
        bulk.commit(at, entries)
    path = tmp_path_factory.mktemp("written") / "var" / "paper" / "ledger.duckdb"
    return bulk.write_to(path, clock=FixedClock(1), found=FOUNDED)


@pytest.fixture
def written(path, written_once):
    """Keep a whole story in a file of this test's own that is closed."""
    path.parent.mkdir(parents=True, mode=0o700)
    shutil.copy2(written_once, path)
    return path
