"""Serve the control API from a thread of the desk process, on this machine only.

Address and a fresh token stand in `control.json` while it serves, for its owner only; the file goes
with the server.
"""

import os
import secrets
import socket
from collections.abc import Callable
from pathlib import Path

import msgspec
from starlette.types import ASGIApp

from holdfast.clock import Clock
from holdfast.desk.control.app_thread import AppThread
from holdfast.ledger.paths import write_private

HOST = "127.0.0.1"


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """What `control.json` says; `started_at` is microseconds UTC."""

    url: str
    token: str
    pid: int
    runtime: str
    started_at: int


class ControlServer:
    """The API, from `start` to `stop`."""

    def __init__(
        self, make: Callable[[str], ASGIApp], *, path: Path, runtime: str, clock: Clock
    ) -> None:
        self._make = make
        self._path = path
        self._runtime = runtime
        self._clock = clock
        self._thread = AppThread("control", clock)
        self._address: Address | None = None

    def start(self, port: int = 0) -> Address:
        """Listen, then say where; port 0 takes any free one."""
        token = secrets.token_urlsafe(32)
        taken = self._thread.start(self._make(token), listen(port))
        self._address = Address(
            url=f"http://{HOST}:{taken}",
            token=token,
            pid=os.getpid(),
            runtime=self._runtime,
            started_at=self._clock.wall(),
        )
        write_private(self._path, msgspec.json.encode(self._address))
        return self._address

    def stop(self) -> None:
        """Take the address down and stop serving; does nothing twice."""
        if self._address is not None:
            self._forget(self._address)
            self._address = None
        self._thread.stop()

    def _forget(self, address: Address) -> None:
        try:
            if msgspec.json.decode(self._path.read_bytes(), type=Address) == address:
                self._path.unlink()
        except (OSError, msgspec.MsgspecError):
            return


def listen(port: int) -> socket.socket:
    """Take a port of this machine."""
    # asyncio sends small answers at once only on a socket that says it is TCP; else each waits 40 ms
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener
