"""Replays of the built-in market with the shipped profiles, in an empty home."""

from pathlib import Path

import pytest
import structlog
import typer
from typer.testing import CliRunner

from holdfast.cli import replay as command
from holdfast.telemetry import configure
from holdfast.wiring.replaying import ReplayOptions, replay

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Name an empty home and the shipped profiles."""
    monkeypatch.setenv("HOLDFAST_HOME", str(tmp_path))
    monkeypatch.setenv("HOLDFAST_PROFILES", str(ROOT / "profiles"))
    configure(level="ERROR")
    yield tmp_path
    structlog.reset_defaults()


@pytest.fixture
def run(home):
    """Call `holdfast replay`."""
    app = typer.Typer()
    app.callback()(lambda: configure(level="ERROR"))
    command.register(app)
    return lambda *words: CliRunner().invoke(app, ["replay", *[str(word) for word in words]])


@pytest.fixture
def small(home):
    """Replay eight slots over 1,500 candles, and keep nothing."""
    return replay(ReplayOptions(profile="paper", candles=1_500, save=False))
