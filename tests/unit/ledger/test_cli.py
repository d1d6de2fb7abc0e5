"""The ledger's commands: what they print, what they refuse, and with which exit code."""

import contextlib
import fcntl
import json
import os
import shutil
import threading
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer

import duckdb
import msgspec
import pytest
import typer
from stories import BASE, FOUNDED, QUOTE, story
from typer.testing import CliRunner

from holdfast.cli import ledger as commands
from holdfast.clock import FixedClock
from holdfast.domain.market import Candle
from holdfast.ledger.bulk import BulkLedger
from holdfast.ledger.kinds import KINDS
from holdfast.ledger.paths import runtime
from holdfast.ledger.publish import Publisher
from holdfast.ledger.standing import standing
from holdfast.ledger.store import DuckDbLedger
from holdfast.ledger.verify import verify
from holdfast.venue.reading import read_table

PROFILE = "env: paper\nvenue: paper\nsymbol: DOGE/USD\n"


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Write a story and a candle to a file that is closed."""
    bulk = BulkLedger(BASE, QUOTE)
    for at, entries in story(slots=3, cycles=2):
        bulk.commit(at, entries)
    bulk.record_candle(_candle())
    path = tmp_path_factory.mktemp("kept") / "ledger.duckdb"
    return bulk.write_to(path, clock=FixedClock(1), found=FOUNDED)


@pytest.fixture
def place(tmp_path, monkeypatch, kept):
    """Make a home with one profile and a ledger, and say where its runtime is."""
    profiles = tmp_path / "profiles"
    profiles.mkdir()
    (profiles / "paper.yaml").write_text(PROFILE)
    monkeypatch.setenv("HOLDFAST_HOME", str(tmp_path))
    monkeypatch.setenv("HOLDFAST_PROFILES", str(profiles))
    where = runtime("paper", tmp_path).make()
    shutil.copy2(kept, where.ledger)
    return where


def _candle():
    values = ("0.1000", "0.1100", "0.0900", "0.1050", "123.456")
    return Candle(1_700_000_000_000_000, *map(Decimal, values))


@pytest.fixture
def run():
    app = typer.Typer()
    commands.register(app)
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


def _damage(path, *statements):
    connection = duckdb.connect(str(path))
    for sql in statements:
        connection.execute(sql)
    connection.close()


def test_verify_says_sound_and_exits_0(run, place):
    result = run("ledger", "verify")
    assert result.exit_code == 0
    assert "sound" in result.stdout


def test_verify_names_the_row_and_exits_1(run, place):
    _damage(place.ledger, "update event set recorded_at = 7 where seq = 9")
    result = run("ledger", "verify", "--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert {one["seq"] for one in report["findings"]} == {9}
    assert any("chain hash" in one["what"] for one in report["findings"])


def test_rebuild_folds_the_tables_again(run, place):
    _damage(place.ledger, "delete from fills")
    assert run("ledger", "verify").exit_code == 1
    result = run("ledger", "rebuild", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["events"] == verify(place.ledger).events
    assert run("ledger", "verify").exit_code == 0


def test_a_query_is_answered_from_the_file(run, place):
    result = run("ledger", "query", "select count(*) as fills from fills", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {"columns": ["fills"], "rows": [[24]], "more": False}
    assert "24" in run("ledger", "query", "select count(*) from fills").stdout


@pytest.mark.parametrize(
    "sql", ["delete from fills", "select 1; select 2", "explain delete from fills"]
)
def test_a_query_that_could_change_anything_exits_2(run, place, sql):
    result = run("ledger", "query", sql)
    assert result.exit_code == 2
    assert result.stderr.startswith("holdfast: ")
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("ending", [".csv", ".json", ".parquet"])
def test_exported_candles_are_read_back_by_a_replay(run, place, tmp_path, ending):
    target = tmp_path / f"candles{ending}"
    assert run("ledger", "export", "candles", "--to", str(target)).exit_code == 0
    table = read_table(target)
    assert [int(one) for one in table.times] == [1_700_000_000_000_000]
    assert [Decimal(column[0]) for column in table.values] == [
        Decimal(text) for text in ("0.1", "0.11", "0.09", "0.105", "123.456")
    ]


def test_csv_keeps_every_digit(run, place, tmp_path):
    target = tmp_path / "fills.csv"
    assert run("ledger", "export", "fills", "--to", str(target)).exit_code == 0
    lines = target.read_text().splitlines()
    assert len(lines) == 25
    assert "0.0998" in lines[1].split(",")
    assert "0.002495" in lines[1].split(",")


@pytest.mark.parametrize(
    ("what", "name", "said"),
    [
        ("nonsense", "x.csv", "allowed:"),
        ("fills", "x.xml", "no known ending"),
        ("fills", "taken.csv", "exists already"),
        ("fills", "missing/x.csv", "is no folder"),
    ],
)
def test_an_export_that_cannot_be_is_refused_with_nothing_written(
    run, place, tmp_path, what, name, said
):
    (tmp_path / "taken.csv").write_text("mine")
    before = sorted(tmp_path.iterdir())
    result = run("ledger", "export", what, "--to", str(tmp_path / name))
    assert result.exit_code == 2
    assert said in result.stderr
    assert sorted(tmp_path.iterdir()) == before
    assert (tmp_path / "taken.csv").read_text() == "mine"


def test_migrate_needs_one_of_plan_and_apply(run, place):
    assert run("migrate").exit_code == 2
    assert run("migrate", "--plan", "--apply").exit_code == 2
    result = run("migrate", "--plan", "--json")
    assert json.loads(result.stdout) == {"steps": [], "applied": False, "backup": None}


def test_migrate_of_a_newer_ledger_exits_4_and_writes_nothing(run, place):
    _damage(place.ledger, "insert into schema_version values (99, 'future', 0)")
    before = place.ledger.read_bytes()
    for arguments in (("migrate", "--apply"), ("migrate", "--plan"), ("ledger", "rebuild")):
        assert run(*arguments).exit_code == 4
    assert place.ledger.read_bytes() == before


def test_migrate_applies_behind_a_copy(run, place):
    for name in ("alerts", "evidence", *(kind.TABLE for kind in KINDS[13:])):
        _damage(place.ledger, f"drop table if exists {name}")
    _damage(place.ledger, "delete from schema_version where version > 3")
    result = run("migrate", "--apply")
    assert result.exit_code == 0, result.stderr
    assert "copied to backups/" in result.stdout
    assert len(list(place.backups.iterdir())) == 1


def test_a_runtime_without_a_ledger_is_named_and_nothing_is_made(run, place):
    place.ledger.unlink()
    result = run("ledger", "verify")
    assert result.exit_code == 2
    assert "has no ledger yet" in result.stderr
    assert not place.ledger.exists()


def test_a_file_that_is_no_database_exits_1(run, place):
    place.ledger.write_bytes(b"garbage" * 5000)
    assert run("ledger", "verify").exit_code == 1


def test_an_unknown_profile_exits_2(run, place):
    assert run("ledger", "verify", "--profile", "nonsense").exit_code == 2


@contextlib.contextmanager
def _held(place):
    descriptor = os.open(place.lock, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    yield
    os.close(descriptor)


@contextlib.contextmanager
def _running(place):
    """Stand in for a desk: the lock, the ledger, a published folder, and an address."""
    ledger = DuckDbLedger.open(
        place.ledger, clock=FixedClock(1), base=BASE, quote=QUOTE, found=FOUNDED
    )
    Publisher(ledger.cursor, place.published, FixedClock(1), runtime="paper").publish()
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            asked.append((self.path, self.headers["authorization"], json.loads(body)))
            answer = {"columns": ["a"], "rows": [[1]], "more": False}
            if self.path.endswith("verify"):
                answer = verify(ledger.cursor())
            self.send_response(200)
            self.end_headers()
            self.wfile.write(msgspec.json.encode(answer))

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    place.control.write_text(json.dumps({"url": url, "token": "hush", "pid": 1}))
    try:
        with _held(place):
            yield asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        ledger.close()


def test_with_a_desk_running_its_api_and_its_published_files_are_asked(run, place, tmp_path):
    with _running(place) as asked:
        assert run("ledger", "verify").exit_code == 0
        answer = run("ledger", "query", "select count(*) as n from fills", "--json")
        assert json.loads(answer.stdout)["rows"] == [[24]]
        assert len(asked) == 1
        live = run("ledger", "query", "select 1 as a", "--live", "--json")
        assert json.loads(live.stdout)["rows"] == [[1]]
        target = tmp_path / "events.csv"
        assert run("ledger", "export", "events", "--to", str(target)).exit_code == 0
        assert len(target.read_text().splitlines()) == 123
        for arguments in (("ledger", "rebuild"), ("migrate", "--apply")):
            refused = run(*arguments)
            assert refused.exit_code == 2
            assert "a desk is running" in refused.stderr
        assert run("migrate", "--plan").exit_code == 0
    assert asked == [
        ("/api/ledger/verify", "Bearer hush", {}),
        ("/api/ledger/query", "Bearer hush", {"sql": "select 1 as a"}),
    ]


def test_the_token_never_leaves_this_machine(run, place):
    place.control.write_text(json.dumps({"url": "http://192.0.2.1:9", "token": "hush"}))
    with _held(place):
        result = run("ledger", "verify")
    assert result.exit_code == 2
    assert "another machine" in result.stderr
    assert "hush" not in result.output


def test_a_held_runtime_that_says_no_address_is_told_so(run, place):
    with _held(place):
        result = run("ledger", "verify")
    assert result.exit_code == 2
    assert "does not say where it listens" in result.stderr


def test_no_desk_can_start_while_a_command_holds_the_runtime(place):
    with standing(place) as desk:
        assert desk is None
        descriptor = os.open(place.lock, os.O_RDWR)
        with pytest.raises(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(descriptor)
