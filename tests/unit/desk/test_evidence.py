"""Evidence of drills and runbooks reaches the ledger through the control API, or is refused whole."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from small_desk import House

from holdfast.desk.control.client import ControlClient
from holdfast.rollout.verdicts import Verdict

ROW = {
    "kind": "runbook",
    "name": "immediate",
    "run": "immediate-1",
    "step": "p3/running",
    "verdict": "pass",
    "expected": "$.mode eq RUNNING",
    "observed": "$.mode is RUNNING",
    "artefact_sha": "ab" * 32,
}


@pytest.fixture(scope="module")
def house():
    return House(slots=1, candles=4_000).ticks(5)


@pytest.fixture(scope="module")
def client(house, tmp_path_factory):
    folder = tmp_path_factory.mktemp("evidence")
    with house.served(folder):
        yield ControlClient(folder / "control.json", "verify")


def send(client, **changed):
    row = {**ROW, **changed}
    return client.post("/api/evidence", {key: value for key, value in row.items() if value != ...})


@pytest.mark.plan("003-087")
@pytest.mark.parametrize("verdict", [*(verdict.value for verdict in Verdict), "none"])
def test_evidence_is_noted_as_it_was_sent(house, client, verdict):
    assert send(client, verdict=verdict).ok
    note = house.notes("EvidenceNoted")[-1]
    assert {name: getattr(note, name) for name in ROW} == {**ROW, "verdict": verdict}


def test_an_artefact_may_be_missing(house, client):
    assert send(client, artefact_sha=..., kind="drill").ok
    assert house.notes("EvidenceNoted")[-1].artefact_sha == ""


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "rumour"},
        {"verdict": "passed"},
        {"verdict": "PASS"},
        {"verdict": ""},
        {"verdict": ...},
        {"step": ...},
        {"step": ""},
        {"run": ""},
        {"name": ""},
        {"observed": 5},
        {"observed": None},
        {"observed": "two\nlines"},
        {"observed": "x" * 1001},
        {"expected": "x" * 1001},
        {"step": "x" * 161},
        {"artefact_sha": "x" * 65},
        {"at": "now"},
    ],
)
def test_what_is_no_evidence_is_refused_and_writes_nothing(house, client, changed):
    before = len(house.notes("EvidenceNoted"))
    answer = send(client, **changed)
    assert answer.code == 400, answer.message
    assert len(house.notes("EvidenceNoted")) == before


@pytest.mark.parametrize("length", [0, 1, 999, 1000])
def test_a_text_may_be_so_long(house, client, length):
    assert send(client, observed="x" * length).ok
    assert house.notes("EvidenceNoted")[-1].observed == "x" * length
