"""The position ledger of a desk that trades: every fill that opens or closes finds its row."""

import ast
from decimal import Decimal
from pathlib import Path

import pytest
from desk_faults import faults
from desk_world import World, walk

import holdfast
from holdfast.domain.events import CycleBooked, OrderFilled, PositionClosed, PositionOpened
from holdfast.domain.slots import Role
from holdfast.ledger.journal import open_positions, position_history

SWINGS = [(30, 30, 30), (40, 20, -35), (60, 10, -50), (10, 90, 80), (20, 20, 0), (90, 10, -60)]
ROWS = [(*row, 1) for row in SWINGS * 2]

OUTCOME = """
select status, close_reason, exit_price, exit_cost, exit_fee, entry_regime
from positions where position_id = $1
"""


@pytest.fixture
def world():
    made = World(walk(ROWS), slots=2, on_disk=True, positions=True, profit_pct=Decimal("0.4"))
    made.open()
    yield made
    made.close()


def projected(world):
    ledger = world.ledger.inner
    ledger.project()
    return ledger.cursor()


def exits_of(world):
    """List (position, order) of every exit the slots owe."""
    found = [
        (f"s{slot.slot_id}-{leg.name}-c{leg.lot.cycle}", leg.order)
        for slot in world.desk.books.slots.values()
        for leg in (slot.a, slot.b)
        if leg.lot is not None
    ]
    return sorted(found, key=lambda row: row[0])


@pytest.mark.plan("002-048", "002-049", "002-050", "002-052", "002-053", "002-064", "002-229")
def test_every_exit_has_exactly_one_open_position_after_every_tick(world):
    most = 0
    while world.tick():
        cursor = projected(world)
        rows = sorted(open_positions(cursor), key=lambda row: row.position_id)
        exits = exits_of(world)
        assert [row.position_id for row in rows] == [name for name, _ in exits]
        for row, (_, order) in zip(rows, exits, strict=True):
            assert row.exit_order_id == order.client_order_id
            assert row.current_exit_price == order.price
            assert journal(cursor, row.position_id) == ["created"]
        most = max(most, len(rows))
    assert most >= 2


def journal(cursor, position_id):
    sql = "select event_type from position_journal where position_id = $1 order by seq, ordinal"
    return [row[0] for row in cursor.execute(sql, [position_id]).fetchall()]


@pytest.mark.plan("002-023", "002-053", "002-054", "002-055", "002-198")
def test_fills_open_and_close_positions_one_for_one(world):
    while world.tick():
        pass
    rows = world.rows()
    entries = [row for row in rows if isinstance(row, OrderFilled) and row.role is Role.ENTRY]
    opened = [row for row in rows if isinstance(row, PositionOpened)]
    closed = [row for row in rows if isinstance(row, PositionClosed)]
    cycles = [row for row in rows if isinstance(row, CycleBooked)]
    assert len(opened) == len(entries) > 3
    assert len(closed) == len(cycles) > 1
    assert {(row.entry_price, row.entry_size) for row in opened} == {
        (row.price, row.size) for row in entries
    }
    cursor = projected(world)
    for row in closed:
        told = journal(cursor, row.position_id)
        assert told[:2] == ["created", "filled"]


@pytest.mark.plan("002-056")
def test_a_closing_records_the_cost_and_fee_that_were_paid(world):
    while world.tick():
        pass
    rows = world.rows()
    exits = [row for row in rows if isinstance(row, OrderFilled) and row.role is Role.EXIT]
    cursor = projected(world)
    assert exits
    for fill in exits:
        name = f"s{fill.slot}-{fill.leg}-c{fill.cycle}"
        assert cursor.execute(OUTCOME, [name]).fetchone() == (
            "closed",
            "filled",
            fill.price,
            fill.cost,
            fill.fee,
            fill.regime,
        )


@pytest.mark.plan("002-051")
def test_positions_and_journal_go_on_after_a_kill(world):
    for _ in range(5):
        world.tick()
    before = projected(world).execute("select count(*), max(seq) from position_journal").fetchone()
    names = {row.position_id for row in position_history(projected(world))}
    world.die()
    world.open()
    while world.tick():
        pass
    cursor = projected(world)
    after = cursor.execute("select count(*), max(seq) from position_journal").fetchone()
    assert after > before
    assert names < {row.position_id for row in position_history(cursor)}
    distinct = cursor.execute("select count(distinct (seq, ordinal)) from position_journal")
    assert distinct.fetchone()[0] == after[0]
    assert faults(world) == []


@pytest.mark.plan("002-014")
@pytest.mark.parametrize(
    ("event", "elsewhere"),
    [
        ("PositionOpened", []),
        # a start closes, by cycles already booked, the rows that were not kept for a while
        ("PositionClosed", ["ledger/positions_due.py"]),
    ],
)
def test_one_place_turns_fills_into_openings_and_closings(event, elsewhere):
    root = Path(holdfast.__file__).parent
    makers = [
        path.relative_to(root).as_posix()
        for path in sorted(root.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == event
    ]
    assert makers == ["engine/exits.py", *elsewhere]
