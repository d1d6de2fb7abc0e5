"""A home for desks, a server of our own, and the harness: started once, ended by pid."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

HERE = Path(__file__).parent
ROOT = Path(__file__).resolve().parents[2]
QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
    "PREFECT_SERVER_UI_ENABLED": "false",
    # What looks after schedules, workers and automations: no deployment of ours has any.
    **{
        f"PREFECT_SERVER_SERVICES_{service}_ENABLED": "false"
        for service in (
            "SCHEDULER",
            "LATE_RUNS",
            "FOREMAN",
            "PAUSE_EXPIRATIONS",
            "CANCELLATION_CLEANUP",
            "TRIGGERS",
            "REPOSSESSOR",
            "EVENT_PERSISTER",
        )
    },
}


SERVERS: list["Server"] = []


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of flows together, so that one worker has the server they share."""
    items.sort(key=lambda item: HERE not in item.path.parents)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """End the server after the last test of flows: it is never quite idle."""
    if nextitem is None or HERE not in nextitem.path.parents:
        for server in SERVERS:
            server.kill()


class Server:
    """A real Prefect server that can be killed and started again on the same port and home."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port = int(one.getsockname()[1])
        self.process: subprocess.Popen[bytes] | None = None
        # One client: each call of httpx.get would read the machine's certificates anew.
        self.client = httpx.Client(timeout=10, trust_env=False)

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    @property
    def environ(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if "PREFECT" not in name}
        return {
            **kept,
            **QUIET,
            "PREFECT_HOME": str(self.home / "prefect"),
            "PREFECT_API_URL": self.api,
            "HOLDFAST_HOME": str(self.home),
            "NO_PROXY": "127.0.0.1",
        }

    def start(self) -> None:
        command = (sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1")
        with (self.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                (*command, "--port", str(self.port)),
                env=self.environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until(self.answers, 180)

    def answers(self) -> bool:
        try:
            return self.client.get(f"{self.api}/health", timeout=2).is_success
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
            self.process = None

    def post(self, path: str, body: dict[str, object]) -> object:
        answer = self.client.post(f"{self.api}{path}", json=body)
        answer.raise_for_status()
        return answer.json()


def until(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.15)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a home with the shipped profiles, and let this process live there."""
    shutil.copytree(ROOT / "profiles", tmp_path / "profiles")
    monkeypatch.setenv("HOLDFAST_HOME", str(tmp_path))
    monkeypatch.delenv("HOLDFAST_PROFILES", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def _own_signals() -> Iterator[None]:
    """Let a desk that ticked in this process leave Ctrl-C and SIGTERM as they were."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(name="until")
def give_until() -> Callable[[Callable[[], bool], float], None]:
    """Wait until something holds."""
    return until


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give a server that may run or not; its first start is slow, so all modules share it."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(ROOT / "profiles", folder / "profiles")
    one = Server(folder)
    SERVERS.append(one)
    yield one
    one.kill()
    one.client.close()


@pytest.fixture(scope="module")
def harness(served: Server) -> Iterator[None]:
    """Let flows called as functions be recorded by that server."""
    from prefect.events.worker import EventsWorker
    from prefect.settings import PREFECT_API_URL, PREFECT_LOGGING_TO_API_ENABLED, temporary_settings

    if not served.answers():
        served.start()
    with temporary_settings({PREFECT_API_URL: served.api, PREFECT_LOGGING_TO_API_ENABLED: False}):
        yield
    EventsWorker.drain_all()  # before the server is killed under it
