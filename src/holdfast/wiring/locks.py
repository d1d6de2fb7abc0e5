"""Let one desk run per runtime, and one per venue account and market.

Two files are locked by flock: the kernel frees them when the process ends, however it ends.
"""

import fcntl
import os
import re
from pathlib import Path
from types import TracebackType
from typing import Self

from holdfast.domain.errors import LedgerLocked
from holdfast.ledger.paths import FILE_MODE, Runtime, make_private


class DeskLock:
    """Both locks of one desk, held until the process ends or `release` is called."""

    def __init__(self, runtime: Runtime, venue: str, account: str, symbol: str) -> None:
        market = re.sub(r"[^A-Za-z0-9]+", "-", f"{venue}-{account}-{symbol}")
        folder = make_private(runtime.folder.parent / "locks")
        self._files: list[int] = []
        for path in (runtime.lock, folder / f"{market}.lock"):
            self._files.append(_take(path, self._files))

    def release(self) -> None:
        """Let go of both."""
        while self._files:
            os.close(self._files.pop())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def _take(path: Path, held: list[int]) -> int:
    file = os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.read(file, 32).decode(errors="replace").strip() or "unknown"
        os.close(file)
        while held:
            os.close(held.pop())
        raise LedgerLocked(
            f"another desk holds {path.name} (pid {holder}); do: stop it, or use another runtime"
        ) from None
    os.ftruncate(file, 0)
    os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
    return file
