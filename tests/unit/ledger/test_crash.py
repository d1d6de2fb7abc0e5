"""A ledger that is killed in the middle of its work has every row it ever acknowledged."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from stories import BASE, FOUNDED, QUOTE

from holdfast.clock import SystemClock
from holdfast.ledger.store import DuckDbLedger
from holdfast.ledger.verify import verify

CHILD = Path(__file__).parent / "crashing.py"
FOUNDING = Path(__file__).parent / "founding_killed.py"


def _run_until_killed(path, seconds):
    child = subprocess.Popen(
        [sys.executable, str(CHILD), str(path)], stdout=subprocess.PIPE, text=True
    )
    first = child.stdout.readline()  # the process is up and has committed
    time.sleep(seconds)
    child.kill()
    said = [first, *child.stdout.read().splitlines()]
    child.wait()
    whole = [int(line) for line in said if line.strip().isdigit()]
    return whole[-2] if len(whole) > 1 else 0  # the last line may have been cut


@pytest.mark.crash
def test_kill_nine_in_mid_commit_loses_no_acknowledged_row(path):
    for seconds in (0.05, 0.4, 0.2):
        acknowledged = _run_until_killed(path, seconds)
        report = verify(path)
        assert report.findings == (), report.findings[:3]
        assert report.events >= acknowledged
        assert acknowledged > 0


@pytest.mark.crash
@pytest.mark.parametrize("place", ["step", "founding"])
def test_a_ledger_killed_while_it_is_made_is_made_whole_at_the_next_start(path, place):
    done = subprocess.run([sys.executable, str(FOUNDING), str(path), place], check=False)
    assert done.returncode == -signal.SIGKILL
    ledger = DuckDbLedger.open(path, clock=SystemClock(), base=BASE, quote=QUOTE, found=FOUNDED)
    ledger.close()
    report = verify(path)
    assert (report.events, report.findings) == (1, ())
