"""Find a free port on the loopback address, the preferred one first.

A taken port means the next free one: the holder is never stopped and never adopted.
"""

import socket
from collections.abc import Collection

from holdfast.domain.errors import HoldfastError

LOOPBACK = "127.0.0.1"
TRIES = 100
HIGHEST = 65_535


class NoPortFree(HoldfastError):
    """Every port that was tried is taken."""


def free_port(preferred: int, *, besides: Collection[int] = ()) -> int:
    """Return `preferred`, or the next port above it that nobody holds."""
    last = min(preferred + TRIES, HIGHEST + 1)
    for port in range(preferred, last):
        if port not in besides and is_free(port):
            return port
    raise NoPortFree(f"no free port from {preferred} to {last - 1}: choose another in the profile")


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
