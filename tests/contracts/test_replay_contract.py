"""A replay and a desk are one thing: same candles, same profile, same events to the last byte."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
import structlog
import typer
from typer.testing import CliRunner

from holdfast.cli import replay as command
from holdfast.domain.market import SECOND
from holdfast.ledger import export
from holdfast.ledger.verify import verify
from holdfast.telemetry import configure
from holdfast.venue.files import load_candles

ROOT = Path(__file__).resolve().parents[2]
CANDLES = 300
KEYS = [
    "candles",
    "seconds",
    "candles_per_second",
    "order_events",
    "fills",
    "cycles",
    "net_profit",
    "fees",
    "open_exits",
    "accounts_sum",
    "invariant_breaches",
    "event_hash",
    "peak_rss_mb",
]
BAR_MIB = 1024
COMMAND = """
import typer
from holdfast.cli.replay import register
from holdfast.telemetry import configure

configure()
app = typer.Typer()
app.callback()(lambda: None)
register(app)
app()
"""
MINUTES = "doge_usdt_1m_2023-03-16_2023-04-09.parquet"
HALF_YEAR = "doge_usdt_5m_2022-08-01_2023-02-28.parquet"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Call `holdfast replay` in an empty home with the shipped profiles."""
    monkeypatch.setenv("HOLDFAST_HOME", str(tmp_path))
    monkeypatch.setenv("HOLDFAST_PROFILES", str(ROOT / "profiles"))
    app = typer.Typer()
    app.callback()(lambda: configure(level="WARNING"))
    command.register(app)
    yield lambda *words: CliRunner().invoke(app, ["replay", *[str(word) for word in words]])
    structlog.reset_defaults()


def _shared(name: str) -> Path:
    folder = Path(os.environ.get("HOLDFAST_SHARED", ROOT.parent / "shared"))
    path = folder / "data" / name
    if not path.is_file():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{path} is missing, and CI must have it")
        pytest.skip(f"{path.name} is not beside this checkout; set HOLDFAST_SHARED")
    return path


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Path:
    """Run the desk process itself on the built-in market, in a home of its own; give its ledger."""
    home = tmp_path_factory.mktemp("home")
    words = ["desk", "run", "--no-orchestrator", "--speed", "0", "--candles", str(CANDLES)]
    code = "import sys; from holdfast.cli import main; sys.argv[1:] = sys.argv[2:]; main()"
    told = {"HOLDFAST_HOME": str(home), "HOLDFAST_PROFILES": str(ROOT / "profiles")}
    done = subprocess.run(
        [sys.executable, "-c", code, "holdfast", *words],
        env={**os.environ, **told},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return home / "var" / "paper" / "ledger.duckdb"


def _recorded(ledger: Path, target: Path) -> Path:
    with duckdb.connect(str(ledger), read_only=True) as connection:
        assert export.export(connection, "candles", target) == CANDLES
    return target


def test_a_replay_of_the_candles_a_desk_recorded_makes_the_same_events(run, tmp_path, desk):
    proved = verify(desk)
    assert proved.sound, proved.findings
    for ending in ("csv", "parquet"):
        candles = _recorded(desk, tmp_path / f"recorded.{ending}")
        done = run("--profile", "paper", "--data", candles, "--no-save", "--json")
        assert done.exit_code == 0, done.output
        told = json.loads(done.stdout)
        assert told["event_hash"] == proved.event_hash
        assert (told["candles"], told["accounts_sum"]) == (CANDLES, {"DOGE": "0", "USD": "0"})
        assert told["fills"] > 0


def test_the_built_in_market_of_a_profile_is_the_one_its_desk_trades_on(run, desk):
    done = run("--profile", "paper", "--candles", CANDLES, "--no-save", "--json")
    assert json.loads(done.stdout)["event_hash"] == verify(desk).event_hash


def test_a_kept_replay_is_a_sound_ledger_that_can_be_replayed_again(run, tmp_path):
    first = json.loads(run("--candles", CANDLES, "--out", tmp_path / "one", "--json").stdout)
    assert tuple(first) == tuple(KEYS)
    ledger = tmp_path / "one" / "ledger.duckdb"
    proved = verify(ledger)
    assert proved.sound
    assert proved.event_hash == first["event_hash"]
    candles = _recorded(ledger, tmp_path / "again.parquet")
    again = json.loads(run("--data", candles, "--no-save", "--json").stdout)
    assert again["event_hash"] == first["event_hash"]
    spacing = load_candles(candles).candles
    assert spacing.at[1] - spacing.at[0] == spacing.seconds * SECOND


def test_real_candles_replay_in_one_command_within_a_gibibyte(run, tmp_path):
    words = ["replay", "--profile", "bench", "--data", str(_shared(MINUTES)), "--json"]
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *words],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = _sound(done.stdout, 34_585)
    assert told["peak_rss_mb"] < BAR_MIB
    (folder,) = (tmp_path / "var" / "replays").iterdir()
    assert folder.name.endswith(f"-bench-{told['event_hash'][:8]}")
    kept = {path.name for path in folder.iterdir()}
    assert kept == {"ledger.duckdb", "report.html", "report.json"}
    again = run(*words[1:], "--no-save")
    assert _sound(again.stdout, 34_585)["event_hash"] == told["event_hash"]


def test_half_a_year_of_real_candles_keeps_sound_books(run, tmp_path):
    done = run("--profile", "bench", "--data", _shared(HALF_YEAR), "--no-save", "--json")
    assert done.exit_code == 0, done.output
    _sound(done.stdout, 61_056)
    assert not (tmp_path / "var").exists()


def _sound(text: str, candles: int) -> dict[str, Any]:
    told = json.loads(text)
    assert told["candles"] == candles
    assert told["accounts_sum"] == {"DOGE": "0", "USD": "0"}
    assert told["invariant_breaches"] == 0
    assert told["fills"] > 1_000
    return told
