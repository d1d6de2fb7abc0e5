"""Flows called as functions, against Prefect's own test harness and a real desk."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import duckdb
import pytest
from prefect import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.client.schemas.sorting import ArtifactSort

from flows.migrate import migrate
from flows.replay import replay
from flows.tick import trading_tick
from flows.verify import verify
from holdfast.config.errors import ConfigError
from holdfast.domain.errors import CommandRefused, LedgerError, LedgerLocked
from holdfast.ledger.paths import runtime, write_private
from holdfast.rollout.verdicts import NotPassed
from holdfast.wiring.locks import DeskLock

pytestmark = pytest.mark.usefixtures("harness", "home")


def notes(home: Path, kind: str) -> int:
    path = home / "var" / "paper" / "ledger.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        row = connection.execute("select count(*) from event where type = ?", [kind]).fetchone()
    return int(row[0])


def artifact(key: str) -> str:
    with get_client(sync_client=True) as client:
        found = client.read_artifacts(
            artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=[key])),
            sort=ArtifactSort.CREATED_DESC,
        )
    return str(found[0].data)


def test_a_tick_by_hand_runs_one_tick_and_the_next_goes_on_from_it(home: Path) -> None:
    first = trading_tick("paper")
    second = trading_tick("paper")
    assert (first["tick"], second["tick"]) == (1, 2)
    assert second["first_sequence"] > first["last_sequence"]
    assert notes(home, "SessionStopped") == 2
    assert notes(home, "TickNoted") >= 1


def test_a_tick_by_hand_is_refused_while_a_desk_holds_the_runtime(home: Path) -> None:
    trading_tick("paper")
    place = runtime("paper", home)
    before = notes(home, "TickNoted")
    with DeskLock(place, "paper", "paper", "DOGE/USD"):
        with pytest.raises(CommandRefused, match="no desk runs on runtime paper; nothing was done"):
            trading_tick("paper")
        write_private(place.control, b'{"url": "http://127.0.0.1:9", "token": "t"}')
        with pytest.raises(CommandRefused, match=r"another desk holds .* does not answer"):
            trading_tick("paper")
        write_private(place.control, b'{"url": "http://10.0.0.1:9", "token": "t"}')
        with pytest.raises(CommandRefused, match="nothing is sent there"):
            trading_tick("paper")
    assert notes(home, "TickNoted") == before


def test_migrating_plans_first_and_a_new_ledger_needs_nothing(home: Path) -> None:
    with pytest.raises(LedgerError, match="has no ledger yet"):
        migrate("paper")
    trading_tick("paper")
    planned = migrate("paper")
    assert "Nothing to do." in artifact("migrate-paper")
    assert planned == {"steps": [], "applied": None}
    applied = migrate("paper", apply=True)
    assert applied["applied"]["backup"] is None
    assert not applied["applied"]["steps"]


def test_migrating_is_refused_while_a_desk_runs(home: Path) -> None:
    trading_tick("paper")
    place = runtime("paper", home)
    write_private(place.control, b'{"url": "http://127.0.0.1:9", "token": "t"}')
    with DeskLock(place, "paper", "paper", "DOGE/USD"):
        assert migrate("paper")["steps"] == []
        with pytest.raises(LedgerLocked, match="stop it, then migrate"):
            migrate("paper", apply=True)


def test_a_replay_without_parameters_but_its_length_keeps_its_report(home: Path) -> None:
    figures = replay("paper", candles=300)
    again = replay("paper", candles=300)
    assert figures["candles"] == 300
    assert figures["fills"] > 0
    assert figures["event_hash"] == again["event_hash"]
    assert figures["invariant_breaches"] == 0
    reports = [path.as_uri() for path in (home / "var" / "replays").glob("*/report.html")]
    assert len(reports) == 2
    assert figures["event_hash"] in artifact("replay-paper")
    assert any(report in artifact("replay-report-paper") for report in reports)


SMALL = """\
runbook: small
title: One look
phases:
  - id: p1
    title: Looking
    steps:
      - id: look
        check: {http: "GET %s", expect: {status: 200}}
"""


class Well(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


def small(home: Path, target: str) -> None:
    path = home / "profiles" / "runbooks" / "small.yaml"
    path.write_text(SMALL % target, encoding="utf-8")


def test_a_verification_that_passes_publishes_its_report_and_completes(home: Path) -> None:
    with HTTPServer(("127.0.0.1", 0), Well) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        small(home, f"http://127.0.0.1:{server.server_port}/")
        result = verify("paper", "small")
        server.shutdown()
        thread.join()
    assert result["verdict"] == "pass"
    page = artifact("verify-small-paper")
    assert page.startswith("# One look: pass\n")
    assert "## Looking: pass" in page
    kept = home / "var" / "paper" / "evidence" / f"{result['run']}.jsonl"
    assert len(kept.read_text().splitlines()) == 3


def test_a_verification_that_does_not_pass_publishes_its_report_and_fails(home: Path) -> None:
    small(home, "{{desk}}/healthz")
    with pytest.raises(NotPassed, match="small came to inconclusive: look"):
        verify("paper", "small")
    assert artifact("verify-small-paper").startswith("# One look: inconclusive\n")
    with pytest.raises(ConfigError, match="no such runbook"):
        verify("paper", "absent")
