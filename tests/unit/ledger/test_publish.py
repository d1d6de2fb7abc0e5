"""Publishing: whole files only, from one look at the ledger, whatever else goes on."""

import json
import stat
import threading
import time

import pyarrow as pa
import pytest
from stories import STEP, story

from holdfast.clock import FixedClock, SystemClock
from holdfast.domain.bookkeeping import HoldSet
from holdfast.domain.errors import LedgerError
from holdfast.ledger import generation
from holdfast.ledger.publish import Publisher
from holdfast.ledger.published import open_published
from holdfast.ledger.query import QueryRefused
from holdfast.ledger.read_models import READ_MODELS


@pytest.fixture
def folder(path):
    return path.parent / "published"


@pytest.fixture
def publisher(filled, folder):
    return Publisher(filled.cursor, folder, FixedClock(5_000_000), runtime="paper")


def test_every_table_is_published_and_the_manifest_names_it(publisher, folder, filled):
    publisher.offer(b'{"mode":"RUNNING"}')
    assert publisher.publish()
    seen = open_published(folder)
    assert set(seen.manifest.tables) == {model.name for model in READ_MODELS}
    assert seen.manifest.sequence == seen.manifest.projected_to == filled.sequence
    assert seen.manifest.runtime == "paper"
    assert seen.manifest.published_at == 5_000_000
    assert seen.status() == {"mode": "RUNNING"}
    assert seen.age_seconds(7_500_000) == 2.5
    assert seen.table("fills").num_rows == 24
    assert seen.table("event").num_rows == filled.sequence
    assert seen.table("nonsense") is None


def test_published_amounts_are_exact(publisher, folder):
    publisher.publish()
    column = open_published(folder).table("entries").schema.field("amount")
    assert column.type == pa.decimal128(38, 18)


def test_files_and_folders_are_private(publisher, folder):
    publisher.offer(b"{}")
    publisher.publish()
    for one in folder.rglob("*"):
        assert stat.S_IMODE(one.stat().st_mode) == (0o700 if one.is_dir() else 0o600), one.name
    assert not list(folder.rglob("*.part"))


def test_a_table_that_did_not_change_keeps_its_file(publisher, filled, folder):
    publisher.publish()
    first = open_published(folder).manifest
    filled.commit(99 * STEP, [HoldSet(name="operator", reason="x")])
    filled.project()
    publisher.publish()
    second = open_published(folder).manifest
    changed = {name for name, file in second.tables.items() if first.tables[name] != file}
    assert changed == {"holds"}
    assert second.sequence == first.sequence + 1


def test_replaced_files_go_after_two_generations(publisher, filled, folder):
    names = []
    for number in range(5):
        filled.commit(99 * STEP, [HoldSet(name=f"hold-{number}", reason="x")])
        filled.project()
        publisher.publish()
        names.append(open_published(folder).manifest.tables["holds"])
    present = [(folder / name).exists() for name in names]
    assert present == [False, False, True, True, True]


def test_events_are_sealed_in_parts_that_never_change(filled, folder, monkeypatch):
    monkeypatch.setattr(generation, "SEALED", 20)
    publisher = Publisher(filled.cursor, folder, FixedClock(1), runtime="paper")
    publisher.publish()
    first = open_published(folder).manifest.events
    sealed = filled.sequence // 20 * 20
    assert first[0] == f"events/1-{sealed}.parquet"
    before = (folder / first[0]).stat().st_mtime_ns
    for at, entries in list(story(3, 1))[:1] * 25:
        filled.commit(at, entries)
    publisher.publish()
    second = open_published(folder).manifest.events
    assert second[0] == first[0]
    assert (folder / first[0]).stat().st_mtime_ns == before
    numbers = open_published(folder).table("event")["seq"].to_pylist()
    assert numbers == list(range(1, filled.sequence + 1))


def test_a_restarted_publisher_takes_over_sealed_parts_of_the_same_ledger(
    filled, folder, monkeypatch
):
    monkeypatch.setattr(generation, "SEALED", 20)
    Publisher(filled.cursor, folder, FixedClock(1), runtime="paper").publish()
    first = folder / open_published(folder).manifest.events[0]
    before = first.stat().st_mtime_ns
    Publisher(filled.cursor, folder, FixedClock(2), runtime="paper").publish()
    assert first.stat().st_mtime_ns == before
    other = generation.sealed_parts(folder, ("events/21-40.parquet",))
    assert other == []


