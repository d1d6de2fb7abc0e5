"""Keep the children's logs below a size.

A child holds its log open for appending, so a full one is copied and cut to nothing rather than
renamed: the child needs to know nothing of it, and goes on writing when `up` is gone.
"""

import contextlib
import os
import shutil
from pathlib import Path
from typing import BinaryIO

from holdfast.supervise.folders import private

FULL_BYTES = 10 * 1024 * 1024
KEPT = 3
TAIL_BYTES = 64 * 1024


def open_log(path: Path) -> BinaryIO:
    """Open a log for appending, readable by its owner only."""
    private(path.parent)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    return os.fdopen(descriptor, "ab", buffering=0)


def rotate(path: Path, *, full: int = FULL_BYTES, kept: int = KEPT) -> bool:
    """Put a full log aside as `<name>.1`, older ones behind it; say whether it was full."""
    with contextlib.suppress(OSError):
        if path.stat().st_size < full:
            return False
        for number in range(kept - 1, 0, -1):
            older = _aside(path, number)
            if older.exists():
                older.replace(_aside(path, number + 1))
        shutil.copyfile(path, _aside(path, 1))
        _aside(path, 1).chmod(0o600)
        os.truncate(path, 0)
        return True
    return False


def last_line(path: Path, *, since: int = 0) -> str:
    """Return the last line with words in it, written after byte `since`."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(min(since, size), size - TAIL_BYTES))
        lines = file.read().decode(errors="replace").splitlines()
        return next((line.strip() for line in reversed(lines) if line.strip()), "")
    return ""


def _aside(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")
