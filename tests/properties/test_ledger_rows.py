"""However a story is cut into commits, batches and restarts, the ledger holds the same rows."""

import tempfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.clock import FixedClock
from holdfast.engine.books import Books
from holdfast.ledger.amounts import LIMIT, SMALLEST, fits
from holdfast.ledger.bulk import BulkLedger
from holdfast.ledger.chain import ORIGIN, link
from holdfast.ledger.kinds import KINDS
from holdfast.ledger.store import DuckDbLedger
from holdfast.ledger.verify import verify

_PLACE = Path(__file__).parents[1] / "unit" / "ledger" / "stories.py"
_SPEC = spec_from_file_location("ledger_stories_for_properties", _PLACE)
stories = module_from_spec(_SPEC)
_SPEC.loader.exec_module(stories)

STEPS = list(stories.story(slots=2, cycles=2))
ASSETS = {"base": stories.BASE, "quote": stories.QUOTE}


def _open(path):
    return DuckDbLedger.open(path, clock=FixedClock(1), found=stories.FOUNDED, **ASSETS)


def _tables(connection):
    return {
        kind.TABLE: connection.execute(f"from {kind.TABLE} order by all").fetchall()
        for kind in KINDS
    }


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    path = tmp_path_factory.mktemp("expected") / "ledger.duckdb"
    bulk = BulkLedger(stories.BASE, stories.QUOTE)
    for at, entries in STEPS:
        bulk.commit(at, entries)
    bulk.write_to(path, clock=FixedClock(1), found=stories.FOUNDED)
    ledger = _open(path)
    tables = _tables(ledger.cursor())
    ledger.close()
    return tables, bulk.event_hash()


acts = st.lists(st.sampled_from(["project", "checkpoint", "snapshot", "reopen"]), max_size=4)
places = st.lists(st.integers(0, len(STEPS) - 1), min_size=4, max_size=4, unique=True)


@pytest.mark.plan("002-045")
@settings(max_examples=6, deadline=None)
@given(acts=acts, places=places)
def test_restarts_and_batches_never_change_a_row(expected, acts, places):
    plan = dict(zip(places, acts, strict=False))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.duckdb"
        ledger = _open(path)
        for number, (at, entries) in enumerate(STEPS):
            ledger.commit(at, entries)
            act = plan.get(number)
            if act == "reopen":
                ledger.close()
                ledger = _open(path)
            elif act is not None:
                getattr(ledger, act)()
        ledger.project()
        tables, digest = expected
        assert _tables(ledger.cursor()) == tables
        assert ledger.event_hash() == digest
        assert verify(ledger.cursor()).findings == ()
        ledger.close()


@given(cut=st.integers(0, len(STEPS)))
def test_a_fold_may_be_stopped_and_gone_on_with_anywhere(cut):
    whole, first = Books(**ASSETS), Books(**ASSETS)
    for at, entries in STEPS:
        for entry in entries:
            whole.apply(at, entry)
    for at, entries in (*STEPS[:cut], *STEPS[cut:]):
        for entry in entries:
            first.apply(at, entry)
    assert first.slots == whole.slots
    assert all(total == 0 for total in whole.accounts.sums().values())


@given(st.decimals(allow_nan=True, allow_infinity=True))
def test_what_fits_is_what_the_column_can_hold(value):
    held = fits(value)
    if held:
        assert value.quantize(SMALLEST) == value
        assert abs(value) < LIMIT


heads = st.tuples(
    st.integers(1, 2**60),
    st.integers(0, 2**60),
    st.integers(0, 2**60),
    st.sampled_from(["order", "fill", "ops/tick"]),
    st.sampled_from(["OrderPlaced", "TickNoted"]),
    st.integers(1, 9),
    st.text(max_size=30),
)


@given(heads, heads)
def test_different_rows_have_different_links(one, other):
    assert (link(ORIGIN, *one) == link(ORIGIN, *other)) == (one == other)
