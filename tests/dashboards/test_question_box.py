"""A person's own SQL reads the published views and can do nothing else."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboards import queries

Build = Callable[..., Path]


@pytest.fixture
def data(published: Build) -> queries.Data:
    return queries.load(published(candles=60, count=2))


def test_a_select_over_the_views_is_answered(data: queries.Data) -> None:
    reply = queries.ask(data, "select count(*) as n from candles")
    assert reply.columns == ("n",)
    assert reply.rows == [(60,)]


def test_the_views_are_listed_with_their_columns(data: queries.Data) -> None:
    assert "close" in dict(queries.views(data))["candles"]


@pytest.mark.parametrize(
    "sql",
    [
        "create table t as select 1",
        "copy (select 1) to 'x.csv'",
        "select 1; select 2",
        "attach 'x.duckdb'",
        "set memory_limit = '4GB'",
        "drop view candles",
        "",
    ],
)
def test_what_is_not_one_select_is_refused(sql: str, data: queries.Data) -> None:
    reply = queries.ask(data, sql)
    assert reply.problem
    assert not reply.rows


def test_files_outside_the_folder_cannot_be_read(data: queries.Data, tmp_path: Path) -> None:
    secret = tmp_path / "control.json"
    secret.write_text("the token")
    for sql in (f"select * from read_text('{secret}')", f"select * from glob('{tmp_path}/*')"):
        reply = queries.ask(data, sql)
        assert reply.problem
        assert not reply.rows


def test_a_mistake_is_answered_with_its_reason(data: queries.Data) -> None:
    assert "candels" in queries.ask(data, "select * from candels").problem
    assert queries.ask(data, "selec 1").problem


def test_a_long_answer_is_cut(data: queries.Data) -> None:
    reply = queries.ask(data, "select * from range(5000)")
    assert reply.cut
    assert len(reply.rows) == queries.MOST_ROWS


def test_an_answer_with_equal_names_and_mixed_values_is_shown(
    published: Build, show: Callable[..., AppTest]
) -> None:
    app = show("ledger", published(candles=60, count=2), section="SQL")
    app.text_area[0].set_value("select 1 as a, 2 as a, null as b, date '2026-01-01' as c, [1] as d")
    app.button[-1].click()
    app.run()
    assert not app.exception
    assert list(app.dataframe[0].value.columns) == ["a", "a (2)", "b", "c", "d"]


def test_a_manifest_cannot_name_a_file_outside_the_folder(published: Build) -> None:
    folder = published(candles=60, count=2)
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / manifest["tables"]["fills"]).rename(folder.parent / "fills.parquet")
    manifest["tables"]["fills"] = "../fills.parquet"
    (folder / "manifest.json").write_text(json.dumps(manifest))
    data = queries.load(folder)
    assert queries.fills(data).empty
    assert not queries.candles(data, 0, 60_000_000).empty
