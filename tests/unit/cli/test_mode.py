"""Modes and stops from the command line, with no desk running."""

import json
import os
import socket
import subprocess
import sys
import time

import pytest
from typer.testing import CliRunner

from holdfast.cli.app import application
from holdfast.safety.kill import Latch, StopFiles
from holdfast.safety.mode_record import parse

PAGE = """
env: paper
venue: paper
symbol: DOGE/USD
runtime: shared
settings:
  execution_mode: {most}
"""
WHO = ("--reason", "go 12", "--actor", "ada")


@pytest.fixture
def profiles(home, monkeypatch):
    folder = home / "profiles"
    folder.mkdir()
    (folder / "canary.yaml").write_text(PAGE.format(most="CANARY_LIVE"), "utf-8")
    (folder / "quiet.yaml").write_text(PAGE.format(most="DRY"), "utf-8")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    redis = f"  mode_store: redis\n  mode_store_url: redis://127.0.0.1:{port}/0\n"
    (folder / "remote.yaml").write_text(PAGE.format(most="LIVE") + redis, "utf-8")
    monkeypatch.setenv("HOLDFAST_PROFILES", str(folder))
    return folder


@pytest.fixture
def place(home, profiles):
    return home / "var" / "shared"


def run(*words, profile="canary", answer=""):
    done = CliRunner().invoke(application(words[0]), [*words, "--profile", profile], input=answer)
    return done.exit_code, done.output


def asked(place):
    return parse((place / "mode.json").read_bytes())


def test_live_writes_a_record_for_this_profile_and_its_environment(place):
    code, told = run("mode", "live", *WHO, "--for", "20m", "--yes")
    kept = asked(place)
    assert (code, kept.requested, kept.epoch, kept.env) == (0, "LIVE", 1, "paper")
    assert (kept.actor, kept.reason, len(kept.profile_sha)) == ("ada", "go 12", 64)
    assert (kept.expires_at - kept.issued_at).total_seconds() == 1200
    assert "requested: LIVE until" in told


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 130), ("\n", 130)])
def test_live_asks_the_operator_first(place, answer, code):
    done, told = run("mode", "live", *WHO, answer=answer)
    assert done == code
    assert "Go LIVE?" in told
    assert (place / "mode.json").exists() == (code == 0)


@pytest.mark.parametrize(
    ("words", "profile", "code", "why"),
    [
        (("mode", "live", *WHO, "--yes"), "quiet", 3, "highest mode of profile quiet is DRY"),
        (("mode", "live", *WHO, "--yes", "--for", "59s"), "canary", 3, "60 to 86400"),
        (("mode", "live", *WHO, "--yes", "--for", "25h"), "canary", 3, "60 to 86400"),
        (("mode", "live", *WHO, "--yes", "--for", "0m"), "canary", 2, "not a length of time"),
        (("mode", "live", *WHO, "--yes", "--for", "soon"), "canary", 2, "not a length of time"),
        (("mode", "live", "--reason", "x", "--yes"), "canary", 2, "--actor"),
        (("mode", "clear", "--actor", "ada"), "canary", 2, "--reason"),
        (("resume", *WHO, "--yes"), "canary", 3, "nothing is stopped"),
        (("mode", "live", *WHO, "--yes"), "nobody", 2, "no such profile"),
        (("mode", "limit", "XX", *WHO), "canary", 2, "allowed: HALT, DRY"),
        (("mode", "live", *WHO, "--yes"), "remote", 5, "did not answer"),
        (("mode", "dry"), "remote", 5, "did not answer"),
        (("kill",), "nobody", 2, "no profile nobody"),
    ],
)
def test_what_cannot_be_is_one_line_a_code_and_nothing_written(place, words, profile, code, why):
    if words[0] == "kill":
        done = subprocess.run(
            [sys.executable, "-m", "holdfast", *words, "--profile", profile],
            capture_output=True, text=True, check=False, env=os.environ.copy(),
        )  # fmt: skip
        found = (done.returncode, done.stderr)
    else:
        found = run(*words, profile=profile)
    assert found[0] == code, found[1]
    assert why in " ".join(found[1].split())
    assert not (place / "mode.json").exists()
    assert not (place / "KILL").exists()


