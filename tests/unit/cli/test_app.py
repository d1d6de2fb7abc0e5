"""The command line as a whole: every command is found, faults are one line and an exit code."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from command_line import Done, call
from typer.core import TyperGroup

from holdfast.cli.app import FAMILIES, application


def _commands(command: str = "") -> set[str]:
    group = typer.main.get_command(application(command))
    assert isinstance(group, TyperGroup)
    return set(group.commands)


def test_every_command_is_listed_with_its_family() -> None:
    listed = [command for commands in FAMILIES.values() for command in commands]
    assert len(set(listed)) == len(listed)
    assert _commands() == set(listed)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_one_family_alone_brings_just_its_commands(family: str) -> None:
    assert _commands(FAMILIES[family][0]) == set(FAMILIES[family])


@pytest.mark.parametrize(
    "words",
    [
        ["lint", "--profiles", "nowhere"],
        ["no-such-command"],
        ["status", "--profile", "no-such"],
    ],
)
def test_a_fault_in_what_was_asked_is_exit_code_two_and_no_traceback(
    words: list[str], tmp_path: Path
) -> None:
    environ = {**os.environ, "HOLDFAST_HOME": str(tmp_path)}
    assert_refused(call(*words, environ=environ, folder=tmp_path))


def test_a_process_ends_with_that_exit_code_too(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "holdfast", "desk", "run", "--no-orchestrator", "--profile", "no"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HOLDFAST_HOME": str(tmp_path)},
        timeout=120,
    )
    assert_refused(done)


def assert_refused(done: Done | subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
