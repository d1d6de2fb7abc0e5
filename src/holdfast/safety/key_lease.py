"""Let one desk own a key: its nonce, its orders, its limits.

Rules: the lease is a lock of the kernel on a file named after the key's fingerprint; it ends with the
process, however that ends. A desk moves to another key by holding both for a moment, so that the new
one is never anybody else's in between.
"""

import fcntl
import os
import re
from pathlib import Path
from types import TracebackType
from typing import Self

from holdfast.domain.errors import HoldfastError
from holdfast.ledger.paths import FILE_MODE, make_private

FINGERPRINT = re.compile(r"[0-9a-f]{8}")


class KeyHeld(HoldfastError):
    """Another desk trades with this key."""


class KeyLease:
    """One key, held by this process until it ends or lets go."""

    def __init__(self, locks: Path, fingerprint: str, desk: str) -> None:
        self._locks = make_private(locks)
        self._desk = desk
        self.fingerprint = fingerprint
        self._file: int | None = self._take(fingerprint)

    def move(self, fingerprint: str) -> None:
        """Hold another key instead; where that is somebody else's, this one stays held."""
        if fingerprint == self.fingerprint and self._file is not None:
            return
        taken = self._take(fingerprint)
        self.release()
        self._file, self.fingerprint = taken, fingerprint

    def release(self) -> None:
        """Let go."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def _take(self, fingerprint: str) -> int:
        if not FINGERPRINT.fullmatch(fingerprint):
            raise ValueError("a lease is named by a fingerprint, never by a key")
        path = self._locks / f"key-{fingerprint}.lock"
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, FILE_MODE)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.pread(file, 128, 0).decode(errors="replace").strip() or "unknown"
            os.close(file)
            raise KeyHeld(
                f"the key {fingerprint} is another desk's ({holder}); "
                "do: stop that desk, or give this one a key of its own"
            ) from None
        os.ftruncate(file, 0)
        os.pwrite(file, f"pid {os.getpid()}, {self._desk}\n".encode(), 0)
        return file
