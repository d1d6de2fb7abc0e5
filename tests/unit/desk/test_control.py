"""The control API over a real socket: paths, token, bodies, waiting, and many at once."""

import json
import socket
import stat
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
import structlog

sys.path.insert(0, str(Path(__file__).parent))

from small_desk import ROOT, House

from holdfast import telemetry
from holdfast.clock import SystemClock
from holdfast.desk.control import page as control_page
from holdfast.desk.control.app import LedgerDoors, create_app
from holdfast.desk.control.payload import MOST_BYTES, parse_object
from holdfast.desk.control.server import ControlServer, listen
from holdfast.desk.control.verb_parameters import BadPayload
from holdfast.desk.control.verbs import Verb
from holdfast.ledger.query import Answer, QueryRefused


@pytest.fixture
def house():
    return House(slots=2, candles=4_000).ticks(30)


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """Serve one desk for every question that changes nothing."""
    with House(slots=2, candles=4_000).ticks(30).served(tmp_path_factory.mktemp("asked")) as client:
        yield client


def test_where_the_api_is_stands_in_a_private_file_while_it_serves(house, tmp_path):
    path = tmp_path / "control.json"
    with house.served(tmp_path) as client:
        told = json.loads(path.read_text())
        assert told.keys() == {"url", "token", "pid", "runtime", "started_at"}
        assert told["url"] == root(client)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert len(told["token"]) >= 43
    assert not path.exists()
    with pytest.raises(httpx.ConnectError):
        httpx.get(told["url"] + "/healthz", trust_env=False)


def test_a_token_is_fresh_at_each_start_and_a_later_servers_file_is_left_alone(house, tmp_path):
    parts = house.parts()
    options = {"path": tmp_path / "control.json", "runtime": "paper", "clock": house.clock}
    first = ControlServer(lambda token: create_app(parts, token), **options)
    second = ControlServer(lambda token: create_app(parts, token), **options)
    one, other = first.start(), second.start()
    try:
        assert one.token != other.token
        first.stop()
        assert json.loads(options["path"].read_text())["url"] == other.url
    finally:
        second.stop()
        second.stop()
    assert not options["path"].exists()


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/healthz", 200),
        ("GET", "/readyz", 200),
        ("GET", "/metrics", 200),
        ("GET", "/api/status", 200),
        ("GET", "/api/verbs", 200),
        ("GET", "/api/why/0", 200),
        ("GET", "/", 404),
        ("GET", "/api/statusX", 404),
        ("GET", "/api/status/", 404),
        ("GET", "/api/status/0", 404),
        ("GET", "/API/status", 404),
        ("GET", "//api/status", 404),
        ("GET", "/api/action/pause", 404),
        ("GET", "/docs", 404),
        ("GET", "/openapi.json", 404),
        ("GET", "/api/why/x", 400),
        ("GET", "/api/why/-1", 400),
        ("GET", "/api/why/99", 400),
        ("GET", "/api/why/" + "9" * 40, 400),
        ("GET", "/api/action", 405),
        ("POST", "/api/status", 405),
        ("DELETE", "/healthz", 405),
        ("OPTIONS", "/api/status", 405),
        ("POST", "/api/ledger/verify", 503),
    ],
)
def test_paths_are_exact_and_every_answer_is_json(asked, method, path, code):
    answer = asked.request(method, root(asked) + path)
    assert answer.status_code == code
    assert answer.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in answer.headers
    if path != "/metrics":
        assert isinstance(answer.json(), dict)
    if code >= 400:
        assert answer.json()["ok"] is False


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer x", "Basic x", "bearer é"])
@pytest.mark.parametrize("path", ["/api/status", "/metrics", "/api/verbs", "/nowhere"])
def test_without_the_token_nothing_is_told(asked, header, path):
    headers = {} if header is None else {"Authorization": header.encode()}
    with httpx.Client(base_url=root(asked), headers=headers, trust_env=False) as client:
        answer = client.get(path)
        lively = client.get("/healthz")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert lively.status_code == 200


