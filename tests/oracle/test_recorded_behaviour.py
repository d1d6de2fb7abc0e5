"""Hold our engine against the recorded bot, with the comparer that came with the recordings."""

import collections
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SHARED = Path(os.environ.get("HOLDFAST_SHARED", ROOT.parent / "shared"))
FAMILIES = "sticky_runtime,orphan_runtime,long_only,short_only"
FORMULAS = (
    "exit_price",
    "entry_backoff_multiplier",
    "compute_order_volume",
    "check_invariants",
    "normalize_slot_mode",
    "b_side_base_usd",
    "slot_order_size_usd",
    "effective_layers",
    "dust_dividend",
    "capacity_health",
    "throughput_sizer",
    "volatility_profit_pct",
    "daily_loss_lock",
    "trend_strength_proxy",
    "ensure_slot_bootstrapped",
    "auto_repair_degraded_slot",
    "minimum_bootstrap_requirements",
    "entry_adds_loop_cap",
    "execute_actions_batch",
    "capital_ledger",
    "validate_slot",
    "resume_from_halted",
    "is_transient_halt_reason",
    "release_gate_flags",
    "release_slot",
    "release_oldest_eligible",
    "auto_release",
    "release_recon_gate",
    "balance_recon",
    "vintage_metrics",
    "slots_unrealized_profit",
    "opportunity_cost_usd",
)


@pytest.fixture(scope="module")
def comparer() -> Path:
    path = SHARED / "vectors" / "compare.py"
    if not path.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"the recordings are missing: set HOLDFAST_SHARED (looked in {SHARED})")
        pytest.skip("the recordings are not here: set HOLDFAST_SHARED")
    return path


def _compare(comparer: Path, *args: str) -> str:
    command = [sys.executable, str(comparer), *args, "--adapter", str(HERE / "adapter.py")]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _counts(report: str) -> dict[str, tuple[int, int]]:
    rows = re.findall(r"^(?!TOTAL)(\S+)\s+same\s+(\d+)\s+different\s+(\d+)$", report, re.MULTILINE)
    return {name: (int(same), int(different)) for name, same, different in rows}


@pytest.mark.plan("001-044", "001-045")
@pytest.mark.parametrize("mode", ["each step", "carried on"])
def test_the_reducer_answers_every_recorded_step_as_the_recorded_bot_did(
    comparer: Path, mode: str
) -> None:
    extra = ["--cascade"] if mode == "carried on" else []
    report = _compare(comparer, "reducer", "--ticks", "--families", FAMILIES, *extra)
    counts = _counts(report)
    assert sum(same for same, _ in counts.values()) == 4415, report
    assert sum(different for _, different in counts.values()) == 0, report
    missing = report.partition("not produced")[2]
    assert not re.search(r"'(actions|state\.orders|state\.recovery_orders)", missing), missing


def test_formulas_differ_only_where_the_list_of_differences_says_so(comparer: Path) -> None:
    report = _compare(comparer, "formulas", "--max-report", "0")
    counts = _counts(report)
    listed: collections.Counter[str] = collections.Counter()
    for row in yaml.safe_load((HERE / "differences.yaml").read_text()):
        assert row["rule"], row
        assert re.search(r"[PC]-\d+|design \d", row["reference"]), row
        listed[row["formula"]] += row["rows"]
    for formula in FORMULAS:
        same, different = counts[formula]
        assert same > 0, report
        assert different == listed[formula], (
            f"{formula}: {different} differ, {listed[formula]} listed"
        )
    assert set(listed) <= set(FORMULAS)