def test_parts_of_another_ledger_are_written_again(filled, folder, monkeypatch, opened, tmp_path):
    monkeypatch.setattr(generation, "SEALED", 20)
    Publisher(filled.cursor, folder, FixedClock(1), runtime="paper").publish()
    other = opened(tmp_path / "other" / "ledger.duckdb")
    for at, entries in story(2, 2):
        other.commit(at + 7, entries)
    Publisher(other.cursor, folder, FixedClock(2), runtime="paper").publish()
    expected = other.cursor().execute("select chain_hash from event order by seq").fetchall()
    found = open_published(folder).table("event")["chain_hash"].to_pylist()
    assert found == [value for (value,) in expected]


def test_a_reader_in_a_loop_never_misses_a_file(filled, folder):
    publisher = Publisher(
        filled.cursor, folder, SystemClock(), runtime="paper", status_every=0.0, tables_every=0.0
    )
    publisher.offer(b"{}")
    publisher.publish()
    problems, looks = [], 0
    done = threading.Event()

    def read():
        nonlocal looks
        seen = open_published(folder)
        while not done.is_set():
            table = seen.table("holds")
            answer = seen.query("select count(*), max(seq) from event")
            if table is None or answer.rows[0][0] != answer.rows[0][1]:
                problems.append((table, answer))
            json.loads((folder / "status.json").read_bytes())
            looks += 1

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for number in range(25):
            filled.commit(99 * STEP, [HoldSet(name=f"h{number}", reason="x")])
            filled.project()
            publisher.offer(b'{"n":%d}' % number)
            publisher.publish()
            assert publisher.problem is None
            time.sleep(0.02)
    finally:
        done.set()
        reader.join()
    assert problems == []
    assert looks > 3


def test_a_full_disk_is_reported_and_tried_again(publisher, folder, filled, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(generation.pq, "write_table", full)
        assert not publisher.publish()
    assert "No space left" in publisher.problem
    assert filled.commit(1, [HoldSet(name="operator", reason="x")]) == filled.sequence
    assert publisher.publish()
    assert publisher.problem is None


def test_a_folder_that_cannot_be_written_never_reaches_the_desk(publisher, folder):
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("in the way")
    publisher.offer(b"{}")
    assert not publisher.publish()
    assert publisher.problem


def test_the_thread_publishes_while_the_desk_commits_and_once_more_at_the_end(filled, folder):
    publisher = Publisher(
        filled.cursor, folder, SystemClock(), runtime="paper", status_every=0.01, tables_every=0.05
    )
    publisher.start()
    for number in range(30):
        filled.commit(99 * STEP, [HoldSet(name=f"h{number}", reason="x")])
        publisher.offer(b'{"n":%d}' % number)
        time.sleep(0.005)
    filled.project()
    publisher.stop()
    seen = open_published(folder)
    assert publisher.problem is None
    assert seen.status() == {"n": 29}
    assert seen.manifest.sequence == filled.sequence
    assert seen.table("holds").num_rows == 31


def test_an_empty_folder_has_nothing_and_says_so(tmp_path):
    seen = open_published(tmp_path / "published")
    assert seen.manifest is None
    assert seen.status() is None
    assert seen.table("slots") is None
    assert seen.age_seconds(1) is None
    with pytest.raises(LedgerError, match="nothing is published"):
        seen.query("select 1")


def test_a_missing_file_is_an_absent_table_and_not_an_error(publisher, folder):
    publisher.publish()
    seen = open_published(folder)
    (folder / seen.manifest.tables["fills"]).unlink()
    assert seen.table("fills") is None
    assert seen.query("select count(*) from slots").rows == [(3,)]


def test_questions_reach_nothing_but_the_published_files(publisher, folder):
    publisher.publish()
    secret = folder.parent / "control.json"
    secret.write_text('{"token":"hush"}')
    for sql in (f"select * from read_text('{secret}')", f"from '{secret}'"):
        with pytest.raises(QueryRefused):
            open_published(folder).query(sql)
