"""Spell out the children of one desk from its profile, ports and options.

Rules: the desk is our own child, never a worker's, and waits for nobody; the worker waits for the
server; stopping goes desk, then worker and dashboard, then server. Secrets that stand in the
environment go to the desk alone.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import httpx

from holdfast.domain.errors import HoldfastError
from holdfast.supervise import prefect_server
from holdfast.supervise.control import answers, desk_is_ready
from holdfast.supervise.ports import LOOPBACK
from holdfast.supervise.spec import ChildSpec

BAD_CONFIGURATION = 2
RESTART_NOW = 75
DESK, SERVER, DASHBOARD, WORKER = "desk", "prefect", "dashboard", "worker"


class NoDashboard(HoldfastError):
    """The dashboard's pages are not installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What is started: where it writes, what it listens on, how the desk is called."""

    home: Path
    runtime: str
    profile: str
    dashboard_port: int
    api: str
    prefect_port: int | None = None
    desk_options: tuple[str, ...] = ()
    environ: Mapping[str, str]
    secret_names: frozenset[str] = frozenset()

    @property
    def plain_environ(self) -> dict[str, str]:
        """Return the environment without what only the desk may know."""
        return {name: text for name, text in self.environ.items() if name not in self.secret_names}

    @property
    def folder(self) -> Path:
        """Return the folder of the runtime."""
        return self.home / "var" / self.runtime

    @property
    def control_file(self) -> Path:
        """Return where the desk says how to reach it."""
        return self.folder / "control.json"

    @property
    def ports(self) -> dict[str, int]:
        """Return the ports this house listens on."""
        own = {DASHBOARD: self.dashboard_port}
        return own if self.prefect_port is None else {**own, SERVER: self.prefect_port}

    @property
    def urls(self) -> dict[str, str]:
        """Return the addresses known before anything runs."""
        return {
            "dashboard": f"http://{LOOPBACK}:{self.dashboard_port}",
            "Prefect UI": self.api.removesuffix("/api"),
        }


def children(house: House, client: httpx.AsyncClient) -> list[ChildSpec]:
    """List the children in the order they are started."""
    server = [] if house.prefect_port is None else [_server(house, client, house.prefect_port)]
    return [*server, _desk(house, client), _dashboard(house, client), _worker(house, client)]


def surroundings(base: Mapping[str, str], home: Path) -> dict[str, str]:
    """Give children a home they can write to, and keep loopback out of any proxy."""
    own = {"HOLDFAST_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    hosts = {"127.0.0.1", "localhost"}
    for name in ("NO_PROXY", "no_proxy"):
        own[name] = ",".join(sorted({*filter(None, base.get(name, "").split(",")), *hosts}))
    person = base.get("HOME", "")
    if not person or not os.access(person, os.W_OK | os.X_OK):
        own["HOME"] = str(home / "var" / "home")
        own["XDG_CACHE_HOME"] = str(home / "var" / "home" / ".cache")
    return {**base, **own}


def _server(house: House, client: httpx.AsyncClient, port: int) -> ChildSpec:
    return ChildSpec(
        name=SERVER,
        command=prefect_server.server_command(port),
        folder=house.home,
        log=_log(house, SERVER),
        environ=house.plain_environ,
        probe=answers(client, f"{house.api}/health"),
        wave=2,
    )


def _desk(house: House, client: httpx.AsyncClient) -> ChildSpec:
    run = ("desk", "run", "--profile", house.profile, *house.desk_options)
    return ChildSpec(
        name=DESK,
        command=(sys.executable, "-m", "holdfast", *run),
        folder=house.home,
        log=_log(house, DESK),
        environ=house.environ,
        probe=desk_is_ready(client, house.control_file),
        patience=15.0,  # the write in hand, then at most 5 s for Prefect
        wave=0,
        final=frozenset({BAD_CONFIGURATION}),
        at_once=frozenset({RESTART_NOW}),
        done=frozenset({0}),  # its candles are over, or its session was cancelled in the Prefect UI
    )


def _dashboard(house: House, client: httpx.AsyncClient) -> ChildSpec:
    options = {
        "server.headless": "true",
        "server.address": LOOPBACK,
        "server.port": str(house.dashboard_port),
        "browser.gatherUsageStats": "false",
    }
    flags = [part for name, value in options.items() for part in (f"--{name}", value)]
    return ChildSpec(
        name=DASHBOARD,
        command=(sys.executable, "-m", "streamlit", "run", str(_page()), *flags),
        folder=house.home,
        log=_log(house, DASHBOARD),
        environ={**house.plain_environ, "HOLDFAST_PUBLISHED": str(house.folder / "published")},
        probe=answers(client, f"{house.urls['dashboard']}/_stcore/health"),
    )


def _worker(house: House, client: httpx.AsyncClient) -> ChildSpec:
    return ChildSpec(
        name=WORKER,
        command=prefect_server.worker_command(),
        folder=house.home,
        log=_log(house, WORKER),
        environ=house.plain_environ,
        after="" if house.prefect_port is None else SERVER,
        prepare=prefect_server.deployments(client, house.api, house.home),
    )


def _page() -> Path:
    found = find_spec("dashboards")
    folders = list(found.submodule_search_locations or ()) if found is not None else []
    for folder in folders:
        page = Path(folder) / "app.py"
        if page.is_file():
            return page
    raise NoDashboard("dashboards/app.py is not installed; do: install holdfast again, whole")


def _log(house: House, name: str) -> Path:
    return house.folder / "logs" / f"{name}.log"
