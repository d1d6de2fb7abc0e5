"""Spell out the children of one desk from its profile, ports and options.

Rules: the desk is our own child, never a worker's, and waits for nobody but an exchange of its own; the
worker waits for the server; stopping goes desk, then worker and dashboard, then server, then exchange
and Redis. Secrets that stand in the environment go to the desk alone.
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
from holdfast.supervise.exchange import EXCHANGE, ExchangePlan, exchange_child
from holdfast.supervise.mode_redis import REDIS, RedisPlan, redis_child
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
    exchange: ExchangePlan | None = None
    redis: RedisPlan | None = None
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
        own: dict[str, int | None] = {DASHBOARD: self.dashboard_port, SERVER: self.prefect_port}
        own[EXCHANGE] = None if self.exchange is None else self.exchange.port
        own[REDIS] = None if self.redis is None else self.redis.port
        return {name: port for name, port in own.items() if port is not None}

    @property
    def urls(self) -> dict[str, str]:
        """Return the addresses known before anything runs."""
        own = {
            "dashboard": f"http://{LOOPBACK}:{self.dashboard_port}",
            "Prefect UI": self.api.removesuffix("/api"),
        }
        if self.exchange is not None:
            own["exchange"] = self.exchange.url
        if self.redis is not None:
            own["Redis"] = self.redis.url
        return own


def children(house: House, client: httpx.AsyncClient) -> list[ChildSpec]:
    """List the children in the order they are started."""
    server = [] if house.prefect_port is None else [_server(house, client, house.prefect_port)]
    own = [_desk(house, client), _dashboard(house, client), _worker(house, client)]
    return [*_venue(house, client), *server, *own]


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


def _venue(house: House, client: httpx.AsyncClient) -> list[ChildSpec]:
    found, where = [], (house.home, house.folder, house.plain_environ)
    if house.redis is not None:
        found.append(redis_child(house.redis, *where))
    if house.exchange is not None:
        found.append(exchange_child(house.exchange, *where, client))
    return found


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
        # On the first start its test keys are not there yet, and its address is not known.
        after="" if house.exchange is None else EXCHANGE,
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
