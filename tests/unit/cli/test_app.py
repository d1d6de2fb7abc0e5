"""The command line as a whole: every command is found, faults are one line and an exit code."""

import os
import subprocess
import sys

import pytest
import typer
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
    ("words", "code"),
    [
        (["lint", "--profiles", "nowhere"], 2),
        (["desk", "run", "--no-orchestrator", "--profile", "no-such"], 2),
        (["no-such-command"], 2),
        (["status", "--profile", "no-such"], 2),
    ],
)
def test_a_fault_in_what_was_asked_is_exit_code_two_and_no_traceback(
    words: list[str], code: int, tmp_path: object
) -> None:
    environ = {**os.environ, "HOLDFAST_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "holdfast", *words],
        capture_output=True,
        text=True,
        check=False,
        env=environ,
        timeout=120,
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
