"""Migrations: planned without a trace, applied behind a copy, refused where a person must decide."""

import hashlib

import duckdb
import pytest
from stories import BASE, FOUNDED, QUOTE

from holdfast.clock import FixedClock
from holdfast.domain.errors import LedgerError
from holdfast.ledger import migrate, schema
from holdfast.ledger.kinds import KINDS
from holdfast.ledger.migrations import LATEST, STEPS
from holdfast.ledger.store import DuckDbLedger
from holdfast.ledger.verify import verify
from holdfast.ledger.writer import arrow_schema

LATER_TABLES = ("evidence", "regime_tiers", "gate_shadows")  # of the steps after the views
LATER = [step.name for step in STEPS if step.version >= 3]


def _run(path, *statements):
    connection = duckdb.connect(str(path))
    for sql in statements:
        connection.execute(sql)
    connection.close()


def _older(path, version=3):
    """Take a ledger back to an older schema, as an older build left it."""
    connection = duckdb.connect(":memory:")
    schema.bring_up(connection, [step for step in STEPS if step.version <= version], 0)
    tables = "select table_name, table_type from information_schema.tables"
    kept = connection.execute(tables).fetchall()
    connection.close()
    connection = duckdb.connect(str(path))
    for name, kind in set(connection.execute(tables).fetchall()) - set(kept):
        connection.execute(f"drop {'view' if kind == 'VIEW' else 'table'} {name}")
    connection.execute("delete from schema_version where version > $1", [version])
    connection.close()


def _later(version):
    return [step.name for step in STEPS if step.version > version]


def _digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_fresh_ledger_is_made_by_the_same_steps(written):
    connection = duckdb.connect(str(written))
    applied = connection.execute("select version, name from schema_version order by 1").fetchall()
    connection.close()
    assert applied == [(step.version, step.name) for step in STEPS]
    versions = [step.version for step in STEPS]
    assert versions == sorted(set(versions))
    assert versions[-1] == LATEST


def test_nothing_is_planned_for_a_ledger_of_this_build(written):
    assert migrate.plan(written) == []
    assert migrate.apply(written, FixedClock(5)) == migrate.Applied(steps=(), backup=None)
    assert not (written.parent / "backups").exists()


def test_a_plan_names_the_steps_and_writes_nothing(written):
    _older(written)
    before = _digest(written)
    assert [step.name for step in migrate.plan(written)] == _later(3)
    assert _digest(written) == before


def test_applying_copies_the_file_first(written):
    _older(written)
    done = migrate.apply(written, FixedClock(77))
    assert done.backup == "ledger-77.duckdb"
    copy = written.parent / "backups" / done.backup
    assert [step.name for step in migrate.plan(copy)] == _later(3)
    assert migrate.plan(written) == []
    assert verify(written).findings == ()


def test_projections_that_were_made_anew_are_folded_again(written):
    _older(written, version=1)
    done = migrate.apply(written, FixedClock(5))
    assert [step.name for step in done.steps] == _later(1)
    assert verify(written).findings == ()


@pytest.mark.parametrize(
    "statement",
    [
        "insert into schema_version values (99, 'future', 0)",
        "update schema_version set name = 'other' where version = 2",
        "drop table schema_version",
    ],
)
def test_what_we_do_not_know_is_refused_with_nothing_written(written, statement):
    _run(written, statement)
    before = _digest(written)
    with pytest.raises(schema.SchemaRefused):
        migrate.plan(written)
    with pytest.raises(schema.SchemaRefused):
        migrate.apply(written, FixedClock(5))
    with pytest.raises(schema.SchemaRefused):
        DuckDbLedger.open(written, clock=FixedClock(1), base=BASE, quote=QUOTE, found=FOUNDED)
    with pytest.raises(schema.SchemaRefused):
        verify(written)
    assert _digest(written) == before
    assert not (written.parent / "backups").exists()


def test_a_desk_does_not_start_on_an_older_schema_but_names_the_command(written):
    _older(written)
    with pytest.raises(LedgerError, match="holdfast migrate --plan"):
        DuckDbLedger.open(written, clock=FixedClock(1), base=BASE, quote=QUOTE, found=FOUNDED)
    assert [step.name for step in migrate.plan(written)] == _later(3)


def test_there_is_nothing_to_plan_where_there_is_no_ledger(path):
    with pytest.raises(LedgerError, match="there is no ledger"):
        migrate.plan(path)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.TABLE)
def test_the_rows_in_code_are_the_columns_in_sql(kind, columns):
    declared = {name: str(_sql_type(field)) for name, field in _fields(kind)}
    assert columns[kind.TABLE] == declared


@pytest.fixture(scope="module")
def columns():
    connection = duckdb.connect(":memory:")
    schema.bring_up(connection, list(STEPS), 0)
    found = connection.execute(
        "select table_name, column_name, data_type from information_schema.columns"
        " order by table_name, ordinal_position"
    ).fetchall()
    connection.close()
    tables = {}
    for table, name, data_type in found:
        tables.setdefault(table, {})[name] = data_type
    return tables


def _fields(kind):
    table = arrow_schema(kind)
    return [(name, table.field(name).type) for name in table.names]


def _sql_type(arrow):
    return {"int64": "BIGINT", "string": "VARCHAR", "bool": "BOOLEAN"}.get(
        str(arrow), "DECIMAL(38,18)"
    )