def test_stopping_and_coming_back(place):
    assert run("mode", "live", *WHO, "--yes")[0] == 0
    assert run("mode", "estop", "--reason", "odd fills")[0] == 0
    assert (asked(place).estop, asked(place).requested, asked(place).epoch) == (True, "DRY", 2)
    assert run("mode", "live", *WHO, "--yes")[0] == 3
    StopFiles(place).latch(Latch(source="store", reason="", at=0, epoch=2))
    assert run("resume", *WHO, "--yes")[0] == 3
    assert run("mode", "clear", *WHO)[0] == 0
    code, told = run("resume", *WHO, "--yes")
    assert (code, "epoch 3" in told) == (0, True)
    assert StopFiles(place).resumed().epoch == 3


def test_dry_needs_no_reason_and_nobody_is_asked(place):
    assert run("mode", "live", *WHO, "--yes")[0] == 0
    code, told = run("mode", "dry", "--json")
    assert (code, json.loads(told)["requested"], asked(place).epoch) == (0, "DRY", 2)


@pytest.mark.plan("004-069")
def test_a_kill_needs_no_store_no_desk_and_no_sound_profile(profiles, place):
    (profiles / "canary.yaml").write_text(PAGE.format(most="NONSENSE") + "  what: 1\n", "utf-8")
    began = time.perf_counter()
    code, told = run("kill", "--reason", "odd fills")
    assert (code, "stopped by KILL" in told) == (0, True)
    assert (place / "KILL").read_text() == "odd fills\n"
    assert time.perf_counter() - began < 30, "figures of time are asserted in the bench"


def test_a_kill_finds_the_folder_of_a_profile_that_is_gone(home, profiles):
    (home / "var" / "old").mkdir(parents=True)
    assert run("kill", profile="old")[0] == 0
    assert (home / "var" / "old" / "KILL").exists()


def test_where_the_store_is_silent_a_stop_is_local_and_says_so(place):
    code, told = run("mode", "estop", "--reason", "odd fills", profile="remote")
    assert (code, "only this desk is stopped" in told) == (4, True)
    assert (place / "KILL").exists()


def test_show_tells_record_stops_and_the_running_desk(place):
    assert run("mode", "live", *WHO, "--yes")[0] == 0
    run("kill", "--reason", "x")
    StopFiles(place).latch(Latch(source="kill_file", reason="", at=0, epoch=1))
    (place / "published").mkdir()
    status = {"execution": {"effective": "HALT", "state": "ESTOP", "streak": 0}}
    (place / "published" / "status.json").write_text(json.dumps(status))
    code, told = run("mode", "show")
    assert code == 0
    for each in ("LIVE", "ada: go 12", "the kill file and kill_file (epoch 1)", "ESTOP", "HALT"):
        assert each in told
    found = json.loads(run("mode", "show", "--json")[1])
    assert (found["record"]["epoch"], found["killed"], found["desk"]["state"]) == (1, True, "ESTOP")


def test_show_tells_of_a_silent_store_and_of_a_damaged_record(place):
    code, told = run("mode", "show", profile="remote")
    assert (code, "did not answer" in told) == (5, True)
    place.mkdir(parents=True)
    (place / "mode.json").write_bytes(b'{"mode": "LIVE"}')
    code, told = run("mode", "show")
    assert (code, "rejected whole" in told) == (0, True)


def test_a_limit_is_kept_beside_the_record_and_taken_away(place):
    assert run("mode", "limit", "DRY", *WHO, "--for", "2h")[0] == 0
    kept = json.loads((place / "mode.override").read_bytes())
    assert (kept["at_most"], kept["actor"], kept["reason"]) == ("DRY", "ada", "go 12")
    assert run("mode", "limit", "DRY", *WHO, "--for", "25h")[0] == 2
    assert run("mode", "limit", "LIVE", *WHO)[0] == 0
    assert not (place / "mode.override").exists()


def test_a_record_written_behind_our_back_is_told_of(place, monkeypatch):
    assert run("mode", "live", *WHO, "--yes")[0] == 0
    from holdfast.safety.mode_store_file import FileModeStore

    real = FileModeStore.read
    seen = []

    def read(store):
        raw = real(store)
        seen.append(raw)
        if len(seen) == 1:
            store.path.write_bytes(raw.replace(b'"epoch":1', b'"epoch":5'))
        return raw

    monkeypatch.setattr(FileModeStore, "read", read)
    code, told = run("mode", "live", *WHO, "--yes")
    assert (code, "epoch 5 is there, not 1" in told) == (4, True)
