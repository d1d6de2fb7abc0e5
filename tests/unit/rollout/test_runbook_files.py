"""Runbook files: the shipped ones are good, and a bad one is refused with file, line and key."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from holdfast.config.errors import ConfigError
from holdfast.rollout.runbook.load import load_runbook, runbook_paths
from holdfast.rollout.runbook.run import explain
from holdfast.rollout.runbook.schema import runbook_schema

ROOT = Path(__file__).parents[3]
PROFILES = ROOT / "profiles"
CLEARED = "Snapshot restored transient HALTED state (signal 15); clearing to INIT for startup"
GOOD = """\
runbook: mine
title: Mine
phases:
  - id: p1
    steps:
      - id: one
        check: {http: "GET {{desk}}/healthz", expect: {status: 200}}
        retry: {for: 1m, every: 5s}
      - id: two
        check: {log: {contains: hello}}
        evidence: {as: line}
      - id: three
        check: {restarts: {since: deploy}, expect: {number: {le: 1}}}
"""


def load(folder, text, name="mine"):
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return load_runbook(str(path), PROFILES)


def test_the_text_the_others_are_made_of_is_good(tmp_path):
    book = load(tmp_path, GOOD).book
    assert [step.id for step in book.phases[0].steps] == ["one", "two", "three"]
    assert book.phases[0].steps[0].retry.for_ == 60.0


HOSTILE = [
    ("title: Mine\n", "", 1, "title", "is missing"),
    ("title: Mine", "title: 5", 2, "title", "must be text"),
    ("title: Mine", "title: Mine\ntitle: Again", 3, "title", "stands twice"),
    ("title: Mine", "title: Mine\nfazes: []", 3, "fazes", "not a known key"),
    ("runbook: mine", "runbook: other", 1, "runbook", "not the file's name"),
    ("runbook: mine", "runbook: Mine", 1, "runbook", "small letters"),
    ("id: two", "id: one", 9, "id", "stands twice"),
    ("id: two", "id: p1", 9, "id", "stands twice"),
    ("status: 200", "status: 99", 7, "status", "greater than or equal to 100"),
    ("status: 200", "status: 600", 7, "status", "less than or equal to 599"),
    ("status: 200", 'status: "200"', 7, "status", "whole number"),
    ("{status: 200}", "{}", 7, "check", "http expects"),
    (", expect: {status: 200}", "", 7, "check", "expect is missing"),
    ("{status: 200}", "{path: $.a}", 7, "expect", "a path needs"),
    ("{status: 200}", "{eq: 3}", 7, "expect", "a path needs"),
    ("{status: 200}", "{all: []}", 7, "all", "an empty list"),
    ("{status: 200}", "{all: [{path: $.a}]}", 7, "all.0", "compares nothing"),
    ("{status: 200}", "{path: a.b, eq: 1}", 7, "path", "starts with $"),
    ("{status: 200}", '{path: "$..b", eq: 1}', 7, "path", "not understood from character 2"),
    ("{status: 200}", '{path: $.a, matches: "("}', 7, "matches", "not a regular expression"),
    ("{status: 200}", '{path: $.a, gt: "1"}', 7, "gt", "must be a number"),
    ("{status: 200}", "{path: $.a, gt: true}", 7, "gt", "must be a number"),
    ("{status: 200}", "{path: $.a, gt: .nan}", 7, "gt", "must be a number"),
    ("{status: 200}", "{path: $.a, one_of: []}", 7, "one_of", "an empty list"),
    ("{status: 200}", "{path: $.a, one_of: [{like: b}]}", 7, "one_of.0", "plain value or"),
    ("{status: 200}", "{path: $.a, exists: 1}", 7, "exists", "true or false"),
    ("GET {{desk}}/healthz", "POST {{desk}}/api/action", 7, "http", "GET or HEAD"),
    ("GET {{desk}}/healthz", "GET {{desk}}", 7, "http", "GET or HEAD"),
    ("GET {{desk}}/healthz", "GET {{host}}/x", 7, "http", "knows no {{host}}"),
    ("GET {{desk}}/healthz", "GET http://user:pw@localhost/", 7, "http", "no user"),
    ("GET {{desk}}/healthz", "GET http://localhost:0/", 7, "http", "good port"),
    ("GET {{desk}}/healthz", "GET http://localhost:99999/", 7, "http", "ort"),
    ("GET {{desk}}/healthz", "GET http://[::1/", 7, "http", "IPv6"),
    ("GET {{desk}}/healthz", "GET http://127.0.0.1.example.com/", 7, "http", "not this machine"),
    ("GET {{desk}}/healthz", "GET file:///etc/passwd", 7, "http", "GET or HEAD"),
    ("for: 1m", "for: 60", 8, "retry.for", "and its unit"),
    ("for: 1m", "for: 0s", 8, "retry.for", "and its unit"),
    ("for: 1m", "for: -1s", 8, "retry.for", "and its unit"),
    ("for: 1m", "for: 1.5h", 8, "retry.for", "and its unit"),
    ("for: 1m", "for: 25h", 8, "retry.for", "at most 1d"),
    ("for: 1m", "for: 1m, until: x", 8, "retry.until", "not a known key"),
    (", every: 5s", "", 8, "retry.every", "is missing"),
    ("retry: {for: 1m, every: 5s}", "retry: 5s", 8, "retry", "must be a mapping"),
    ("retry:", "hold_for: 1\n        retry:", 8, "hold_for", "and its unit"),
    ("{contains: hello}", "{}", 10, "log", "either contains or matches"),
    ("{contains: hello}", "{contains: a, matches: b}", 10, "log", "either contains or matches"),
    ("{contains: hello}", "{contains: a, file: ../x}", 10, "log.file", "'desk'"),
    ("{contains: hello}", "{contains: a, since: ever}", 10, "log.since", "'deploy' or 'run'"),
    ("{log: {contains: hello}}", "{log: {contains: a}, expect: {}}", 10, "check", "take expect"),
    ("{log: {contains: hello}}", "{}", 10, "check", "looks at one thing"),
    ("{log: {contains: hello}}", "{cmd: rm}", 10, "check.cmd", "not a known key"),
    ("{log: {contains: hello}}", "{log: {contains: a}, timeout: 1s}", 10, "check", "timeout"),
    ("evidence: {as: line}", "evidence: {}", 11, "evidence.as", "is missing"),
    ("evidence: {as: line}", "evidence: {as: ../x}", 11, "evidence.as", "small letters"),
    ("evidence: {as: line}", "evidence: {as: line, keep: [x]}", 11, "keep.0", "starts with $"),
    ("number: {le: 1}", "number: {}", 13, "number", "compares nothing"),
    ("{number: {le: 1}}", "{status: 200}", 13, "check", "restarts expects"),
    ("{number: {le: 1}}", "{number: {le: 1}, status: 200}", 13, "check", "restarts expects"),
    ("phases:\n", "phases: &a\n", 3, "phases", "anchor"),
    ("title: Mine", "title: !x Mine", 2, "title", "a tag"),
    ("title: Mine", "title: {a: b", 3, "", "not valid YAML"),
]


@pytest.mark.parametrize(("old", "new", "line", "key", "said"), HOSTILE)
def test_a_bad_runbook_is_refused_by_file_line_and_key(tmp_path, old, new, line, key, said):
    assert old in GOOD
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, GOOD.replace(old, new, 1))
    fault = refused.value
    assert fault.file.endswith("/mine.yaml")
    assert fault.line == line, str(fault)
    assert fault.key.endswith(key) or key in fault.key, str(fault)
    assert said in str(fault)
    assert "\n" not in str(fault)
    assert list(tmp_path.iterdir()) == [tmp_path / "mine.yaml"]


@pytest.mark.parametrize("text", ["", "[]", "5", "runbook: mine\nphases: []\ntitle: x\n", "\x00"])
def test_a_file_without_phases_is_refused(tmp_path, text):
    with pytest.raises(ConfigError, match=r"mine\.yaml"):
        load(tmp_path, text)


def test_two_steps_do_not_keep_evidence_under_one_name(tmp_path):
    text = GOOD.replace("every: 5s}", "every: 5s}\n        evidence: {as: line}")
    with pytest.raises(ConfigError, match="'line' stands twice") as refused:
        load(tmp_path, text)
    assert refused.value.line == 12


def test_another_host_may_be_asked_once_it_is_listed(tmp_path):
    text = GOOD.replace("{{desk}}/healthz", "https://status.example.com/x")
    with pytest.raises(ConfigError, match="list it under hosts"):
        load(tmp_path, text)
    listed = text.replace("title: Mine", "title: Mine\nhosts: [status.example.com]")
    assert load(tmp_path, listed).book.hosts == ("status.example.com",)


def test_an_unknown_name_says_which_runbooks_there_are():
    with pytest.raises(ConfigError, match=r"allowed: .*immediate"):
        load_runbook("imediate", PROFILES)


@pytest.mark.parametrize("path", runbook_paths(PROFILES), ids=lambda path: path.stem)
def test_every_shipped_runbook_is_good_explains_itself_and_fits_the_schema(path):
    loaded = load_runbook(path.stem, PROFILES)
    told = explain(loaded.book)
    assert len(told) == sum(len(phase.steps) for phase in loaded.book.phases)
    jsonschema.validate(yaml.safe_load(path.read_text()), json.loads(runbook_schema()))
    first, modeline = path.read_text().splitlines()[0], "$schema=../schema/runbook.json"
    assert modeline in first


def test_the_schema_is_fresh_and_refuses_what_the_model_refuses():
    shipped = PROFILES / "schema" / "runbook.json"
    assert shipped.read_text(encoding="utf-8") == runbook_schema()
    schema = json.loads(runbook_schema())
    good = yaml.safe_load(GOOD)
    jsonschema.validate(good, schema)
    for change in ({"fazes": []}, {"phases": []}, {"runbook": "Mine"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**good, **change}, schema)


def test_the_line_a_person_looks_for_is_the_one_the_runbook_looks_for():

    steps = [
        step for phase in load_runbook("immediate", PROFILES).book.phases for step in phase.steps
    ]
    (wanted,) = [step.check.log for step in steps if step.check.log is not None]
    assert re.search(wanted.matches, f"2026-11-20 12:00:00 [info     ] {CLEARED}")
    assert not re.search(wanted.matches, CLEARED.replace("signal 15", "process exit"))
