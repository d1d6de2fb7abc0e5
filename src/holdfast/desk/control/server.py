"""Serve the control API from a thread of the desk process, on this machine only.

Address and a fresh token stand in `control.json` while it serves, for its owner only; the file goes
with the server. The desk's thread keeps all signals.
"""

import contextlib
import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import uvicorn
from starlette.types import ASGIApp

from holdfast.clock import Clock
from holdfast.domain.errors import HoldfastError
from holdfast.ledger.paths import write_private

HOST = "127.0.0.1"
START_SECONDS = 10.0
STOP_SECONDS = 5.0


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """What `control.json` says; `started_at` is microseconds UTC."""

    url: str
    token: str
    pid: int
    runtime: str
    started_at: int


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class ControlServer:
    """The API, from `start` to `stop`."""

    def __init__(
        self, make: Callable[[str], ASGIApp], *, path: Path, runtime: str, clock: Clock
    ) -> None:
        self._make = make
        self._path = path
        self._runtime = runtime
        self._clock = clock
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self._address: Address | None = None

    def start(self, port: int = 0) -> Address:
        """Listen, then say where; port 0 takes any free one."""
        token = secrets.token_urlsafe(32)
        listener = listen(port)
        config = uvicorn.Config(
            self._make(token),
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=2,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name="control", daemon=True
        )
        self._thread.start()
        self._await_start()
        self._address = Address(
            url=f"http://{HOST}:{listener.getsockname()[1]}",
            token=token,
            pid=os.getpid(),
            runtime=self._runtime,
            started_at=self._clock.wall(),
        )
        write_private(self._path, msgspec.json.encode(self._address))
        return self._address

    def stop(self) -> None:
        """Take the address down and stop serving; does nothing twice."""
        server, thread = self._server, self._thread
        if self._address is not None:
            self._forget(self._address)
            self._address = None
        if server is not None and thread is not None:
            server.should_exit = True
            thread.join(STOP_SECONDS)
            self._server = self._thread = None

    def _await_start(self) -> None:
        server, thread = self._server, self._thread
        deadline = self._clock.monotonic() + START_SECONDS
        while server is not None and thread is not None and not server.started:
            if not thread.is_alive() or self._clock.monotonic() > deadline:
                raise HoldfastError("the control API does not start; see the log")
            thread.join(0.005)

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
