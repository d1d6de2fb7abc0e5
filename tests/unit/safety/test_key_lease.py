"""One desk per key: the kernel holds the lease, and a dead desk holds nothing."""

import os
import signal
import subprocess
import sys

import pytest

from holdfast.domain.errors import HoldfastError
from holdfast.safety.key_lease import KeyHeld, KeyLease

ONE, TWO = "1a2b3c4d", "5e6f7a8b"
HOLD = """
import sys, time
from pathlib import Path
from holdfast.safety.key_lease import KeyLease
lease = KeyLease(Path(sys.argv[1]), sys.argv[2], "other")
print("held", flush=True)
time.sleep(120)
"""


def test_a_key_is_one_desks_until_it_lets_go(tmp_path):
    with KeyLease(tmp_path / "locks", ONE, "first") as lease:
        assert lease.fingerprint == ONE
        with pytest.raises(KeyHeld, match=f"pid {os.getpid()}, first") as caught:
            KeyLease(tmp_path / "locks", ONE, "second")
        assert isinstance(caught.value, HoldfastError)
        KeyLease(tmp_path / "locks", TWO, "second").release()
    KeyLease(tmp_path / "locks", ONE, "second").release()


def test_the_lease_of_a_killed_process_is_free(tmp_path):
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "locks"), ONE], stdout=subprocess.PIPE
    )
    try:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(KeyHeld, match=f"pid {other.pid}, other"):
            KeyLease(tmp_path / "locks", ONE, "mine")
    finally:
        other.send_signal(signal.SIGKILL)
        other.wait(30)
        other.stdout.close()
    with KeyLease(tmp_path / "locks", ONE, "mine") as lease:
        assert lease.fingerprint == ONE


def test_a_lease_moves_to_another_key_and_the_old_one_is_free(tmp_path):
    with KeyLease(tmp_path, ONE, "first") as lease:
        lease.move(TWO)
        assert lease.fingerprint == TWO
        lease.move(TWO)
        with pytest.raises(KeyHeld):
            KeyLease(tmp_path, TWO, "second")
        KeyLease(tmp_path, ONE, "second").release()


def test_a_lease_that_cannot_move_stays_where_it_was(tmp_path):
    with KeyLease(tmp_path, ONE, "first") as lease, KeyLease(tmp_path, TWO, "second"):
        with pytest.raises(KeyHeld):
            lease.move(TWO)
        assert lease.fingerprint == ONE
        with pytest.raises(KeyHeld):
            KeyLease(tmp_path, ONE, "third")


@pytest.mark.parametrize("name", ["TEST_ONLY_a_whole_key", "../x", "", "1A2B3C4D"])
def test_a_lease_is_never_named_after_a_key(tmp_path, name):
    with pytest.raises(ValueError, match="never by a key"):
        KeyLease(tmp_path, name, "first")
    assert list(tmp_path.iterdir()) == []


def test_the_files_of_leases_are_private(tmp_path):
    with KeyLease(tmp_path / "locks", ONE, "first"):
        found = [path.stat().st_mode & 0o777 for path in (tmp_path / "locks").iterdir()]
        assert (tmp_path / "locks").stat().st_mode & 0o777 == 0o700
        assert found == [0o600]
