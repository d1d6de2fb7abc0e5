"""Walking a runbook: patience at its bound, holding, blocking, evidence, and going on after a crash."""

import json

import msgspec
import pytest

from holdfast.rollout.runbook.journal import Begun, JournalBroken, reopen
from holdfast.rollout.runbook.report import as_json, markdown
from holdfast.rollout.runbook.results import FILE, LEDGER, NOWHERE
from holdfast.rollout.verdicts import NotPassed, Verdict

PASS, FAIL, UNKNOWN, ERROR = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.ERROR
UP = '      - id: up\n        check: {http: "GET {{desk}}/up", expect: {status: 200}}\n'
MODE = (
    "      - id: mode\n"
    '        check: {http: "GET {{desk}}/status", expect: {path: $.mode, eq: RUNNING}}\n'
)
PATIENT = "        retry: {for: 10s, every: 2s}\n"


def bad(times):
    return [(503, {})] * times + [(200, {})]


def test_a_step_without_patience_is_looked_at_once(place, server):
    server.answers["/up"] = bad(1)
    result = place.run(UP)
    assert (result.verdict, result.steps[0].looks, place.seconds()) == (FAIL, 1, 0)


@pytest.mark.parametrize(
    ("times", "verdict", "looks"), [(0, PASS, 1), (4, PASS, 5), (5, PASS, 6), (6, FAIL, 6)]
)
def test_a_step_is_looked_at_until_its_time_is_over(place, server, times, verdict, looks):
    server.answers["/up"] = bad(times)
    result = place.run(UP + PATIENT)
    assert (result.verdict, result.steps[0].looks) == (verdict, looks)
    assert place.seconds() == pytest.approx(2 * (looks - 1))


def test_a_check_has_to_hold_and_is_looked_at_until_the_last_moment(place, server):
    server.answers["/up"] = [(200, {})]
    result = place.run(UP + "        hold_for: 12s\n")
    assert result.verdict is PASS
    assert result.steps[0].looks == 4  # at 0, 5, 10 and 12
    assert place.seconds() == pytest.approx(12)


def test_a_check_that_breaks_while_it_is_held_does_not_pass(place, server):
    server.answers["/up"] = [(200, {}), (200, {}), (503, {})]
    result = place.run(UP + "        hold_for: 12s\n")
    assert (result.verdict, result.steps[0].looks) == (FAIL, 3)


def test_a_hold_begins_anew_after_a_break(place, server):
    server.answers["/up"] = [(200, {}), (503, {}), (200, {})]
    result = place.run(UP + "        retry: {for: 4s, every: 2s}\n        hold_for: 6s\n")
    assert result.verdict is PASS
    assert place.seconds() == pytest.approx(10)  # broken at 2, seen again at 4, held until 10


def test_what_flaps_for_ever_comes_to_an_end(place, server):
    server.answers["/up"] = [(200, {}), (503, {})] * 50
    result = place.run(UP + "        retry: {for: 20s, every: 2s}\n        hold_for: 6s\n")
    assert result.verdict is FAIL
    assert place.seconds() <= 26


def test_after_a_blocking_step_nothing_more_is_looked_at(place, server):
    result = place.run(UP + "        blocking: true\n" + MODE)
    up, mode = result.steps
    assert (up.verdict, mode.verdict, mode.looks) == (FAIL, UNKNOWN, 0)
    assert mode.observed == "not looked at: up did not pass"
    assert [path for path, _ in server.asked] == ["/up"]
    server.answers["/up"] = [(200, {})]
    server.answers["/status"] = [(200, {"mode": "RUNNING"})]
    assert place.run(UP + "        blocking: true\n" + MODE).verdict is PASS


def test_a_step_that_does_not_apply_is_inconclusive_and_waits_for_nothing(place, server):
    server.answers["/status"] = [(200, {"mode": "PAUSED"})]
    server.answers["/up"] = [(200, {})]
    only = (
        '        applies_if: {http: "GET {{desk}}/status", expect: {path: $.mode, eq: RUNNING}}\n'
    )
    result = place.run(UP + only + PATIENT)
    assert (result.verdict, result.steps[0].looks, place.seconds()) == (UNKNOWN, 1, 0)
    assert result.steps[0].observed.startswith("does not apply: ")
    server.answers["/status"] = [(200, {}), (200, {"mode": "RUNNING"})]
    assert place.run(UP + only + PATIENT).verdict is PASS


