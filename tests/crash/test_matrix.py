"""Kill a trading desk and its exchange, and let a desk trade for hours of market time, in lock step.

HOLDFAST_KILLS_EXCHANGE says how often the desk is killed (2 by default, 20 in `.ci/run`, 500 in
`make crash N=500`), HOLDFAST_DAY_HOURS how long a day is (0.1 by default, 24 in `make day`).
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.crash, pytest.mark.timeout(7200)]

TESTS = Path(__file__).resolve().parents[1]
KILLS = int(os.environ.get("HOLDFAST_KILLS_EXCHANGE") or 2)
HOURS = os.environ.get("HOLDFAST_DAY_HOURS") or "0.1"
TROUBLED = "24"  # a seed whose first minutes lose answers and refuse orders
MOST_SECONDS = 60


def matrix(*words):
    """Run the command as a process of its own, and return the figures it says last."""
    seed = os.environ.get("HOLDFAST_SEED")
    asked = [*(("--seed", seed) if seed else ()), *words]
    done = subprocess.run(
        [sys.executable, "-m", "crash.matrix", *asked],
        cwd=TESTS,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    sys.stdout.write(done.stdout)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.plan("004-010", "004-011", "004-042")
def test_a_desk_and_its_exchange_die_again_and_again_and_no_order_is_lost_or_doubled():
    told = matrix("kills", "--kills", str(KILLS))

    assert told["desk_kills"] == KILLS
    assert told["exchange_kills"] == max(1, KILLS // 10)
    assert told["agreed_within_s"] <= MOST_SECONDS
    assert told["illegal"] == 0
    assert told["orders"] > 0


@pytest.mark.plan("004-044")
def test_through_hours_of_the_whole_fault_plan_every_order_keeps_to_the_table_of_states():
    told = matrix("--seed", TROUBLED, "day", "--faults", "--slots", "8", "--hours", HOURS)

    assert told["illegal"] == 0
    assert told["orders"] > 0
    assert told["polls_failed"] <= 0.005 * told["polls"]
    assert told["unknown"] + sum(told["rejects"].values()) > 0


def test_hours_of_live_trading_on_a_good_road_are_refused_nothing():
    told = matrix("day", "--slots", "8", "--hours", HOURS)

    assert told["rejects"] == {}
    assert told["unknown"] == 0
    assert told["polls_failed"] == 0
    assert told["looks_apart"].startswith("0 of ")
