import os
import stat
import subprocess
import sys
from pathlib import Path

import msgspec

from holdfast.supervise.record import (
    Claim,
    Process,
    Record,
    describe,
    is_same,
    read_records,
    stop_leftovers,
    write_record,
)

SLEEPER = [sys.executable, "-S", "-c", "import time; time.sleep(60)"]


def record(*children: Process, runtime: str = "paper") -> Record:
    return Record(
        pid=1, started=2.0, profile="paper", runtime=runtime, ports={}, urls={}, children=children
    )


def test_what_is_written_is_read_back_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "var" / "up.json"
    write_record(path, "paper", record(Process("desk", 5, 6.0)))
    write_record(path, "other", record(runtime="other"))

    assert read_records(path)["paper"].children == (Process("desk", 5, 6.0),)
    assert set(read_records(path)) == {"paper", "other"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_giving_back_takes_only_our_own_entry_out(tmp_path: Path) -> None:
    path = tmp_path / "up.json"
    write_record(path, "paper", record())
    write_record(path, "other", record(runtime="other"))
    write_record(path, "paper", None)
    assert set(read_records(path)) == {"other"}


def test_a_damaged_file_names_nobody(tmp_path: Path) -> None:
    path = tmp_path / "up.json"
    for damage in (b"", b"{", b"[]", msgspec.json.encode({"paper": {"pid": "x"}})):
        path.write_bytes(damage)
        assert read_records(path) == {}


def test_a_claim_is_held_by_one_process_and_dies_with_it(tmp_path: Path) -> None:
    path = tmp_path / "locks" / "up-paper.lock"
    code = (
        "import sys; from pathlib import Path; from holdfast.supervise.record import Claim;"
        f"claim = Claim(Path({str(path)!r})); print(claim.take(), flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "True\n"
    claim = Claim(path)
    assert not claim.take()

    other.kill()
    other.communicate()

    assert claim.take()
    claim.release()


def test_a_leftover_is_stopped_when_pid_and_start_time_match() -> None:
    child = subprocess.Popen(SLEEPER, start_new_session=True)
    noted = describe("desk", child.pid)
    assert noted is not None
    assert is_same(noted)

    assert stop_leftovers(record(noted)) == ("desk",)
    assert child.wait(timeout=5) < 0


def test_a_process_that_only_shares_the_pid_is_left_alone() -> None:
    child = subprocess.Popen(SLEEPER, start_new_session=True)
    noted = describe("desk", child.pid)
    assert noted is not None
    stranger = Process("desk", noted.pid, noted.started - 100)

    assert stop_leftovers(record(stranger)) == ()
    assert child.poll() is None
    child.kill()
    child.wait()


def test_a_process_that_is_gone_cannot_be_described() -> None:
    child = subprocess.Popen([sys.executable, "-S", "-c", ""])
    child.wait()
    assert describe("desk", child.pid) is None
    assert describe("us", os.getpid()) is not None
