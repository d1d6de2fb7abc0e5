"""Serve one application from a thread of the desk process; the desk's thread keeps all signals."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

from holdfast.clock import Clock
from holdfast.domain.errors import HoldfastError

START_SECONDS = 10.0
STOP_SECONDS = 5.0


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class AppThread:
    """A server, from `start` to `stop`."""

    def __init__(self, name: str, clock: Clock) -> None:
        self._name = name
        self._clock = clock
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def start(self, app: ASGIApp, listener: socket.socket) -> int:
        """Serve on a socket that listens; return its port."""
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=2,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name=self._name, daemon=True
        )
        self._thread.start()
        self._await_start()
        return int(listener.getsockname()[1])

    def stop(self) -> None:
        """Stop serving; does nothing twice."""
        server, thread = self._server, self._thread
        if server is not None and thread is not None:
            server.should_exit = True
            thread.join(STOP_SECONDS)
            self._server = self._thread = None

    def _await_start(self) -> None:
        server, thread = self._server, self._thread
        deadline = self._clock.monotonic() + START_SECONDS
        while server is not None and thread is not None and not server.started:
            if not thread.is_alive() or self._clock.monotonic() > deadline:
                raise HoldfastError(f"the {self._name} API does not start; see the log")
            thread.join(0.005)
