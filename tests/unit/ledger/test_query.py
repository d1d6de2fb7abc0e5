"""Anyone may ask anything; nobody can change a thing, or see another file."""

import time

import duckdb
import pytest

from holdfast.ledger.query import QueryRefused, ask, check

FOREVER = "select count(*) from range(100000000000) a, range(1000) b"


@pytest.mark.parametrize(
    "sql",
    [
        "select count(*) from slots",
        "select 1;",
        "-- a remark\nselect 1",
        "with x as (select 1 as a) select a from x",
        "from slots",
        "describe slots",
        "explain select 1",
        "explain analyze select 1",
    ],
)
def test_one_reading_statement_is_answered(filled, sql):
    assert ask(filled.cursor(), sql).rows


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "select 1; select 2",
        "select 1; drop table slots",
        "delete from slots",
        "update slots set slot_id = 1",
        "insert into candles values (1, 1, 1, 1, 1, 1)",
        "create table x (a integer)",
        "drop table slots",
        "copy slots to 'x.csv'",
        "attach 'x.duckdb'",
        "set threads = 1",
        "pragma database_list",
        "checkpoint",
        "begin",
        "explain delete from slots",
        "explain analyze delete from slots",
        "explain analyze copy slots to 'x.csv'",
        "explain /* */ analyze copy slots to 'x.csv'",
        "explain (analyze) copy slots to 'x.csv'",
        "selec 1",
    ],
)
def test_anything_else_is_refused_before_it_runs(sql):
    with pytest.raises(QueryRefused):
        check(sql)


def test_a_change_hidden_in_a_select_is_refused_and_undone(filled):
    cursor = filled.cursor()
    with pytest.raises(QueryRefused, match="read-only"):
        ask(cursor, "with gone as (delete from slots returning *) select * from gone")
    assert ask(filled.cursor(), "select count(*) from slots").rows == [(3,)]


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_text('{file}')",
        "select * from read_csv('{file}')",
        "select * from '{file}'",
        "select * from glob('{folder}/*')",
        "select * from read_blob('{folder}/*')",
    ],
)
def test_no_other_file_can_be_read(filled, tmp_path, sql):
    secret = tmp_path / "control.csv"
    secret.write_text("token\nhush\n")
    with pytest.raises(QueryRefused):
        ask(filled.cursor(), sql.format(file=secret, folder=tmp_path))


def test_no_variable_of_ours_can_be_read(filled):
    secret = duckdb.sql("select 'hush' as token").to_arrow_table()
    with pytest.raises(QueryRefused, match="secret"):
        ask(filled.cursor(), "select * from secret")
    assert secret.num_rows == 1


def test_a_query_ends_after_its_second_and_the_ledger_goes_on(filled):
    started = time.monotonic()
    with pytest.raises(QueryRefused, match="longer than 1 s"):
        ask(filled.cursor(), FOREVER, seconds=1.0)
    assert time.monotonic() - started < 5
    assert ask(filled.cursor(), "select 1").rows == [(1,)]


def test_an_answer_is_cut_and_says_so(filled):
    answer = ask(filled.cursor(), "select * from range(100)", rows=10)
    assert len(answer.rows) == 10
    assert answer.more
    assert answer.columns == ("range",)
