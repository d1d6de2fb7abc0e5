"""Choose how hard Hypothesis looks, give tests a home of their own, share the tests' building blocks.

`HYPOTHESIS_PROFILE` names a profile (dev, ci, thorough, night); without it CI=true means ci, else dev.
`make test` looks as hard in CI as at home; `make thorough` looks six times as hard.
"""

import decimal
import gc
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

from holdfast.redaction.redactor import REDACTOR

HERE = Path(__file__).parent
if str(HERE) not in sys.path:
    sys.path.append(str(HERE))

MEMORY = Path("/dev/shm")  # noqa: S108 (as good as a disk: what a killed process wrote is there)
ROOM = 4 * 2**30


def _may_hold_folders(memory: Path) -> bool:
    """Say whether tests can write, and start what they wrote, in memory."""
    if not os.access(memory, os.W_OK) or os.statvfs(memory).f_flag & os.ST_NOEXEC:
        return False
    return shutil.disk_usage(memory).free > ROOM


# Ledgers and journals sync every commit: thousands of waits for a disk that no test is about.
if "TMPDIR" not in os.environ and _may_hold_folders(MEMORY):
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)

# A shell starts what it does not wait for with Ctrl-C ignored, and so would be all that tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile("ci", max_examples=50, deadline=None, print_blob=True)
settings.register_profile("thorough", max_examples=300, deadline=None, print_blob=True)
settings.register_profile(
    "night",
    max_examples=5000,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") == "true" else "dev")
)


def pytest_addoption(parser):
    parser.addoption(
        "--rewrite-golden",
        action="store_true",
        help="write what the engine answers now into tests/golden/traces",
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Let no collection of garbage look at the thousands of tests again: they stay."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Let everything a desk writes go to a folder of this test."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOLDFAST_HOME", str(folder))
    return folder


@pytest.fixture(autouse=True)
def _own_rounding():
    """Let a test that calls ccxt by itself leave the thread's way of rounding as it was."""
    before = decimal.getcontext().copy()
    yield
    decimal.setcontext(before)


@pytest.fixture(autouse=True)
def _own_log():
    """Let nobody log to where an earlier test sent it: that may be closed, or shown to nobody."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture(autouse=True)
def _own_secrets():
    """Let the secrets of one test be unknown to the next: a value of one may be plain text there."""
    known, pattern = REDACTOR._known, REDACTOR._pattern
    yield
    REDACTOR._known, REDACTOR._pattern = known, pattern
