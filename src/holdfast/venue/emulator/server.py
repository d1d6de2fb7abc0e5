"""Serve an exchange on this machine, from the first request to a signal.

Rules: loopback only; a taken port means the next free one; `venue.json` says where, for its owner
only, and goes with the server; a signal ends it after the request in hand, with its memory whole.
"""

import asyncio
import contextlib
import os
import secrets
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from holdfast.clock import Clock
from holdfast.domain.errors import VenueError
from holdfast.venue.emulator.admin import Admin
from holdfast.venue.emulator.doors import Doors
from holdfast.venue.emulator.gate import Gate
from holdfast.venue.emulator.keys import ApiKey
from holdfast.venue.emulator.parking import Parking
from holdfast.venue.emulator.session import Session
from holdfast.venue.emulator.state import Rule
from holdfast.venue.emulator.store import Founding, Store
from holdfast.venue.emulator.transports import KnownProtocol

HOST = "127.0.0.1"
TRIES = 100
HIGHEST = 65_535
ADDRESS = "venue.json"


ReadPlan = Callable[[int, int], tuple[str, list[Rule]]]  # from origin and now: digest and rules


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """What `venue.json` says; `started_at` is the machine's microseconds UTC."""

    url: str
    port: int
    pid: int
    started_at: int
    token: str
    lock_step: bool
    keys: tuple[str, ...]


class Opening(NamedTuple):
    """All that is decided before an exchange opens."""

    folder: Path
    port: int
    founding: Founding
    keys: Mapping[str, ApiKey]
    plan: ReadPlan | None = None
    lifeline: bool = False


def serve(opening: Opening, machine: Clock) -> Iterator[Address]:
    """Open an exchange, say where it is, and run it until a signal comes."""
    store = Store(opening.folder)
    session = Session(store, opening.founding, machine)
    if opening.plan is not None:
        _take_up(session, opening.plan)
    listener = listen(opening.port)
    port = listener.getsockname()[1]
    address = Address(
        url=f"http://{HOST}:{port}",
        port=port,
        pid=os.getpid(),
        started_at=machine.wall(),
        token=secrets.token_urlsafe(24),
        lock_step=session.founding.clock.lock_step,
        keys=tuple(opening.keys),
    )
    path = opening.folder / ADDRESS
    write_private(path, msgspec.json.encode(address))
    yield address
    try:
        app = application(session, opening.keys, address.token)
        asyncio.run(_run(app, listener, lifeline=opening.lifeline))
    finally:
        path.unlink(missing_ok=True)
        session.close()


def application(session: Session, keys: Mapping[str, ApiKey], token: str) -> Starlette:
    """Join the trees of paths."""
    doors = Doors(session, Gate(session, keys))
    admin = Admin(session, Parking(session.clock), token)
    return Starlette(
        routes=[
            Route("/0/public/{endpoint}", doors.public, methods=["GET", "POST"]),
            Route("/0/private/{endpoint}", doors.private, methods=["GET", "POST"]),
            Route("/emulator/health", admin.health),
            Route("/emulator/state", admin.state),
            Route("/emulator/audit", admin.audit),
            Route("/emulator/clock", admin.clock, methods=["GET", "POST"]),
            Route("/emulator/park", admin.park, methods=["POST"]),
            Route("/emulator/faults", admin.faults, methods=["POST"]),
            Route("/emulator/{verb}", admin.office, methods=["POST"]),
        ]
    )


def listen(port: int) -> socket.socket:
    """Take a port of this machine: the one asked for, else the next free one; 0 takes any."""
    last: OSError | None = None
    for one in range(port, min(port + TRIES, HIGHEST + 1)):
        # asyncio sends small answers at once only on a socket that says it is TCP
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((HOST, one))
            listener.listen(128)
        except OSError as error:
            listener.close()
            last = error
            continue
        return listener
    raise VenueError(f"no port is free from {port} on ({last}); do: name another with --port")


def write_private(path: Path, content: bytes) -> None:
    """Replace a file whole, for its owner only."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)


def _take_up(session: Session, plan: ReadPlan) -> None:
    digest, rules = plan(session.founding.clock.origin, session.clock.now())
    if digest != session.core.state.plan:  # the same file goes on where it was
        session.office("faults", {"rules": msgspec.to_builtins(rules), "plan": digest})


class _Server(uvicorn.Server):
    lifeline = False

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for one in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(one, self._stop)
        if self.lifeline:
            loop.add_reader(sys.stdin.fileno(), self._hear)
        yield

    def _stop(self) -> None:
        self.should_exit = True

    def _hear(self) -> None:
        if not os.read(sys.stdin.fileno(), 1):
            asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
            self._stop()


async def _run(app: Starlette, listener: socket.socket, *, lifeline: bool) -> None:
    config = uvicorn.Config(
        app,
        http=KnownProtocol,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    server.lifeline = lifeline
    await server.serve(sockets=[listener])
