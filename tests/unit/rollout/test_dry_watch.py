"""`verify dry-watch`: an unbroken day in DRY within two, by a clock that moves only when told."""

import copy
from pathlib import Path

import pytest

from holdfast.rollout.runbook.evidence import Keeper
from holdfast.rollout.runbook.load import load_runbook
from holdfast.rollout.runbook.run import run
from holdfast.rollout.verdicts import Verdict

ROOT = Path(__file__).parents[3]
HOUR = 3600
WELL = {
    "epoch": 1,
    "mode": "RUNNING",
    "price_age_sec": 3,
    "anomalies": 0,
    "execution": {"state": "DRY", "estop_active": False, "changes": []},
    "exchange": {
        "entries": 0,
        "unknown": 0,
        "errors_in_a_row": 0,
        "reconcile": {"agreed": True},
    },
}


def but(**changes):
    """Say how the desk stands otherwise; `a__b` is b of a."""
    told = copy.deepcopy(WELL)
    for name, value in changes.items():
        *way, last = name.split("__")
        part = told
        for step in way:
            part = part[step]
        part[last] = value
    return told


@pytest.fixture
def watch(place, server, tmp_path):
    """Watch, at a look an hour; `looks` are what the status says at each of them, the last one stays."""
    text = (ROOT / "profiles" / "runbooks" / "dry-watch.yaml").read_text(encoding="utf-8")
    path = tmp_path / "dry-watch.yaml"
    path.write_text(text.replace("every: 1m}", "every: 1h}"), encoding="utf-8")
    place.publish((-60, None, ""))

    def walk(*looks, first=WELL):
        server.answers["/healthz"] = server.answers["/readyz"] = [(200, {})]
        server.answers["/api/status"] = [(200, look) for look in (first, *looks, WELL)]
        keeper = Keeper(place.journal, place._send, run="dry-1", runbook="dry-watch")
        loaded = load_runbook(str(path), tmp_path)
        return run(loaded, place.around(), keeper, "dry-1", passed={})

    return walk


def verdicts(result):
    return {step.step: step.verdict for step in result.steps}


def test_a_day_in_which_nothing_happens_passes_and_leaves_its_evidence(watch, place):
    result = watch()
    assert result.verdict is Verdict.PASS, [step.observed for step in result.steps]
    assert place.seconds() == pytest.approx(24 * HOUR)
    kept = {row["step"]: row["artefact_sha"] for row in place.rows}
    assert all(kept[step] for step in ("before/dry", "watch/a-day", "after/no-restart"))
    assert result.evidence_in == "the ledger of the desk"


def test_a_watch_that_breaks_begins_again_and_is_over_after_two_days(watch, place):
    result = watch(*[WELL] * 10, but(exchange__reconcile__agreed=False))
    assert result.verdict is Verdict.PASS
    assert 24 * HOUR < place.seconds() <= 48 * HOUR


@pytest.mark.parametrize(
    "bad",
    [
        but(mode="PAUSED"),
        but(execution__state="ARMING"),
        but(execution__estop_active=True),
        but(exchange__entries=1),
        but(exchange__unknown=1),
        but(exchange__errors_in_a_row=11),
        but(price_age_sec=300),
        but(price_age_sec=None),
        but(anomalies=1),
    ],
)
def test_what_does_not_come_right_within_the_first_day_fails(watch, place, bad):
    result = watch(*[bad] * 40)
    assert verdicts(result)["a-day"] is not Verdict.PASS
    assert place.seconds() < 25 * HOUR


@pytest.mark.parametrize("state", ["LIVE", "ARMING", "DRAIN"])
def test_a_desk_that_is_not_in_dry_is_not_watched_at_all(watch, place, state):
    result = watch(*[but(execution__state=state)] * 30, first=but(execution__state=state))
    assert verdicts(result)["dry"] is Verdict.FAIL
    assert [step.looks for step in result.steps[2:]] == [0] * 4
    assert place.seconds() == pytest.approx(60)


def test_a_change_to_live_between_two_looks_is_seen_afterwards(watch):
    change = {"before": "ARMING", "after": "LIVE", "cause": "armed", "count": 1}
    result = watch(*[WELL] * 24, *[but(execution__changes=[change])] * 200)
    assert verdicts(result)["a-day"] is Verdict.PASS
    assert verdicts(result)["never-live"] is Verdict.FAIL
