"""The desk's process beside a real Prefect server that is absent, killed, and back."""

import itertools
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import httpx
import msgspec
import pytest

from holdfast.desk.bracket.once import in_the_way

pytestmark = [pytest.mark.crash, pytest.mark.timeout(420)]

ATTACHED = "orchestrator: attached"
WAITING = "orchestrator: waiting"
ABSENT = "orchestrator: absent"
HELD_UP = 5.0  # seconds an exit waits for a server at most
BUSY = 10.0  # what else an exit may take on a machine with much to do


class DeskProcess:
    """`python -m flows.session` over a home, and what it says."""

    def __init__(self, home: Path, environ: dict[str, str]) -> None:
        self.log = home / "desk.log"
        self.started = time.time_ns() // 1000
        self.client = httpx.Client(timeout=10, trust_env=False)
        self.ledger = home / "var" / "paper" / "ledger.duckdb"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                (sys.executable, "-m", "flows.session", "--speed", "600", "--slots", "36"),
                env=environ,
                stdout=log,
                stderr=log,
                cwd=home,
            )

    def says(self, text: str, times: int = 1) -> Callable[[], bool]:
        def said() -> bool:
            assert self.process.poll() is None or text in self.log.read_text(), self.log.read_text()
            return self.log.read_text().count(text) >= times

        return said

    def ticks(self, more: int, *, orchestrated: bool) -> Callable[[], bool]:
        """Say whether so many more ticks of a kind changed the ledger: quiet ones leave no note."""
        before = self._noted(orchestrated)
        return lambda: self._noted(orchestrated) >= before + more

    def _noted(self, orchestrated: bool) -> int:
        mark = json.dumps({"orchestrated": orchestrated})[1:-1].replace(" ", "")
        address = msgspec.json.decode((self.ledger.parent / "control.json").read_bytes())
        answer = self.client.post(
            f"{address['url']}/api/ledger/query",
            headers={"Authorization": f"Bearer {address['token']}"},
            json={
                "sql": "select count(*) from event "
                f"where type = 'TickNoted' and contains(payload, '{mark}')"
            },
        )
        ((count,),) = answer.raise_for_status().json()["rows"]
        return int(count)

    def end(self) -> float:
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        return time.monotonic() - started

    def notes(self, kind: str) -> list[dict[str, object]]:
        with duckdb.connect(str(self.ledger), read_only=True) as connection:
            rows = connection.execute(
                "select payload from event where type = ? and recorded_at >= ? order by seq",
                [kind, self.started],
            ).fetchall()
        return [msgspec.json.decode(row[0]) for row in rows]


@pytest.fixture
def desk(served, until) -> Iterator[Callable[[], DeskProcess]]:
    started: list[DeskProcess] = []

    def start() -> DeskProcess:
        started.append(DeskProcess(served.home, served.environ))
        return started[-1]

    yield start
    for one in started:
        one.client.close()
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait(10)


def test_trading_goes_on_whatever_becomes_of_the_server(served, desk, until) -> None:
    served.kill()
    process = desk()
    until(process.says(ABSENT), 60)
    until((process.ledger.parent / "control.json").exists, 60)
    until(process.ticks(2, orchestrated=False), 60)
    served.start()
    until(process.says(ATTACHED), 40)
    until(process.ticks(6, orchestrated=True), 60)
    served.kill()
    until(process.says(WAITING), 10)
    until(process.ticks(2, orchestrated=False), 60)
    served.start()
    until(process.says(ATTACHED, times=2), 40)
    until(process.ticks(6, orchestrated=True), 60)
    assert process.end() < HELD_UP + BUSY
    assert process.process.returncode == 0, process.log.read_text()
    states = [note["state"] for note in process.notes("OrchestrationNoted")]
    assert states[:4] == ["absent", "attached", "waiting", "attached"]
    ticks = process.notes("TickNoted")
    numbers = [note["tick"] for note in ticks]
    assert numbers == sorted(set(numbers)), "a tick was noted twice"
    marks = [note["orchestrated"] for note in ticks]
    assert not marks[0]
    changes = sum(before != after for before, after in itertools.pairwise(marks))
    assert changes >= 3, "absent, attached, away, attached"
    ours = {note["task_run"]: f"tick-{note['tick']}" for note in ticks if note["task_run"]}
    assert len(ours) > 10
    until(lambda: ours.keys() <= _task_runs(served).keys(), 30)  # the server writes them later
    theirs = _task_runs(served)
    assert {key: theirs[key]["name"] for key in ours} == ours
    assert all(theirs[key]["state_type"] == "COMPLETED" for key in ours)
    assert all("ledger" in theirs[key]["state"]["message"] for key in ours)
    (page,) = served.post(
        "/artifacts/filter",
        {"artifacts": {"key": {"any_": ["session-paper"]}}, "sort": "CREATED_DESC", "limit": 1},
    )
    assert "| tick | market time (UTC) |" in page["data"]
    (run,) = served.post(
        "/flow_runs/filter", {"flow_runs": {"id": {"any_": [page["flow_run_id"]]}}}
    )
    assert run["state_type"] == "COMPLETED"


def _task_runs(served) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for offset in itertools.count(0, 200):
        page = served.post("/task_runs/filter", {"limit": 200, "offset": offset})
        found |= {run["id"]: run for run in page}
        if len(page) < 200:
            return found
    raise AssertionError


def test_a_cancelled_run_stops_the_desk_and_ends_cancelled(served, desk, until) -> None:
    if not served.answers():
        served.start()
    process = desk()
    until(process.says(ATTACHED), 40)
    told = in_the_way(served.home / "var" / "paper" / "control.json")
    assert "ticks by itself" in told
    running = {"flow_runs": {"state": {"type": {"any_": ["RUNNING"]}}}}
    (run,) = served.post("/flow_runs/filter", running)
    served.post(f"/flow_runs/{run['id']}/set_state", {"state": {"type": "CANCELLING"}})
    process.process.wait(30)
    assert process.process.returncode == 0, process.log.read_text()
    (ended,) = served.post("/flow_runs/filter", {"flow_runs": {"id": {"any_": [run["id"]]}}})
    assert ended["state_type"] == "CANCELLED"
    assert process.notes("SessionStopped")[-1]["reason"] == "orchestrator"


def test_a_dead_server_holds_the_exit_up_for_five_seconds_at_most(served, desk, until) -> None:
    if not served.answers():
        served.start()
    process = desk()
    until(process.says(ATTACHED), 40)
    until((process.ledger.parent / "control.json").exists, 60)
    until(process.ticks(1, orchestrated=True), 60)
    served.kill()
    assert process.end() < HELD_UP + BUSY
    assert process.process.returncode == 0, process.log.read_text()
    assert str(process.notes("SessionStopped")[-1]["reason"]).startswith("signal")


def test_without_an_address_the_session_is_refused_in_one_sentence(served) -> None:
    environ = {name: value for name, value in served.environ.items() if name != "PREFECT_API_URL"}
    done = subprocess.run(
        (sys.executable, "-m", "flows.session", "--profile", "paper"),
        env=environ,
        capture_output=True,
        text=True,
        cwd=served.home,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "PREFECT_API_URL is not set; do:" in done.stderr
    assert "Traceback" not in done.stderr
