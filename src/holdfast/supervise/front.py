"""Do what `holdfast up` is asked: check, claim, clear leftovers, start, and give back.

Rules: nothing is started before the profile was read whole; a second `up` of a runtime is told
where the first one is; only processes we noted ourselves are ever stopped.
"""

import os
import sys
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from holdfast.config.folders import find_profiles, home
from holdfast.config.loader import load_profile
from holdfast.config.profile import Profile
from holdfast.config.secrets.variables import variables_of
from holdfast.domain.errors import HoldfastError
from holdfast.supervise.control import loopback_client, read_control, read_status
from holdfast.supervise.exchange import EXCHANGE, exchange_plan
from holdfast.supervise.folders import private
from holdfast.supervise.house import (
    DASHBOARD,
    DESK,
    SERVER,
    House,
    children,
    surroundings,
)
from holdfast.supervise.mode_redis import REDIS, redis_plan
from holdfast.supervise.ports import LOOPBACK, claim_port
from holdfast.supervise.prefect_server import api_url, environment
from holdfast.supervise.record import (
    Claim,
    Process,
    Record,
    describe,
    is_same,
    read_records,
    stop_leftovers,
    write_record,
)
from holdfast.supervise.run import Outside, run
from holdfast.supervise.screen import Screen

CONTROL = "control API"


class AlreadyUp(HoldfastError):
    """Another `up` holds what this one needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the person asked for."""

    profile: str = "paper"
    profiles: Path | None = None
    prefect_url: str = ""
    overrides: Mapping[str, str]
    desk_options: tuple[str, ...] = ()


def bring_up(wish: Wish, environ: Mapping[str, str]) -> int:
    """Bring a desk up with all that belongs to it, and return when it is down again."""
    screen = Screen(sys.stdout, sys.stderr)
    folder = find_profiles(environ, named=wish.profiles)
    profile = load_profile(wish.profile, profiles=folder, environ=environ, overrides=wish.overrides)
    api = api_url(wish.prefect_url) if wish.prefect_url else ""
    place = home(environ)
    with ExitStack() as held:
        _claim(held, screen, place, profile.runtime, server=not api)
        _clear(screen, place, profile.runtime)
        base = {**environ, "HOLDFAST_PROFILES": str(folder)}
        house = _lay_out(wish, profile, place, api, surroundings(base, place), _Ports(held, screen))
        return _live(house, screen)


def _claim(held: ExitStack, screen: Screen, place: Path, runtime: str, *, server: bool) -> None:
    locks = place / "var" / "locks"
    records = read_records(_record_file(place))
    mine = Claim(locks / f"up-{runtime}.lock")
    held.callback(mine.release)
    if not mine.take():
        for label, url in records[runtime].urls.items() if runtime in records else ():
            screen.address(label, url)
        raise AlreadyUp(f"runtime {runtime} is up already; do: open the addresses above, or end it")
    if server:
        shared = Claim(locks / "prefect-server.lock")
        held.callback(shared.release)
        if not shared.take():
            others = [
                each for each in records.values() if is_same(Process("up", each.pid, each.started))
            ]
            where = next((record.urls.get("Prefect UI", "") for record in others), "")
            raise AlreadyUp(
                f"another runtime's Prefect server runs in {place / 'var'}; "
                f"do: give --prefect-url {where or 'URL'}, or another HOLDFAST_HOME"
            )


def _clear(screen: Screen, place: Path, runtime: str) -> None:
    record = read_records(_record_file(place)).get(runtime)
    if record is not None:
        names = stop_leftovers(record)
        if names:
            screen.note(f"stopped what an earlier up left running: {', '.join(names)}")


def _lay_out(
    wish: Wish, profile: Profile, place: Path, api: str, base: Mapping[str, str], ports: "_Ports"
) -> House:
    server = None if api else ports.take("Prefect", profile.settings.prefect_port)
    url = api or f"http://{LOOPBACK}:{server}/api"
    return House(
        home=place,
        runtime=profile.runtime,
        profile=_spelled(profile, Path(base["HOLDFAST_PROFILES"])),
        dashboard_port=ports.take("the dashboard", profile.settings.dashboard_port),
        api=url,
        prefect_port=server,
        exchange=exchange_plan(profile, ports.take),
        redis=redis_plan(profile, ports.screen.note),
        desk_options=wish.desk_options,
        environ=environment(base, home=place, api=url, ours=not api),
        secret_names=variables_of(profile),
    )


@dataclass(frozen=True, slots=True)
class _Ports:
    held: ExitStack
    screen: Screen

    def take(self, whose: str, preferred: int) -> int:
        port = claim_port(preferred, self.held)
        if port != preferred:
            self.screen.note(f"port {preferred} is taken; {whose} gets {port}")
        return port


def _spelled(profile: Profile, folder: Path) -> str:
    path = profile.path.absolute()
    return profile.path.stem if path.parent == folder.absolute() else str(path)


def _live(house: House, screen: Screen) -> int:
    for folder in (house.home / "var" / "prefect", house.folder, Path(house.environ["HOME"])):
        private(folder)
    journal = _Journal(house)
    client = loopback_client()
    outside = Outside(
        screen=screen,
        addresses=journal.addresses,
        status=lambda: read_status(client, house.control_file),
        noted=journal.note,
    )
    screen.note(f"starting {house.runtime} in {house.home}; logs in {house.folder / 'logs'}")
    journal.write(())
    try:
        return run(children(house, client), outside)
    finally:
        with suppress(OSError):
            write_record(_record_file(house.home), house.runtime, None)


class _Journal:
    """What `var/up.json` says of this `up`."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._file = _record_file(house.home)
        self._self = describe("up", os.getpid()) or Process("up", os.getpid(), 0.0)

    def note(self, running: tuple[Process, ...]) -> None:
        with suppress(OSError):  # a full disk must not stop a desk
            self.write(running)

    def write(self, running: tuple[Process, ...]) -> None:
        house = self._house
        urls = dict(house.urls)
        control = read_control(house.control_file)
        if control is not None and control.pid in {process.pid for process in running}:
            urls[CONTROL] = control.url
        record = Record(
            pid=self._self.pid,
            started=self._self.started,
            profile=house.profile,
            runtime=house.runtime,
            ports=house.ports,
            urls=urls,
            children=running,
        )
        write_record(self._file, house.runtime, record)

    def addresses(self) -> dict[str, tuple[str, str]]:
        control = read_control(self._house.control_file)
        labels = {
            DASHBOARD: "dashboard",
            SERVER: "Prefect UI",
            EXCHANGE: "exchange",
            REDIS: "Redis",
        }
        urls = self._house.urls
        own = {name: (label, urls[label]) for name, label in labels.items() if label in urls}
        return own if control is None else {**own, DESK: (CONTROL, control.url)}


def _record_file(place: Path) -> Path:
    return place / "var" / "up.json"
