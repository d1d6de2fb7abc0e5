"""`holdfast verify`: what cannot be asked is one line and exit code 2; explaining looks at nothing."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from holdfast.cli.app import USAGE, application, exit_code_of
from holdfast.domain.errors import HoldfastError

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def run(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "profiles", tmp_path / "profiles")
    monkeypatch.setenv("HOLDFAST_HOME", str(tmp_path))
    monkeypatch.setenv("HOLDFAST_PROFILES", str(tmp_path / "profiles"))
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(application("verify"), ["verify", *words])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nothing",), "no such runbook"),
        (("../tracks/sticky",), "no such runbook"),
        (("absent.yaml",), "absent.yaml: no such file"),
        (("immediate", "--since", "noon"), "is no time"),
        (("immediate", "--since", "0001-01-01"), "is no time"),
        (("immediate", "--since", "2999-01-01"), "--since: is in the future"),
        (("immediate", "--resume", "../x"), "resumed by its id"),
        (("immediate", "--resume", "x", "--since", "2026-01-01"), "keeps its time"),
        (("immediate", "--resume", "immediate-1"), "there is no run immediate-1"),
        (("immediate", "--profile", "absent"), "absent"),
        (("immediate", "--report", "no/where.md"), "no such folder"),
        (("bad.yaml",), "bad.yaml:3:1: fazes: is not a known key"),
    ],
)
def test_what_cannot_be_asked_is_one_line_and_exit_code_2(run, tmp_path, words, said):
    (tmp_path / "bad.yaml").write_text("runbook: bad\ntitle: x\nfazes: []\nphases: []\n")
    done = run(*words)
    assert isinstance(done.exception, HoldfastError)
    assert exit_code_of(done.exception) == USAGE
    assert said in str(done.exception)
    assert "\n" not in str(done.exception)
    assert done.stdout == ""
    assert not (tmp_path / "var").exists()


def test_explaining_names_every_step_and_looks_at_nothing(run, tmp_path):
    done = run("immediate", "--explain")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0].startswith("1. p2/reachable: GET {{desk}}/healthz: status 200")
    assert len(lines) == 10
    assert not (tmp_path / "var").exists()