def test_a_command_without_the_token_is_not_done(house, tmp_path):
    with house.served(tmp_path) as client:
        answer = httpx.post(f"{root(client)}/api/action", json={"action": "pause"}, trust_env=False)
    assert answer.status_code == 401
    assert house.desk.books.holds == {}


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", ""])
def test_a_host_that_is_not_this_machine_is_refused_even_with_the_token(asked, host):
    answer = asked.get("/api/status", headers={"Host": host})
    assert answer.status_code in {400, 403}


@pytest.mark.parametrize("host", ["localhost", "localhost:1234", "127.0.0.1", "[::1]:80"])
def test_names_of_this_machine_are_let_in(asked, host):
    assert asked.get("/healthz", headers={"Host": host}).status_code == 200


BODIES = [
    b"[]",
    b"3",
    b"null",
    b'"pause"',
    b"{",
    b"{'action': 'pause'}",
    b'{"action": "set_entry_pct", "value": NaN}',
    b'{"action": "set_entry_pct", "value": Infinity}',
    b'{"action": "set_entry_pct", "value": 1e999}',
    b'{"action": "set_entry_pct", "value": 0.01}',
    b'{"action": "set_entry_pct", "value": false}',
    b'{"action": "remove_slot", "slot_id": 1.5}',
    b'{"action": "remove_slot", "slot_id": true}',
    b'{"action": "remove_slot", "slot_id": ' + b"9" * 5000 + b"}",
    b'{"action": "pause", "action": "resume"}',
    b'{"action": "pause", "extra": 1}',
    b'{"action": "soft_close", "slot_id": 0}',
    b'{"action": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    b"\xff\xfe{}",
    b"",
    b"{}",
    b'{"action": "pause", "reason": "' + b"x" * MOST_BYTES + b'"}',
]


def test_a_bad_body_is_answered_with_400_and_writes_nothing(house, tmp_path):
    with house.served(tmp_path, driven=False) as client:
        before = (house.ledger.sequence, house.ledger.event_hash())
        for body in BODIES:
            answer = client.post("/api/action", content=body)
            assert (answer.status_code, answer.json()["ok"]) == (400, False), body[:80]
            assert answer.json()["message"]
        assert (house.ledger.sequence, house.ledger.event_hash()) == before


def test_a_body_that_grows_without_saying_so_is_cut_off(house, tmp_path):
    def parts():
        for _ in range(100):
            yield b" " * 2048

    with house.served(tmp_path, driven=False) as client:
        answer = client.post("/api/action", content=parts())
    assert answer.status_code == 400
    assert "longer than" in answer.json()["message"]


def test_an_unknown_action_is_named(house, tmp_path):
    with house.served(tmp_path) as client:
        answer = client.post("/api/action", json={"action": "fly"})
    assert answer.json() == {"ok": False, "message": "unknown action: fly"}


def test_a_command_is_done_and_the_next_status_shows_it(house, tmp_path):
    with house.served(tmp_path) as client:
        answer = client.post("/api/action", json={"action": "pause", "reason": "lunch"})
        assert (answer.status_code, answer.json()["ok"]) == (200, True)
        status = client.get("/api/status").json()
        assert (status["mode"], status["pause_reason"]) == ("PAUSED", "lunch")
        answer = client.post("/api/action", json={"action": "remove_slot", "slot_id": 99})
        assert (answer.status_code, answer.json()) == (
            400,
            {"ok": False, "message": "there is no slot 99"},
        )


def test_an_exact_fraction_reaches_the_rules(house, tmp_path):
    with house.served(tmp_path) as client:
        assert client.post(
            "/api/action", content=b'{"action":"set_entry_pct","value":0.3}'
        ).is_success
        assert house.desk.rules.entry_pct == Decimal("0.3")


def test_who_asked_is_journaled(house, tmp_path):
    with house.served(tmp_path) as client:
        client.post("/api/action", json={"action": "pause"})
        headers = {"X-Holdfast-Principal": "cli"}
        client.post("/api/action", json={"action": "resume"}, headers=headers)
        bad = client.post(
            "/api/action", json={"action": "pause"}, headers={"X-Holdfast-Principal": "A b"}
        )
    assert bad.status_code == 400
    assert [note.principal for note in house.notes("CommandNoted")] == ["api", "cli"]


