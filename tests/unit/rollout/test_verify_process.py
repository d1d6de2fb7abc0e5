"""`holdfast verify` against real desks: after a stop, on a held desk, and where none runs."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from holdfast.clock import SystemClock
from holdfast.domain.bookkeeping import HoldSet
from holdfast.ledger.paths import runtime
from holdfast.ledger.published import open_published
from holdfast.ledger.store import DuckDbLedger
from holdfast.supervise.record import Record, write_record

ROOT = Path(__file__).resolve().parents[3]
CLEARED = "Snapshot restored transient HALTED state (signal 15); clearing to INIT for startup"


def environment(home, profiles):
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    own = {"HOLDFAST_HOME": str(home), "HOLDFAST_PROFILES": str(profiles), "COLUMNS": "200"}
    return {**kept, **own, "NO_PROXY": "127.0.0.1"}


def holdfast(house, *words):
    home, profiles = house
    return subprocess.run(
        [sys.executable, "-m", "holdfast", *words],
        env=environment(home, profiles),
        cwd=home,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def until(condition, seconds=40.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.05)


@contextmanager
def desk(house, *, stop=signal.SIGTERM):
    """Run a desk as `up` does: its log is where `up` keeps it."""
    home, profiles = house
    place = runtime("paper", home).make()
    command = [sys.executable, "-m", "holdfast", "desk", "run", "--no-orchestrator"]
    with (place.logs / "desk.log").open("ab") as log:
        process = subprocess.Popen(
            [*command, "--speed", "600"],
            env=environment(home, profiles),
            cwd=home,
            stdout=log,
            stderr=log,
        )
    try:
        until(lambda: process.poll() is not None or place.control.exists())
        assert process.poll() is None, (place.logs / "desk.log").read_text()
        yield place
        process.send_signal(stop)
        process.wait(30)
    finally:
        process.kill()
        process.wait()
        if stop == signal.SIGKILL:
            place.control.unlink(missing_ok=True)


@contextmanager
def dashboard(house):
    """Run the real dashboard, noted where `up` notes it."""
    home, profiles = house
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    options = ("--server.headless=true", "--server.address=127.0.0.1", f"--server.port={port}")
    page = str(ROOT / "dashboards" / "app.py")
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", page, *options],
        env=environment(home, profiles),
        cwd=home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    noted = Record(
        pid=process.pid,
        started=0.0,
        profile="paper",
        runtime="paper",
        ports={"dashboard": port},
        urls={"dashboard": url},
    )
    write_record(home / "var" / "up.json", "paper", noted)

    def answers():
        try:
            return httpx.get(f"{url}/_stcore/health", trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    try:
        until(answers)
        yield url
    finally:
        process.kill()
        process.wait()


def house_in(folder, **spans):
    """Make a home whose runbook is the shipped one, but for how long it waits."""
    shutil.copytree(ROOT / "profiles", folder / "profiles")
    path = folder / "profiles" / "runbooks" / "immediate.yaml"
    text = path.read_text(encoding="utf-8")
    for name, span in spans.items():
        changed = re.sub(rf"\b{name}: \w+", f"{name}: {span}", text)
        assert changed != text
        text = changed
    path.write_text(text, encoding="utf-8")
    return folder, folder / "profiles"


def break_an_invariant(home):
    """Put up the hold a broken slot puts up, while no desk runs."""
    path = home / "var" / "paper" / "ledger.duckdb"
    ledger = DuckDbLedger.open(path, clock=SystemClock(), base="DOGE", quote="USD")
    books = ledger.restore()
    ledger.commit(books.market_time, [HoldSet(name="invariant", reason="broken: a test")])
    ledger.close()


def published_epoch(place):
    table = open_published(place.published).table("sessions")
    return max(table.column("epoch").to_pylist(), default=0) if table is not None else 0


def verdicts(done):
    told = json.loads(done.stdout)
    steps = [step for phase in told["phases"] for step in phase["steps"]]
    return told, {step["step"]: step["verdict"] for step in steps}


@pytest.fixture(scope="module")
def deployed(tmp_path_factory):
    """Trade, stop by SIGTERM, start again, verify; then pause, and verify once more."""
    house = house_in(tmp_path_factory.mktemp("deployed"), hold_for="2s")
    with desk(house):
        pass
    with desk(house) as place, dashboard(house):
        passed = holdfast(house, "verify", "immediate", "--json", "--report", "verified.md")
        asked = "select run, step, verdict, artefact_sha from evidence order by seq"
        rows = holdfast(house, "ledger", "query", asked, "--live", "--json")
        told, _ = verdicts(passed)
        resumed = holdfast(house, "verify", "immediate", "--resume", told["run"])
        proved = holdfast(house, "ledger", "verify")
        short = house_in(tmp_path_factory.mktemp("short"), hold_for="1s", **{"for": "1s"})
        assert holdfast(house, "action", "pause").returncode == 0
        held = holdfast((house[0], short[1]), "verify", "immediate", "--json")
    return house, place, passed, rows, resumed, proved, held


@pytest.mark.plan(
    "003-006",
    "003-030",
    "003-033",
    "003-034",
    "003-035",
    "003-036",
    "003-037",
    "003-038",
    "003-039",
    "003-084",
)
def test_a_deployment_that_came_back_passes(deployed):
    _, _, passed, *_ = deployed
    told, steps = verdicts(passed)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert told["verdict"] == "pass"
    assert set(steps.values()) == {"pass"}
    assert told["evidence_in"] == "the ledger of the desk"


@pytest.mark.plan("000-035", "003-031", "003-032", "003-073", "003-074", "003-087")
def test_it_leaves_its_evidence_in_the_ledger_and_its_artefacts_beside_it(deployed):
    _, place, passed, rows, _, proved, *_ = deployed
    told, steps = verdicts(passed)
    kept = {row["step"]: row for row in _rows(rows) if row["run"] == told["run"]}
    assert len(kept) == len(steps) + 1
    assert kept["run"]["verdict"] == "pass"
    log = json.loads(_artefact(place, kept["p2/halt-cleared"]))
    assert CLEARED in log["matching"][0]
    assert CLEARED in "\n".join(log["first_lines"])
    status = json.loads(_artefact(place, kept["p3/running"]))["values"]
    assert status["$.mode"] == ["RUNNING"]
    assert status["$.pause_reason"] == [""]
    assert status["$.self_healing.churner"] == [{"ready": False}]
    assert json.loads(_artefact(place, kept["p2/no-crash-loop"]))["epoch"] == 2
    assert proved.returncode == 0, proved.stderr


@pytest.mark.plan("003-077")
def test_the_report_says_pass_or_fail_for_each_phase(deployed):
    (home, _), _, passed, *_ = deployed
    page = (home / "verified.md").read_text(encoding="utf-8")
    assert page.startswith("# Immediate checks after a deployment: pass\n")
    assert "## Deploy and restart: pass" in page
    assert "## Immediate checks: pass" in page
    assert passed.stderr == ""


def test_a_run_that_passed_has_nothing_left_to_look_at(deployed):
    resumed = deployed[4]
    assert resumed.returncode == 0, resumed.stderr
    assert resumed.stdout.count("kept") == 10


def test_a_paused_desk_fails_in_the_steps_that_say_so_and_in_no_other(deployed):
    held = deployed[6]
    told, steps = verdicts(held)
    assert held.returncode == 3
    assert told["verdict"] == "fail"
    failed = {name for name, verdict in steps.items() if verdict == "fail"}
    assert failed == {"running-loop", "running"}
    assert steps["dashboard"] == steps["no-crash-loop"] == "pass"


def test_a_run_that_is_interrupted_keeps_what_it_saw_and_says_how_to_go_on(deployed, tmp_path):
    (home, _), place, *_ = deployed
    house = home, house_in(tmp_path, every="1s", **{"for": "60s"})[1]
    before = set(place.evidence.glob("*.jsonl"))
    command = [sys.executable, "-m", "holdfast", "verify", "immediate"]
    process = subprocess.Popen(
        command, env=environment(*house), cwd=home, stderr=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        until(lambda: set(place.evidence.glob("*.jsonl")) != before)
        process.send_signal(signal.SIGINT)
        out, told = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    (journal,) = set(place.evidence.glob("*.jsonl")) - before
    assert process.returncode == 130
    assert f"--resume {journal.stem}" in told.decode()
    assert told.decode().count("press Ctrl-C again") == 1
    begun, *steps, whole = [json.loads(line)["entry"] for line in journal.open()]
    assert (begun["type"], whole["type"], len(steps)) == ("begun", "run", 10)
    assert whole["verdict"] != "pass"
    assert [step["verdict"] for step in steps].count("cancelled") >= 1
    assert f"run {journal.stem}" in out.decode()


@pytest.fixture(scope="module")
def troubled(tmp_path_factory):
    """Start a desk for the first time, kill it, start it again: nobody ever stopped it on purpose."""
    spans = {"hold_for": "1s", "for": "1s"}
    house = house_in(tmp_path_factory.mktemp("troubled"), **spans)
    with desk(house, stop=signal.SIGKILL):
        pass
    with desk(house) as place:
        until(lambda: published_epoch(place) == 2)
        crashed = holdfast(house, "verify", "immediate", "--json")
    dead = holdfast(house, "verify", "immediate", "--json")
    break_an_invariant(house[0])
    with desk(house) as place:
        until(lambda: published_epoch(place) == 3)
        halted = holdfast(house, "verify", "immediate", "--json", "--report", ".")
    return house, place, crashed, dead, halted


@pytest.mark.plan("003-037", "003-038", "003-058", "003-060")
def test_a_desk_that_a_safety_stop_holds_fails_although_its_shutdown_was_cleared(troubled):
    halted = troubled[4]
    told, steps = verdicts(halted)
    assert told["verdict"] == "fail"
    assert steps["halt-cleared"] == steps["no-crash-loop"] == steps["ready"] == "pass"
    assert steps["running"] == steps["running-loop"] == "fail"
    (running,) = [step for step in told["phases"][1]["steps"] if step["step"] == "running"]
    assert running["observed"].startswith("status 200; $.mode is HALTED; $.pause_reason is broken")


def test_a_report_that_cannot_be_written_is_said_and_the_answer_is_given_all_the_same(troubled):
    halted = troubled[4]
    assert halted.returncode == 1
    assert "the report cannot be written to ." in halted.stderr
    assert json.loads(halted.stdout)["verdict"] == "fail"


@pytest.mark.plan("003-035")
def test_a_desk_that_died_and_came_back_fails_as_a_crash_loop(troubled):
    crashed = troubled[2]
    _, steps = verdicts(crashed)
    assert crashed.returncode == 3, crashed.stderr
    assert steps["no-crash-loop"] == "fail"
    assert steps["halt-cleared"] == "inconclusive"
    assert steps["dashboard"] == "inconclusive"
    assert steps["running"] == "pass"


@pytest.mark.plan("003-034")
def test_where_no_desk_answers_the_exit_code_is_5_and_the_evidence_is_in_a_file(troubled):
    _, place, _, dead, _ = troubled
    told, steps = verdicts(dead)
    assert dead.returncode == 5, dead.stderr
    assert told["verdict"] == "inconclusive"
    assert set(steps.values()) == {"inconclusive"}
    assert told["evidence_in"] == "a file: no desk took it into its ledger"
    journal = place.evidence / f"{told['run']}.jsonl"
    assert len(journal.read_text().splitlines()) == len(steps) + 2
    assert journal.stat().st_mode & 0o777 == 0o600


def _rows(done):
    answer = json.loads(done.stdout)
    found = answer if isinstance(answer, list) else answer["rows"]
    if found and isinstance(found[0], dict):
        return found
    return [dict(zip(answer["columns"], row, strict=True)) for row in found]


def _artefact(place, row):
    return (place.evidence / "artefacts" / f"{row['artefact_sha']}.json").read_text()
