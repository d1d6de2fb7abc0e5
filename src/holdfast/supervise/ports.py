"""Find a free port on the loopback address, the preferred one first, and keep it for this process.

A taken port means the next free one: the holder is never stopped and never adopted. A server needs
seconds before it listens, so a port is also claimed by a lock: two `up` started together never
choose the same one.
"""

import os
import socket
import tempfile
from contextlib import ExitStack
from pathlib import Path

from holdfast.domain.errors import HoldfastError
from holdfast.supervise.record import Claim

LOOPBACK = "127.0.0.1"
TRIES = 100
HIGHEST = 65_535


class NoPortFree(HoldfastError):
    """Every port that was tried is taken."""


def claim_port(preferred: int, held: ExitStack, folder: Path | None = None) -> int:
    """Return `preferred` or the next port above it that nobody holds; `held` gives it back."""
    last = min(preferred + TRIES, HIGHEST + 1)
    for port in range(preferred, last):
        claim = _claim(folder or _shared_folder(), port)
        if claim is None or not is_free(port):
            if claim is not None:
                claim.release()
            continue
        held.callback(claim.release)
        return port
    raise NoPortFree(
        f"no free port from {preferred} to {last - 1}; do: choose another in the profile"
    )


def is_free(port: int) -> bool:
    """Say whether a server could listen on `port` now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as looker:
        looker.settimeout(0.5)
        if looker.connect_ex((LOOPBACK, port)) == 0:
            return False
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as holder:
        # As the servers do it: a connection in TIME_WAIT does not make a port taken.
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            holder.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _claim(folder: Path, port: int) -> Claim | None:
    claim = Claim(folder / f"{port}.lock")
    if claim.take():
        return claim
    claim.release()
    return None


def _shared_folder() -> Path:
    # Beside every checkout of this user: the ports of a machine are shared by all of them.
    return Path(tempfile.gettempdir()) / f"holdfast-ports-{os.getuid()}"