def test_a_command_the_desk_does_not_begin_in_time_is_withdrawn(house, tmp_path):
    with house.served(tmp_path, driven=False, patience=0.2) as client:
        answer = client.post("/api/action", json={"action": "pause"})
        assert answer.status_code == 503
        assert "nothing was done" in answer.json()["message"]
    house.inbox.drain(house.desk)
    assert house.desk.books.holds == {}
    assert house.notes("CommandNoted") == []


def test_a_command_that_has_begun_is_not_called_withdrawn(house, tmp_path):
    begun, go_on = threading.Event(), threading.Event()

    def slow(desk, given):
        begun.set()
        go_on.wait(10)
        return "slowly done"

    verbs = (Verb(action="crawl", help="Take long.", run=slow),)
    with house.served(tmp_path, patience=0.5, verbs=verbs) as client:
        answer = client.post("/api/action", json={"action": "crawl"})
        go_on.set()
    assert begun.is_set()
    assert answer.status_code == 503
    assert "has begun" in answer.json()["message"]


@pytest.fixture
def log_reset():
    yield
    structlog.reset_defaults()


def test_a_fault_of_ours_is_500_and_its_traceback_stays_inside(house, tmp_path, log_reset, capsys):
    telemetry.configure()

    def broken(desk, given):
        raise RuntimeError("secret detail")

    verbs = (Verb(action="break", help="Break.", run=broken),)
    with house.served(tmp_path, verbs=verbs) as client:
        answer = client.post("/api/action", json={"action": "break"})
        alive = client.get("/healthz")
    assert answer.status_code == 500
    assert answer.json() == {"ok": False, "message": "internal server error"}
    assert alive.status_code == 200
    assert "secret detail" in capsys.readouterr().err


class Ahead(SystemClock):
    """The machine's clock, so many seconds ahead."""

    seconds = 0.0

    def monotonic(self):
        return super().monotonic() + self.seconds


def test_readiness_follows_the_ticks(tmp_path):
    house, clock = House(slots=1), Ahead()
    with house.served(tmp_path, driven=False, ready_within=60.0, clock=clock) as client:
        assert client.get("/readyz").status_code == 503
        assert client.get("/api/status").status_code == 503
        house.ticks(1)
        assert client.get("/readyz").status_code == 200
        clock.seconds = 60.0
        assert "last tick" in client.get("/readyz").json()["message"]
        house.desk.running = False
        house.ticks(1)
        assert "stopped" in client.get("/readyz").json()["message"]


def test_a_hundred_at_once_while_the_desk_ticks_are_all_answered_right(house, tmp_path):
    commands = [{"action": "set_entry_pct", "value": f"0.{number:02}"} for number in range(10, 40)]

    with house.served(tmp_path) as client, ThreadPoolExecutor(20) as pool:
        reads = [pool.submit(client.get, "/api/status") for _ in range(60)]
        writes = [pool.submit(client.post, "/api/action", json=command) for command in commands]
        scrapes = [pool.submit(client.get, "/metrics") for _ in range(10)]
        answers = [one.result() for one in reads + writes + scrapes]
    assert {answer.status_code for answer in answers} == {200}
    for read in reads:
        status = read.result().json()
        assert status["slot_count"] == len(status["slots"]) == 2
        assert set(status["balance_health"]["accounts_sum"].values()) == {0}
    assert len(house.notes("CommandNoted")) == len(commands)
    assert len(house.notes("RulesChanged")) >= len(commands)


