"""A whole `holdfast up` in a home of its own, as a person runs it."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil

from holdfast.clock import SystemClock
from holdfast.supervise.control import read_control
from holdfast.supervise.record import Record, is_same, read_records

BACK_SECONDS = 60.0
START_SECONDS = 180.0
CLOCK = SystemClock()


class Up:
    """One home with a profile, and the `holdfast up` that runs in it."""

    def __init__(self, home: Path, runtime: str = "paper", crew: int = 4) -> None:
        self.home = home
        self.runtime = runtime
        self.crew = crew
        self.lives = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def folder(self) -> Path:
        return self.home / "var" / self.runtime

    @property
    def record(self) -> Record | None:
        return read_records(self.home / "var" / "up.json").get(self.runtime)

    @property
    def errors(self) -> str:
        return (self.home / f"stderr-{self.lives}").read_text()

    @property
    def output(self) -> str:
        return (self.home / f"stdout-{self.lives}").read_text()

    def start(self) -> None:
        """Start it and wait until every child is well."""
        self.lives += 1
        self.process = self.call(wait=False)
        wait_for(lambda: "everything is up" in self.errors, START_SECONDS, self.story)

    def call(self, *, wait: bool) -> subprocess.Popen[bytes]:
        mark = "again" if wait else str(self.lives)
        environ = {**os.environ, "HOLDFAST_HOME": str(self.home)}
        environ.pop("HOLDFAST_PROFILES", None)
        out, err = self.home / f"stdout-{mark}", self.home / f"stderr-{mark}"
        with out.open("wb") as stdout, err.open("wb") as stderr:
            process = subprocess.Popen(
                [sys.executable, "-m", "holdfast", "up", "--profile", self.runtime],
                cwd=self.home,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
            )
        if wait:
            process.wait(timeout=BACK_SECONDS)
        return process

    def children(self) -> dict[str, int]:
        record = self.record
        return {} if record is None else {each.name: each.pid for each in record.children}

    def everyone(self) -> set[int]:
        """Every process of this `up`, whatever session it is in."""
        assert self.process is not None
        return {each.pid for each in psutil.Process(self.process.pid).children(recursive=True)}

    def is_well(self) -> bool:
        record = self.record
        if (
            record is None
            or len(record.children) < self.crew
            or not all(map(is_same, record.children))
        ):
            return False
        control = read_control(self.home / "var" / self.runtime / "control.json")
        if control is None or control.pid != self.children()["desk"]:
            return False
        wanted = (
            f"{record.urls['Prefect UI']}/api/health",
            f"{record.urls['dashboard']}/_stcore/health",
            f"{control.url}/readyz",
        )
        headers = {"Authorization": f"Bearer {control.token}"}
        return all(answers(url, headers) for url in wanted)

    def kill_child(self, name: str) -> None:
        before = self.children()[name]
        os.kill(before, signal.SIGKILL)
        wait_for(
            lambda: self.children().get(name, before) != before and self.is_well(),
            BACK_SECONDS,
            self.story,
        )

    def end(self, number: int = signal.SIGINT) -> int:
        assert self.process is not None
        crew = self.everyone()
        self.process.send_signal(number)
        code = self.process.wait(timeout=BACK_SECONDS)
        wait_for(lambda: not any(map(runs, crew)), BACK_SECONDS, self.story)
        return code

    def kill(self) -> None:
        """Kill `up` itself and wait until nothing of it is left."""
        assert self.process is not None
        crew = self.everyone()
        self.process.kill()
        self.process.wait()
        wait_for(lambda: not any(map(runs, crew)), BACK_SECONDS, self.story)

    def story(self) -> str:
        logs = sorted((self.home / "var" / self.runtime / "logs").glob("*.log"))
        tails = [f"-- {log.name}\n{log.read_text(errors='replace')[-2000:]}" for log in logs]
        return "\n".join([self.errors, *tails])


def answers(url: str, headers: dict[str, str]) -> bool:
    try:
        return httpx.get(url, headers=headers, timeout=2, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def some_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        return int(holder.getsockname()[1])


def runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def wait_for(condition: Callable[[], bool], seconds: float, story: Callable[[], str]) -> None:
    deadline = CLOCK.monotonic() + seconds
    while not condition():
        assert CLOCK.monotonic() < deadline, story()
        CLOCK.sleep(0.2)
