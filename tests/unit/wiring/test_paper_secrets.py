"""A desk on paper reads the secrets of its messages and chat, and never a key of a venue."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGE = """
extends: paper
env: paper
venue: paper
symbol: DOGE/USD
secrets:
  api_key: secret://file/nobodys_key
  api_secret: secret://file/nobodys_secret
settings:
  slots: 1
  speed: 0
  notify_enabled: true
  notify_urls: secret://file/people
"""


@pytest.fixture
def run(home):
    shutil.copytree(ROOT / "profiles", home / "profiles")
    (home / "profiles" / "mine.yaml").write_text(PAGE)
    environ = {**os.environ, "HOLDFAST_HOME": str(home)}

    def call():
        words = ("desk", "run", "--no-orchestrator", "--profile", "mine", "--candles", "5")
        return subprocess.run(
            [sys.executable, "-m", "holdfast", *words],
            cwd=home,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return call


def test_a_reference_that_leads_nowhere_refuses_the_start(run):
    done = run()
    assert done.returncode == 2
    assert "people does not exist" in done.stderr


def test_one_that_leads_to_an_address_lets_it_run_without_the_key_of_a_venue(run, home):
    (home / "people").write_text("json://127.0.0.1:9/TEST_ONLY_path_of_people")
    (home / "people").chmod(0o600)
    done = run()
    assert done.returncode == 0, done.stderr
    assert "TEST_ONLY_path_of_people" not in done.stdout + done.stderr
    assert not list((home / "var" / "locks").glob("key-*"))
