"""Say how our Prefect server, its pool and its deployments are made.

Rules: loopback only, nothing reported to anyone, everything kept under `var/prefect`, a week of runs
and a day of events; deployments are made again at every start, which changes nothing when they are
there; a foreign server is used only when its address was given.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from holdfast.domain.errors import HoldfastError
from holdfast.supervise.control import exists
from holdfast.supervise.ports import LOOPBACK
from holdfast.supervise.spec import Errand, PreparationFailed, Prepare, Runner

POOL = "desk"
WEEK_SECONDS = 7 * 24 * 3600
A_DAY = "P1D"  # this one setting takes ISO 8601, not seconds

SERVER_SETTINGS = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(WEEK_SECONDS),
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": A_DAY,
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "DO_NOT_TRACK": "1",
}


class BadAddress(HoldfastError):
    """The address given for a Prefect server is none."""


def api_url(address: str) -> str:
    """Complete the address of a Prefect server to that of its API."""
    parts = urlsplit(address if "://" in address else f"http://{address}")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadAddress(
            f"--prefect-url {address!r}: not an address; do: give http://host:port of a Prefect server"
        )
    path = parts.path.rstrip("/")
    # Prefect Cloud's addresses hold account and workspace after /api.
    ending = "" if path.endswith("/api") or "/api/" in path else "/api"
    return f"{parts.scheme}://{parts.netloc}{path}{ending}"


def environment(base: Mapping[str, str], *, home: Path, api: str, ours: bool) -> dict[str, str]:
    """Build the environment of every child that talks to Prefect."""
    # A person's own Prefect settings (a cloud key, another database) must not reach our server.
    kept = {
        name: value
        for name, value in base.items()
        if not (ours and name.startswith("PREFECT_")) or name.startswith("PREFECT_LOGGING_")
    }
    own = {"PREFECT_HOME": str(home / "var" / "prefect"), "PREFECT_API_URL": api}
    return kept | SERVER_SETTINGS | own


def server_command(port: int) -> tuple[str, ...]:
    """Spell the command of the server."""
    return (*_prefect(), "server", "start", "--host", LOOPBACK, "--port", str(port))


def worker_command() -> tuple[str, ...]:
    """Spell the command of the one worker."""
    return (*_prefect(), "worker", "start", "--pool", POOL, "--type", "process")


def deployments(client: httpx.AsyncClient, api: str, folder: Path) -> Prepare:
    """Make a preparation that sees to the pool and the deployments of `prefect.yaml`."""

    async def prepare(run: Runner) -> None:
        if not await exists(client, f"{api}/work_pools/{POOL}"):
            command = (*_prefect(), "work-pool", "create", POOL, "--type", "process")
            # Another's server may hide its pools from us; what counts is whether deploying works.
            await run(Errand(command, "making the work pool"))
        if not (folder / "prefect.yaml").is_file():
            return
        code = await run(Errand((*_prefect(), "--no-prompt", "deploy", "--all"), "deploying"))
        if code:
            raise PreparationFailed(f"the deployments could not be made (code {code})")

    return prepare


def _prefect() -> tuple[str, ...]:
    return (sys.executable, "-m", "prefect")