@pytest.mark.plan("000-035")
def test_every_step_and_the_whole_leave_a_row_of_evidence(place, server):
    server.answers |= {"/up": [(200, {})], "/status": [(200, {"mode": "HALTED"})]}
    result = place.run(UP + MODE)
    assert [row["step"] for row in place.rows] == ["p1/up", "p1/mode", "run"]
    assert [row["verdict"] for row in place.rows] == ["pass", "fail", "fail"]
    assert {row["kind"] for row in place.rows} == {"runbook"}
    assert place.rows[1]["expected"] == "GET {{desk}}/status: $.mode eq RUNNING"
    assert place.rows[1]["observed"] == "status 200; $.mode is HALTED"
    assert [step.stored for step in result.steps] == [LEDGER, LEDGER]
    assert result.evidence_in == "the ledger of the desk"
    with pytest.raises(NotPassed, match="mine came to fail: mode"):
        result.demand_pass()


def test_without_a_desk_the_evidence_is_in_a_file_and_the_report_says_so(place, server):
    place.desk, place.takes = None, False
    result = place.run(UP)
    assert (result.verdict, result.desk_answered) == (UNKNOWN, False)
    assert result.steps[0].stored == FILE
    assert "a file: no desk took it" in markdown(result)
    assert json.loads(as_json(result))["phases"][0]["steps"][0]["verdict"] == "inconclusive"
    lines = place.journal.path.read_bytes().splitlines()
    assert [json.loads(line)["entry"]["verdict"] for line in lines] == ["inconclusive"] * 2


def test_an_artefact_is_kept_under_its_hash_without_the_token(place, server):
    server.answers["/status"] = [(200, {"mode": "RUNNING", "epoch": 7, "other": "x"})]
    keep = "        evidence: {as: after, required: true, keep: [$.epoch]}\n"
    result = place.run(MODE + keep)
    step = result.steps[0]
    assert step.verdict is PASS
    file = place.folder / "evidence" / "artefacts" / f"{step.artefact_sha}.json"
    kept = json.loads(file.read_text())
    assert kept["values"] == {"$.mode": ["RUNNING"], "$.epoch": [7]}
    assert place.rows[0]["artefact_sha"] == step.artefact_sha
    assert "secret-token" not in file.read_text()
    assert "secret-token" not in markdown(result)


def test_a_pass_whose_evidence_cannot_be_kept_is_no_pass(place, server):
    server.answers["/up"] = [(200, {})]
    (place.folder / "evidence").write_text("a file where the folder should be")
    place.takes = False
    result = place.run(UP + "        evidence: {as: up}\n")
    assert (result.verdict, result.steps[0].stored) == (UNKNOWN, NOWHERE)
    assert "nowhere" in result.evidence_in
    place.takes = True
    assert place.run(UP).verdict is PASS  # the ledger has it
    required = place.run(UP + "        evidence: {as: up, required: true}\n")
    assert required.verdict is UNKNOWN
    assert "required evidence" in required.steps[0].observed


def test_a_run_goes_on_where_it_was_left(place, server):
    begun = Begun(run="mine-1", runbook="mine", digest="d", began_at=1, since=None)
    place.journal.write(begun)
    server.answers |= {"/up": [(200, {})], "/status": [(200, {"mode": "HALTED"})]}
    place.run(UP + MODE)
    with place.journal.path.open("ab") as stream:
        stream.write(b'{"previous": "torn')
    journal, told, steps = reopen(place.journal.path)
    assert told == begun
    assert [step.verdict for step in steps] == [PASS, FAIL]
    place.journal = journal
    server.answers["/status"] = [(200, {"mode": "RUNNING"})]
    server.asked.clear()
    result = place.run(UP + MODE, [step for step in steps if step.verdict is PASS])
    assert result.verdict is PASS
    assert [path for path, _ in server.asked] == ["/status"]
    assert [step.resumed for step in result.steps] == [True, False]
    assert len(reopen(journal.path)[2]) == 3


@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_journal_that_was_changed_is_not_gone_on_with(place, server, line):
    place.journal.write(Begun(run="mine-1", runbook="mine", digest="d", began_at=1, since=None))
    server.answers |= {"/up": [(200, {})], "/status": [(200, {"mode": "RUNNING"})]}
    place.run(UP + MODE)
    lines = place.journal.path.read_bytes().splitlines(keepends=True)
    kept = [each for number, each in enumerate(lines) if number != line]
    place.journal.path.write_bytes(b"".join(kept))
    with pytest.raises(JournalBroken):
        reopen(place.journal.path)


def test_a_run_nobody_made_cannot_be_gone_on_with(tmp_path):
    with pytest.raises(JournalBroken, match="there is no run mine-9"):
        reopen(tmp_path / "mine-9.jsonl")


def test_a_report_shows_foreign_text_as_text(place, server):
    server.answers["/status"] = [(200, {"mode": "<b>|x|</b>\n# no heading"})]
    page = markdown(place.run(MODE))
    assert "<b>" not in page
    (row,) = [line for line in page.splitlines() if line.startswith("| mode")]
    assert row.replace("\\|", "").count("|") == 8


def test_what_a_run_came_to_survives_being_written_and_read(place, server):
    result = place.run(UP)
    again = msgspec.convert(msgspec.to_builtins(result), type(result))
    assert again == result