def test_the_ledger_is_asked_through_the_doors_given(house, tmp_path):
    def query(sql):
        if "drop" in sql:
            raise QueryRefused("only SELECT and EXPLAIN may be asked; this is drop")
        return Answer(columns=("n",), rows=[(Decimal("0.10"),)], more=False)

    doors = LedgerDoors(settle=lambda: None, query=query, verify=lambda: {"sound": True})
    with house.served(tmp_path, ledger=doors) as client:
        found = client.post("/api/ledger/query", json={"sql": "select 0.10 as n"})
        refused = client.post("/api/ledger/query", json={"sql": "drop table event"})
        wrong = [
            client.post("/api/ledger/query", json=body)
            for body in ({}, {"sql": 3}, {"sql": "select 1", "more": 1})
        ]
        proved = client.post("/api/ledger/verify")
    assert found.json() == {"columns": ["n"], "rows": [["0.10"]], "more": False}
    assert (refused.status_code, refused.json()["ok"]) == (400, False)
    assert [answer.status_code for answer in wrong] == [400, 400, 400]
    assert proved.json() == {"sound": True}


def test_a_slow_question_to_the_ledger_holds_up_nobody_else(house, tmp_path):
    go_on = threading.Event()
    doors = LedgerDoors(settle=lambda: None, query=lambda _: go_on.wait(10), verify=lambda: None)
    with house.served(tmp_path, ledger=doors) as client, ThreadPoolExecutor(2) as pool:
        slow = pool.submit(client.post, "/api/ledger/query", json={"sql": "select 1"})
        ticks = house.desk.tick_number
        assert client.post("/api/action", json={"action": "pause"}).status_code == 200
        assert client.get("/api/status").status_code == 200
        while house.desk.tick_number < ticks + 5:
            time.sleep(0.01)
        assert not slow.done()
        go_on.set()
        assert slow.result().status_code == 200


def test_an_answer_of_the_ledger_holds_all_that_was_noted_before_it_was_asked(house, tmp_path):
    asked = []
    doors = LedgerDoors(
        settle=lambda: asked.append("settled"),
        query=asked.append,
        verify=lambda: None,
    )
    with house.served(tmp_path, ledger=doors) as client:
        client.post("/api/ledger/query", json={"sql": "select 1"})
    assert asked == ["settled", "select 1"]


def test_a_desk_that_stands_is_asked_about_its_ledger_all_the_same(house, tmp_path):
    doors = LedgerDoors(
        settle=lambda: pytest.fail("nobody takes commands"), query=lambda sql: sql, verify=None
    )
    with house.served(tmp_path, driven=False, ledger=doors) as client:
        answer = client.post("/api/ledger/query", json={"sql": "select 1"})
    assert answer.json() == "select 1"


def test_evidence_is_in_the_tables_when_it_is_said_to_be_noted(house, tmp_path):
    settled = []
    doors = LedgerDoors(
        settle=lambda: settled.append(len(house.notes("EvidenceNoted"))), query=None, verify=None
    )
    row = {"kind": "runbook", "name": "immediate", "run": "r1", "step": "s1", "verdict": "pass"}
    row |= {"expected": "up", "observed": "up"}
    with house.served(tmp_path, ledger=doors) as client:
        assert client.post("/api/evidence", json=row).status_code == 200
    assert settled == [1]


def test_the_verbs_are_listed_with_their_bounds(house, tmp_path):
    with house.served(tmp_path) as client:
        rows = {row["action"]: row for row in client.get("/api/verbs").json()["verbs"]}
    assert rows["set_profit_pct"]["parameters"][0]["minimum"] == 0.6
    assert [one["name"] for one in rows["toggle_sticky"]["parameters"]] == [
        "slot_id",
        "sticky",
        "confirm",
        "preview",
    ]


def test_numbers_in_a_body_stay_exact():
    assert parse_object(b'{"a": 0.1, "b": 7}') == {"a": Decimal("0.1"), "b": 7}
    assert parse_object(b"  ") == {}
    with pytest.raises(BadPayload, match="key twice"):
        parse_object(b'{"a": {"b": 1, "b": 2}}')


def test_the_page_about_the_api_is_fresh():
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    assert page == control_page.render()


def test_the_socket_says_it_is_tcp_so_that_answers_leave_at_once():
    with listen(0) as listener:
        assert listener.proto == socket.IPPROTO_TCP
        assert listener.getsockname()[0] == "127.0.0.1"
        with pytest.raises(OSError, match="in use"):
            listen(listener.getsockname()[1])


def root(client):
    return str(client.base_url).rstrip("/")
