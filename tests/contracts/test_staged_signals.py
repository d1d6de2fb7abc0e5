"""A desk on an exchange listens for signals, tells people through its secrets, and answers alerts."""

import json
import socket

import httpx
import pytest
from staged_world import Staged

from holdfast.desk.listener.signature import SIGNATURE, TIMESTAMP, sign

pytestmark = [pytest.mark.crash, pytest.mark.timeout(300)]
SECRET = "TEST_ONLY_signal_secret_0123456789"  # noqa: S105 (no secret: a test's own)
NAMED = "  signal_radar: secret://file/radar.secret\n"


def some_port():
    with socket.create_server(("127.0.0.1", 0)) as holder:
        return holder.getsockname()[1]


@pytest.fixture
def staged(tmp_path):
    worlds = []

    def make(**settings):
        world = Staged(tmp_path, **settings)
        worlds.append(world)
        return world

    yield make
    for world in worlds:
        world.end() if world.desk is not None else world.exchange.stop()


def closed(world):
    """Say whether both legs of slot 0 are without orders because they were closed."""
    (slot,) = [one for one in world.status()["slots"] if one["slot_id"] == 0]
    return {leg["block"] for leg in slot["legs"].values()} == {"operator"}


def send(world, port, secret=SECRET, **fields):
    body = json.dumps({"source": "radar", "signal_id": "s1", "kind": "pause"} | fields).encode()
    now = str(world.exchange.administrator().now() // 1_000_000)
    headers = {TIMESTAMP: now, SIGNATURE: sign(secret.encode(), now, body)}
    return httpx.post(f"http://127.0.0.1:{port}/signals", content=body, headers=headers, timeout=20)


def test_a_signed_signal_pauses_the_desk_once_and_a_stranger_is_counted(staged, tmp_path):
    port = some_port()
    (tmp_path / "radar.secret").write_text(SECRET)
    (tmp_path / "radar.secret").chmod(0o600)
    world = staged(
        secrets=NAMED,
        signals_enabled="true",
        signal_sources="radar=signal:radar",
        signals_port=port,
    ).start()
    stranger = "TEST_ONLY_another_secret_012345"
    assert send(world, port, secret=stranger).status_code == 401
    answer = send(world, port)
    assert (answer.status_code, answer.json()["status"]) == (200, "received")
    world.until(lambda: "operator" in {one["name"] for one in world.status()["holds"]})
    assert send(world, port).json() == {
        "ok": True,
        "status": "duplicate",
        "state": "done",
        "signal": "radar/s1",
    }
    told = 'holdfast_signals_received_total{result="unsigned",source="radar"} 1.0'
    world.until(lambda: told in world.api().get("/metrics").content.decode())

    close = {"signal_id": "c1", "kind": "close", "symbol": "DOGE/USD", "slot_id": 0}
    assert send(world, port, **close).json()["status"] == "received"  # a held desk closes as well
    world.until(lambda: closed(world))

    world.desk.kill()
    world.desk.wait()
    world.start_desk()  # what came before its death is known to the next life
    assert closed(world)
    assert send(world, port, **close).json() == {
        "ok": True,
        "status": "duplicate",
        "state": "done",
        "signal": "radar/c1",
    }
    refused = close | {"signal_id": "o1", "kind": "open"}
    assert send(world, port, **refused).json()["status"] == "received"
    world.until(lambda: send(world, port, **refused).json()["state"] == "rejected")
    assert send(world, port).json()["status"] == "duplicate"
    assert send(world, port, kind="resume").json()["status"] == "signal_conflict"


def test_a_desk_that_is_to_listen_without_a_secret_does_not_start(staged):
    world = staged(signals_enabled="true", signal_sources="radar=signal:radar")
    world.exchange.start()
    told = world.cli("desk", "run", "--no-orchestrator", code=2)
    assert "the secret of source radar is missing or too short" in told
