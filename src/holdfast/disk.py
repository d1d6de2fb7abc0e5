"""Say in one sentence which file a disk did not take, why, and what a person does about it.

Rules: a full disk is no fault of the program: whoever writes what must last names the file, and the
process ends with one line and exit code 4. A log is no such file: its lines are dropped and counted.
"""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import disk_usage

from holdfast.domain.errors import FileUnwritable

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})
_WITHOUT_PLACE = (
    "make room on the disk it lies on, or let this user write there, then run the same again"
)


@contextmanager
def writing(path: Path, *kinds: type[Exception]) -> Iterator[None]:
    """Raise FileUnwritable, naming the path, where the block meets an OSError or one of `kinds`."""
    refusals: tuple[type[Exception], ...] = (OSError, *kinds)
    try:
        yield
    except refusals as error:
        raise FileUnwritable(sentence(path, error)) from error


def sentence(path: Path, error: Exception) -> str:
    """Say what could not be written, why, and what to do."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else _first_line(error)
    return (
        f"{path} cannot be written: {reason} ({_room(path)}); what was committed before is safe and "
        f"nothing else was sent; do: {_WITHOUT_PLACE}"
    )


def words_of(error: OSError) -> str:
    """Say the same of an error nobody expected; empty where no disk is to blame."""
    if error.errno not in FULL:
        return ""
    named = Path(os.fsdecode(error.filename)) if error.filename else Path.cwd()
    return sentence(named, error)


class DroppedLines:
    """Standard error as a log: a line its disk does not take is dropped, counted, and told later."""

    def __init__(self) -> None:
        self._dropped = 0

    def write(self, text: str) -> int:
        """Write a line, after saying how many are missing before it."""
        try:
            if self._dropped:
                sys.stderr.write(f"{self._dropped} lines are missing here: the disk was full\n")
            sys.stderr.write(text)
            sys.stderr.flush()
        except OSError:
            self._dropped += text.endswith("\n")
        else:
            self._dropped = 0
        return len(text)

    def flush(self) -> None:
        """Do nothing: every line is written out at once."""


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def _room(path: Path) -> str:
    for folder in path.parents:
        try:
            return f"{disk_usage(folder).free // 2**20} MiB free in {folder}"
        except OSError:
            continue
    return "its disk cannot be asked"
