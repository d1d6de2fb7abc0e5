"""A disk that takes nothing more: one sentence with the path and what to do, and nothing is lost."""

import errno
import os
import resource
import subprocess
import sys
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from holdfast.disk import DroppedLines, words_of, writing
from holdfast.domain.bookkeeping import HoldSet
from holdfast.domain.errors import FileUnwritable, HoldfastError
from holdfast.ledger.verify import verify


@contextmanager
def files_of_at_most(size):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def largest(path):
    return max(one.stat().st_size for one in path.parent.glob(f"{path.name}*"))


def test_a_ledger_that_cannot_grow_says_so_and_keeps_all_that_was_committed(opened, path):
    ledger, asked = opened(), count()

    def until_it_is_full():
        for number in asked:
            ledger.commit(1, [HoldSet(name="operator", reason=f"{number} " + "x" * 500)])

    with files_of_at_most(largest(path) + 40_000), pytest.raises(FileUnwritable) as raised:
        until_it_is_full()
    kept = next(asked) - 1
    assert kept > 0
    told = str(raised.value)
    assert told.startswith(f"{path} cannot be written: ")
    assert "MiB free in" in told
    assert "do: make room" in told
    assert "\n" not in told
    ledger.close()
    again = opened()
    sql = "select count(*) from event where type = 'HoldSet'"
    assert again.cursor().execute(sql).fetchone() == (kept,)
    assert verify(again.cursor()).sound
    again.commit(2, [HoldSet(name="operator", reason="room again")])


def run(home, limit=None):
    def small():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    words = ["desk", "run", "--no-orchestrator", "--speed", "0", "--candles", "400", "--slots", "8"]
    return subprocess.run(
        [sys.executable, "-m", "holdfast", *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HOLDFAST_HOME": str(home)},
        timeout=120,
        preexec_fn=None if limit is None else small,
    )


def test_a_desk_whose_disk_is_full_ends_with_one_line_and_goes_on_when_there_is_room(tmp_path):
    ended = run(tmp_path, 600_000)
    assert ended.returncode == 4
    assert "Traceback" not in ended.stderr
    (line,) = [one for one in ended.stderr.splitlines() if one.startswith("holdfast: ")]
    assert f"{tmp_path}/var/paper/" in line
    assert "cannot be written" in line
    assert "do: " in line
    assert run(tmp_path).returncode == 0


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG])
def test_a_file_nobody_thought_of_is_named_too(tmp_path, code):
    error = OSError(code, os.strerror(code), str(tmp_path / "some.file"))
    assert words_of(error).startswith(
        f"{tmp_path}/some.file cannot be written: {os.strerror(code)}"
    )


def test_what_is_no_fault_of_a_disk_is_left_to_others():
    assert words_of(OSError(errno.ECONNREFUSED, "refused")) == ""
    with pytest.raises(HoldfastError, match="ours"), writing(Path("x")):
        raise HoldfastError("ours")


def test_a_log_whose_disk_is_full_stops_nobody_and_says_later_how_much_is_missing(monkeypatch):
    taken = []

    class Full:
        full = True

        def write(self, text):
            if self.full:
                raise OSError(errno.ENOSPC, "No space left on device")
            taken.append(text)

        def flush(self):
            pass

    stream, lines = Full(), DroppedLines()
    monkeypatch.setattr(sys, "stderr", stream)
    lines.write("one\n")
    lines.write("two\n")
    stream.full = False
    lines.write("three\n")
    lines.write("four\n")
    monkeypatch.undo()
    assert taken == ["2 lines are missing here: the disk was full\n", "three\n", "four\n"]
