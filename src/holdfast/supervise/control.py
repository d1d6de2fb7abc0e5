"""Ask the running children how they are, over loopback and never through a proxy."""

from collections.abc import Mapping
from pathlib import Path

import httpx
import msgspec

from holdfast.supervise.spec import Probe

PATIENCE_SECONDS = 2.0
HTTP_OK = 200


class Control(msgspec.Struct, frozen=True):
    """Where the control API of a desk listens; written by the desk itself."""

    url: str
    token: str
    pid: int


def read_control(path: Path) -> Control | None:
    """Read `control.json`, or nothing while no desk has written a whole one."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Control)
    except (OSError, msgspec.MsgspecError):
        return None


def answers(client: httpx.AsyncClient, url: str) -> Probe:
    """Make a probe that is content when `url` answers 200."""

    async def probe(_pid: int) -> bool:
        return await _get(client, url) is not None

    return probe


def desk_is_ready(client: httpx.AsyncClient, path: Path) -> Probe:
    """Make a probe of the desk that ignores a `control.json` left by another process."""

    async def probe(pid: int) -> bool:
        control = read_control(path)
        if control is None or control.pid != pid:
            return False
        return await _get(client, f"{control.url}/readyz", token=control.token) is not None

    return probe


async def read_status(client: httpx.AsyncClient, path: Path) -> Mapping[str, object] | None:
    """Ask the desk for `/api/status`; nothing when it does not answer."""
    control = read_control(path)
    if control is None:
        return None
    answer = await _get(client, f"{control.url}/api/status", token=control.token)
    if answer is None:
        return None
    try:
        return msgspec.json.decode(answer.content, type=dict[str, object])
    except msgspec.MsgspecError:
        return None


async def exists(client: httpx.AsyncClient, url: str) -> bool:
    """Say whether `url` answers 200."""
    return await _get(client, url) is not None


def loopback_client() -> httpx.AsyncClient:
    """Make a client for our own servers: impatient, and deaf to proxy settings."""
    return httpx.AsyncClient(timeout=PATIENCE_SECONDS, trust_env=False)


async def _get(client: httpx.AsyncClient, url: str, token: str = "") -> httpx.Response | None:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = await client.get(url, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL):
        return None
    return answer if answer.status_code == HTTP_OK else None
