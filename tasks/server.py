"""Reach the Prefect server, and hand over what is still on its way when a process ends."""

import ipaddress
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
from prefect.events.worker import EventsWorker
from prefect.logging.handlers import APILogWorker
from prefect.settings import PREFECT_API_URL

from holdfast.desk.bracket.seat import Seat
from holdfast.desk.bracket.session import Recorder
from holdfast.domain.errors import HoldfastError

PATIENCE_SECONDS = 2.0


def api_url() -> str:
    """Return the address of the server; without one Prefect would start its own and take 15 s."""
    address = PREFECT_API_URL.value()
    if not address:
        raise HoldfastError(
            "PREFECT_API_URL is not set; do: set it to the API of a Prefect server, "
            "or run the desk with --no-orchestrator"
        )
    return str(address).rstrip("/")


def recorder(address: str, sit: Callable[[Seat], None]) -> Recorder:
    """Make the recorder whose sessions `sit` runs."""
    return Recorder(reachable=health_probe(address), sit=sit, settle=settle)


def health_probe(address: str) -> Callable[[], bool]:
    """Make a question that says whether the server is there."""
    client = httpx.Client(timeout=PATIENCE_SECONDS, trust_env=not _is_loopback(address))

    def reachable() -> bool:
        try:
            return client.get(f"{address}/health").is_success
        except httpx.HTTPError:
            return False

    return reachable


def settle(seconds: float) -> None:
    """Send the events and log lines still waiting, for at most so many seconds."""
    EventsWorker.drain_all(timeout=seconds)
    APILogWorker.drain_all(timeout=seconds)


def _is_loopback(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
