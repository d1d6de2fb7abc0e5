"""End every process group it was told of once the pipe from `holdfast up` is closed.

Run as a script with `python -S -E`, in a session of its own, so that it outlives a killed parent.
It reads lines `+<group>` and `-<group>`; end of file means the parent is gone. Standard library
only, and nothing of holdfast: it must start in a moment and depend on nothing that can break.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable

PATIENCE_SECONDS = 6.0
LOOK_SECONDS = 0.05


def read_groups(lines: Iterable[bytes]) -> set[int]:
    """Read until the end of file and return the groups still held then."""
    groups: set[int] = set()
    for line in lines:
        sign, number = line[:1], line[1:].strip()
        if not number.isdigit() or int(number) <= 1:
            continue  # group 0 would be our own and 1 is the machine's
        if sign == b"+":
            groups.add(int(number))
        elif sign == b"-":
            groups.discard(int(number))
    return groups


def end_groups(groups: set[int], patience: float = PATIENCE_SECONDS) -> None:
    """Ask each group to end, wait, then end what is left by force."""
    for group in groups:
        _send(group, signal.SIGTERM)
    deadline = time.monotonic() + patience
    while any(_send(group, 0) for group in groups) and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
    for group in groups:
        _send(group, signal.SIGKILL)


def _send(group: int, number: int) -> bool:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
        return True
    return False


def main() -> None:
    """Wait for the end of the pipe on standard input, then end the groups."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    end_groups(read_groups(sys.stdin.buffer))


if __name__ == "__main__":
    main()
