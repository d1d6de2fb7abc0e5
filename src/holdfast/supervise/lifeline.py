"""Hold the pipe to the guard, so that nothing outlives a killed `holdfast up`.

Rules: a group is held from the moment its leader was started until it is empty; a guard that
died is replaced and told everything again; the pipe's end is never inherited by a child.
"""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

from holdfast.supervise import guard


class Lifeline:
    """The groups to end when this process is gone."""

    def __init__(self) -> None:
        self._groups: set[int] = set()
        self._guard = _start_guard()

    @property
    def guard_pid(self) -> int:
        return self._guard.pid

    def hold(self, group: int) -> None:
        """Have `group` ended if this process dies."""
        if group not in self._groups:
            self._groups.add(group)
            self._say(f"+{group}\n")

    def drop(self, group: int) -> None:
        """Forget a group that is empty."""
        if group in self._groups:
            self._groups.discard(group)
            self._say(f"-{group}\n")

    def check(self) -> None:
        """Replace a guard that died."""
        if self._guard.poll() is not None:
            self._guard = _start_guard()
            self._say("".join(f"+{group}\n" for group in sorted(self._groups)))

    def close(self) -> None:
        """Let the guard end what is still held, and wait for it."""
        if self._guard.stdin is not None:
            with contextlib.suppress(OSError):
                self._guard.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._guard.wait(guard.PATIENCE_SECONDS + 1)

    def _say(self, text: str) -> None:
        pipe = self._guard.stdin
        if pipe is not None:
            with contextlib.suppress(OSError):  # a dead guard is replaced at the next check
                pipe.write(text.encode())
                pipe.flush()


def is_alive(group: int) -> bool:
    """Say whether any process of `group` is left."""
    return signal_group(group, 0)


def signal_group(group: int, number: int) -> bool:
    """Send a signal to `group`; say whether anyone was there."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
        return True
    return False


def kill_group(group: int) -> None:
    """End `group` by force."""
    signal_group(group, signal.SIGKILL)


def _start_guard() -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  our own interpreter and our own file
        [sys.executable, "-S", "-E", str(Path(guard.__file__).resolve())],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )
