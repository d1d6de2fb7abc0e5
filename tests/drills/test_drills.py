"""Every drill, played once against the emulator with real processes and a LIVE desk."""

import pytest

from holdfast.clock import SystemClock
from holdfast.config.folders import find_profiles
from holdfast.ledger.paths import runtime
from holdfast.ledger.store import DuckDbLedger
from holdfast.rollout.drills.load import drill_paths, load_drill
from holdfast.rollout.verdicts import Verdict
from holdfast.wiring.drills.house import PROFILE
from holdfast.wiring.drills.run import FOLDER, run_drill

pytestmark = [pytest.mark.drills, pytest.mark.timeout(600)]
PROFILES = find_profiles({})
PLANS = {
    "D1": pytest.mark.plan("004-043", "004-066", "004-046"),
    "D2": pytest.mark.plan("004-043", "004-067", "004-077"),
    "D3": pytest.mark.plan("004-043", "004-003"),
    "D4": pytest.mark.plan("004-003"),
    "D5": pytest.mark.plan("004-069", "004-049"),
    "D6": pytest.mark.plan("004-010", "004-042"),
    "D7": pytest.mark.plan("004-010", "004-011"),
    "D8": pytest.mark.plan("004-007", "004-042"),
    "D10": pytest.mark.plan("004-010", "004-042"),
    "D19": pytest.mark.plan("004-068"),
}


def _case(name, plans):
    marks = [plans[name]] if name in plans else []
    return pytest.param(name, marks=marks, id=name)


@pytest.mark.parametrize("name", [_case(path.stem, PLANS) for path in drill_paths(PROFILES)])
def test_a_drill_passes_and_leaves_its_evidence_in_its_ledger(name, home, record_property):
    result = run_drill(name, SystemClock(), PROFILES)
    record_property(
        "drill",
        (
            result.drill,
            "skipped" if result.skipped else result.verdict.value,
            result.limit,
            f"{result.market_seconds:.0f}",
            f"{result.seconds:.1f}",
            result.kept_in,
            result.title,
        ),
    )
    if result.skipped:
        pytest.skip(f"{name}: {result.skipped}")
    found = {one.name: (one.verdict.value, one.observed) for one in result.findings}
    assert {name: seen for name, seen in found.items() if seen[0] != "pass"} == {}
    assert result.verdict is Verdict.PASS
    rows = evidence(home / "var" / FOLDER / result.run)
    assert {row[0] for row in rows} == {*load_drill(name, PROFILES).drill.expect, "run"}
    assert {row[1] for row in rows} == {"pass"}
    assert {row[2] for row in rows} == {result.artefact_sha}


def evidence(folder):
    ledger = DuckDbLedger.open(
        runtime(PROFILE, folder).ledger, clock=SystemClock(), base="DOGE", quote="USD"
    )
    try:
        sql = "select step, verdict, artefact_sha from evidence where kind = 'drill'"
        return ledger.cursor().execute(sql).fetchall()
    finally:
        ledger.close()
