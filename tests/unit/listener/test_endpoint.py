"""The endpoint over a real socket: who is let in, what is answered, and that it is taken once."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from signal_world import NOW, SECRET, SOURCES, World, body_of, headers_of, send

from holdfast.config.errors import ConfigError
from holdfast.config.secrets.secret import Secret
from holdfast.desk.listener.app import MOST_BYTES, create_listener
from holdfast.desk.listener.server import SignalServer
from holdfast.desk.listener.signals import KINDS
from holdfast.desk.listener.signature import is_signed, sent_at, sign
from holdfast.desk.listener.sources import Source


@pytest.fixture(scope="module")
def served():
    """Serve one world for every question that must change nothing."""
    world = World()
    with world.serve() as client:
        yield world, client


def test_a_signed_signal_is_in_the_ledger_before_it_is_answered():
    world = World()
    with world.serve() as client:
        answer = send(client, body_of(reason="news"))
    assert answer.status_code == 200
    assert answer.json() == {
        "ok": True,
        "status": "received",
        "state": "received",
        "signal": "tv/s1",
    }
    (note,) = world.house.notes("SignalNoted")
    assert (note.source, note.signal_id, note.kind, note.state) == ("tv", "s1", "pause", "received")
    assert json.loads(note.detail)["principal"] == "chat:42"
    assert world.house.notes("HoldSet") == []


@pytest.mark.plan("004-053")
def test_the_same_signal_ten_times_at_once_is_taken_once_and_nine_times_a_duplicate():
    world = World()
    body = body_of()
    with world.serve() as client, ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: send(client, body), range(10)))
    assert [one.status_code for one in answers] == [200] * 10
    told = sorted(one.json()["status"] for one in answers)
    assert told == ["duplicate"] * 9 + ["received"]
    assert world.states() == ["received"]
    world.work().work()
    assert world.states() == ["received", "evaluated", "intent_created", "done"]
    assert len(world.house.notes("HoldSet")) == 1
    assert world.intake.counts == {("tv", "received"): 1, ("tv", "duplicate"): 9}


def test_the_same_name_with_another_content_is_a_conflict_and_changes_nothing():
    world = World()
    with world.serve() as client:
        assert send(client, body_of()).status_code == 200
        answer = send(client, body_of(kind="resume"))
        assert answer.status_code == 409
        assert answer.json()["status"] == "signal_conflict"
        assert send(client, body_of()).json()["status"] == "duplicate"
        named = body_of(source="other")
        assert (
            send(client, named, secret=SOURCES["other"].secret.reveal().encode()).json()["status"]
            == "received"
        )
    assert world.states() == ["received", "received"]


@pytest.mark.parametrize(
    ("offset", "code"), [(0, 200), (-300, 200), (300, 200), (-301, 401), (301, 401)]
)
def test_a_timestamp_counts_for_five_minutes_either_way(offset, code):
    world = World()
    with world.serve() as client:
        assert send(client, body_of(), at=NOW + offset).status_code == code


def unsigned(client, body, headers):
    answer = client.post("/signals", content=body, headers=headers)
    assert answer.status_code == 401
    assert answer.json() == {
        "ok": False,
        "message": "not signed by a source of this desk, or not now",
    }


BODY = body_of()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Signature", ""),
        ("X-Signature", "0" * 64),
        ("X-Signature", "é".encode("latin-1")),
        ("X-Signature", sign(SECRET, str(NOW + 1), BODY)),
        ("X-Signature", sign(b"x" * 20, str(NOW), BODY)),
        ("X-Signature", sign(bytes(32), str(NOW), BODY)),
        ("X-Timestamp", ""),
        ("X-Timestamp", str(NOW + 1)),
        ("X-Timestamp", f"{NOW}.0"),
        ("X-Timestamp", f"+{NOW}"),
        ("X-Timestamp", "9" * 400),
        ("X-Timestamp", "²".encode("latin-1")),
    ],
)
def test_what_is_not_signed_now_by_the_source_is_refused_alike(served, name, value):
    world, client = served
    unsigned(client, BODY, headers_of(BODY) | {name: value})
    assert world.house.notes("SignalNoted") == []


@pytest.mark.parametrize("missing", ["X-Signature", "X-Timestamp"])
def test_without_a_header_there_is_no_entry(served, missing):
    headers = headers_of(BODY)
    del headers[missing]
    unsigned(served[1], BODY, headers)


@pytest.mark.parametrize(
    "body",
    [
        body_of(source="nobody"),
        body_of(source=None),
        body_of(source=["tv"]),
        b"",
        b"[]",
        b"\xff",
        b"{" * 9000,
        b'{"source": "tv", "source": "tv"}',
    ],
)
def test_a_body_that_names_no_source_of_ours_is_a_strangers(served, body):
    unsigned(served[1], body, headers_of(body))
    unsigned(served[1], body, headers_of(body, secret=bytes(32)))


def test_a_secret_of_one_source_does_not_speak_for_another(served):
    body = body_of(source="other")
    unsigned(served[1], body, headers_of(body))


def test_a_body_that_was_changed_on_the_way_is_refused(served):
    unsigned(served[1], body_of(kind="resume"), headers_of(BODY))


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"kind": "fly"}, "unknown kind: fly"),
        ({"kind": None}, "kind is missing"),
        ({"signal_id": ""}, "signal_id is empty"),
        ({"signal_id": "  "}, "signal_id is empty"),
        ({"signal_id": None}, "signal_id is missing"),
        ({"signal_id": 7}, "signal_id 7 is not text"),
        ({"signal_id": "x" * 129}, "at most 128"),
        ({"signal_id": "a\nb"}, "cannot be printed"),
        ({"tg_user_id": 1}, "unknown parameter"),
        ({"principal": "operator"}, "unknown parameter"),
        ({"kind": "release"}, "slot_id is missing"),
        ({"kind": "release", "slot_id": -1}, "slot_id -1"),
        ({"kind": "release", "slot_id": 1.5}, "slot_id 1.5"),
        ({"kind": "regime_hint", "regime": "sunny"}, "regime sunny is not one of"),
        ({"kind": "regime_hint", "regime": "bullish", "confidence": 1.1}, "confidence 1.1"),
        ({"kind": "open", "symbol": "DOGE/USD"}, "slot_id is missing"),
        ({"kind": "open", "symbol": "DOGE/USD", "slot_id": 0, "side": "LONG"}, "side LONG is not"),
        (
            {"kind": "open", "symbol": "DOGE/USD", "slot_id": 0, "leverage": "x"},
            "leverage x is not",
        ),
        ({"kind": "open", "symbol": "DOGE/USD", "slot_id": 0, "size": 5}, "parameter: size"),
        ({"kind": "close", "symbol": "DOGE/USD", "slot_id": "x"}, "slot_id x is not"),
    ],
)
def test_a_signed_body_that_cannot_be_understood_is_told_so(served, fields, told):
    world, client = served
    answer = send(client, body_of(**fields))
    assert answer.status_code == 400
    assert told in answer.json()["message"]
    assert world.house.notes("SignalNoted") == []


def test_numbers_may_be_left_out_or_null():
    world = World()
    with world.serve() as client:
        bare = {"kind": "open", "symbol": "DOGE/USD", "slot_id": 0}
        nulls = bare | {"side": None, "leverage": None, "reason": None}
        for number, fields in enumerate((bare, nulls)):
            answer = send(client, body_of(signal_id=f"n{number}", **fields))
            assert answer.status_code == 200
    for note in world.house.notes("SignalNoted"):
        assert json.loads(note.detail)["arguments"] == {"slot_id": 0, "symbol": "DOGE/USD"}


def test_a_body_of_more_than_its_size_is_refused_said_or_unsaid(served):
    _, client = served

    def parts():
        for _ in range(20):
            yield b" " * 1024

    long = body_of(reason="x" * MOST_BYTES)
    assert send(client, long).status_code == 413
    assert client.post("/signals", content=parts()).status_code == 413


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/signals", 405),
        ("PUT", "/signals", 405),
        ("POST", "/signals/", 404),
        ("POST", "/", 404),
        ("GET", "/docs", 404),
        ("GET", "/openapi.json", 404),
        ("GET", "/healthz", 200),
        ("OPTIONS", "/signals", 405),
    ],
)
def test_there_is_one_path_and_one_method(served, method, path, code):
    answer = served[1].request(method, path)
    assert answer.status_code == code
    assert answer.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in answer.headers


def test_a_desk_that_does_not_answer_has_taken_nothing():
    world = World()
    with world.serve(drained=False, patience=0.05) as client:
        answer = send(client, body_of())
    assert answer.status_code == 503
    world.house.inbox.drain(world.desk)
    assert world.house.notes("SignalNoted") == []


def test_what_goes_wrong_inside_is_never_told(monkeypatch):
    world = World()

    def broken(*entries):
        raise RuntimeError("the disk is at /secret/path")

    monkeypatch.setattr(world.desk, "note", broken)
    with world.serve() as client:
        answer = send(client, body_of())
    assert answer.status_code == 500
    assert answer.json() == {"ok": False, "message": "internal server error"}


@pytest.mark.parametrize(
    "sources",
    [
        {},
        {"tv": Source(name="tv", principal="chat:1", secret=Secret(""))},
        {
            "tv": SOURCES["tv"],
            "x": Source(name="x", principal="chat:1", secret=Secret("fifteen charact")),
        },
    ],
)
def test_without_its_secrets_there_is_no_listener(sources):
    with pytest.raises(ConfigError, match=r"signals are enabled|secret of source"):
        create_listener(World().parts(sources=sources))


def test_a_taken_port_is_refused_and_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"port {port} is taken"):
            SignalServer(World().parts()).start(port)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(
    [
        "symbol",
        "side",
        "size",
        "notional",
        "price",
        "leverage",
        "slot_id",
        "regime",
        "confidence",
        "reason",
        "signal_id",
        "kind",
        "meta",
    ]
)
hostile = st.one_of(
    st.binary(max_size=300),
    json_values.map(lambda value: json.dumps(value).encode()),
    st.dictionaries(names, json_values, max_size=6).map(lambda fields: body_of(**fields)),
    st.tuples(st.sampled_from(sorted(KINDS)), st.dictionaries(names, json_values, max_size=6)).map(
        lambda pair: body_of(**(pair[1] | {"kind": pair[0]}))
    ),
)


@pytest.fixture(scope="module")
def stormed():
    """Serve a world that anything may be sent to."""
    with World().serve() as client:
        yield client


quiet = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@quiet
@given(body=hostile, signed=st.booleans())
def test_whatever_is_sent_is_answered_with_a_fault_of_the_sender(stormed, body, signed):
    client = stormed
    headers = headers_of(body) if signed else {"X-Timestamp": str(NOW), "X-Signature": "0" * 64}
    answer = client.post("/signals", content=body, headers=headers)
    assert answer.status_code in {200, 400, 401, 409, 413}
    assert isinstance(answer.json(), dict)
    if not signed:
        assert answer.status_code == 401
    if answer.status_code == 200:
        assert answer.json()["status"] in {"received", "duplicate"}


@given(st.binary(max_size=200), st.integers(0, 10**11), st.binary(min_size=16, max_size=40))
def test_a_signature_holds_for_one_body_one_time_and_one_secret(body, at, secret):
    stamp = str(at)
    made = sign(secret, stamp, body)
    assert is_signed(secret, stamp, body, made)
    assert is_signed(secret, stamp, body, made.upper())
    assert not is_signed(secret, stamp, body + b" ", made)
    assert not is_signed(secret, str(at + 1), body, made)
    assert not is_signed(secret + b"x", stamp, body, made)


@given(st.text(max_size=20))
def test_a_timestamp_is_whole_seconds_near_now_or_nothing(text):
    found = sent_at(text, NOW * 1_000_000)
    assert found is None or abs(found - NOW * 1_000_000) <= 300 * 1_000_000
