"""A desk's process leaves no core, tells where it crashed, and keeps its state to its owner."""

import os
import signal
import subprocess
import sys

import pytest

from holdfast.ledger.paths import runtime
from holdfast.safety.hardening import StateExposed, verify_private

HARDEN = """
import faulthandler, os, resource, sys
from pathlib import Path
from holdfast.safety.hardening import harden_process
resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
harden_process()
harden_process()
Path(sys.argv[1]).write_text("x")
os.mkdir(sys.argv[1] + ".d")
print(resource.getrlimit(resource.RLIMIT_CORE), faulthandler.is_enabled(), flush=True)
"""
CRASH = HARDEN + "\nimport ctypes\nsecret = 'TEST_' + 'ONLY_crash'\nctypes.string_at(0)\n"


def run(code, path):
    return subprocess.run(
        [sys.executable, "-c", code, str(path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_core_dumps_are_off_faulthandler_on_and_new_files_private(tmp_path):
    done = run(HARDEN, tmp_path / "file")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "(0, 0) True\n"
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "file.d").stat().st_mode & 0o777 == 0o700


def test_a_crash_says_where_and_shows_no_value(tmp_path):
    done = run(CRASH, tmp_path / "file")
    assert done.returncode == -signal.SIGSEGV
    assert "Segmentation fault" in done.stderr
    assert "TEST_ONLY_crash" not in done.stderr
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("core")]


@pytest.fixture
def place(tmp_path):
    made = runtime("paper", tmp_path).make()
    made.lock.write_text("1")
    made.lock.chmod(0o600)
    return made


def test_what_a_runtime_makes_is_private(place):
    assert verify_private(place.folder) is None


def test_a_runtime_that_is_not_there_yet_is_nothing_to_refuse(tmp_path):
    assert verify_private(tmp_path / "none") is None


@pytest.mark.parametrize("bit", [0o001, 0o002, 0o004, 0o010, 0o020, 0o040])
def test_one_bit_for_others_on_a_file_or_a_folder_refuses(place, bit):
    for path in (place.lock, place.snapshots, place.folder):
        before = path.stat().st_mode
        path.chmod(before | bit)
        with pytest.raises(StateExposed, match="do: chmod -R go= ") as caught:
            verify_private(place.folder)
        assert f"has mode {(before | bit) & 0o777:04o}" in str(caught.value)
        path.chmod(before)
    assert verify_private(place.folder) is None


def test_many_faults_are_told_in_one_line_with_their_number(place):
    for number in range(7):
        path = place.logs / f"{number}.log"
        path.write_text("x")
        path.chmod(0o644)
    with pytest.raises(StateExposed, match="and 2 more") as caught:
        verify_private(place.folder)
    assert "\n" not in str(caught.value)


def test_a_file_of_another_user_refuses(place):
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    os.chown(place.lock, 12345, -1)
    with pytest.raises(StateExposed, match=r"desk\.lock belongs to user 12345"):
        verify_private(place.folder)
