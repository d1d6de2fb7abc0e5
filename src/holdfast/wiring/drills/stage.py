"""Set the stage of a drill: the emulator, a Redis where it needs one, a desk; and move the clock.

Rules: in lock step the exchange's clock is moved only while the desk waits for it, so that every run
of a drill is the same; what waits for a process has a limit of the machine's time.
"""

import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

import msgspec

from holdfast.clock import Clock
from holdfast.config.profile import Profile
from holdfast.desk.control.client import ControlClient, DeskAbsent
from holdfast.domain.errors import HoldfastError
from holdfast.domain.market import SECOND
from holdfast.ledger.paths import write_private
from holdfast.rollout.drills.findings import Notebook
from holdfast.rollout.drills.model import Drill
from holdfast.safety.kill import StopFiles
from holdfast.safety.mode_request import Requester, Requests
from holdfast.venue.emulator.keys import make_test_key
from holdfast.venue.emulator.process import AdminClient, ExchangeProcess
from holdfast.wiring.drills.desk_process import DeskProcess
from holdfast.wiring.drills.house import House
from holdfast.wiring.drills.redis_server import RedisServer
from holdfast.wiring.modes import store_of

TICK = 5.0
PATIENCE = 90.0  # machine seconds a desk may take to start, or to come back to its clock
LOOK_SECONDS = 0.5
LEASE = 7200
LIVE = "LIVE"


class SceneBroken(HoldfastError):
    """A drill cannot go on: what it needs did not come up, or ended."""


class ExchangeClock:
    """The exchange's time, for whoever asks for a mode on the drill's behalf; it never waits there."""

    def __init__(self, admin: AdminClient, machine: Clock) -> None:
        self._admin, self._machine = admin, machine

    def wall(self) -> int:
        """Return the exchange's time."""
        return self._admin.now()

    def monotonic(self) -> float:
        """Return the same in seconds."""
        return self._admin.now() / SECOND

    def sleep(self, seconds: float) -> None:
        """Wait in the machine's time."""
        self._machine.sleep(seconds)


class Stage:
    """Everything one drill is played with."""

    def __init__(
        self, drill: Drill, house: House, notebook: Notebook, clock: Clock, redis: str | None
    ) -> None:
        self.drill, self.house, self.notebook, self.machine = drill, house, notebook, clock
        self._stack = ExitStack()
        self.redis: RedisServer | None = None
        if drill.needs_redis and redis is not None:
            self.redis = RedisServer(redis, house.folder / "redis", clock)
        market = drill.market
        options = ["--regime", market.regime, "--seed", str(market.seed)]
        options += [] if market.runs_by_itself else ["--lock-step"]
        options += [word for one in market.balances for word in ("--balance", one)]
        options += self._keys(market.permissions)
        self.exchange = ExchangeProcess(
            house.exchange, *options, log=house.logs / "exchange.log", clock=clock
        )
        self.desk: DeskProcess | None = None
        self.profile: Profile | None = None

    @property
    def admin(self) -> AdminClient:
        """The administrator of the exchange."""
        return self.exchange.administrator()

    @property
    def now(self) -> int:
        """The exchange's time."""
        return self.admin.now()

    def open(self, **settings: object) -> None:
        """Start everything but the desk."""
        self.exchange.start()
        self._stack.callback(self.exchange.stop)
        if self.redis is not None:
            self.redis.start()
            self._stack.callback(self.redis.kill)
            settings = {"mode_store": "redis", "mode_store_url": self.redis.url, **settings}
        self.profile = self.house.furnish(settings)

    def start_desk(self) -> DeskProcess:
        """Start a desk, and wait until it ticks."""
        self.desk = desk = self.launch()
        if not self.awaited():
            raise SceneBroken(f"the desk did not start: {desk.last_line}")
        return desk

    def launch(self) -> DeskProcess:
        """Start a desk, and wait for nothing."""
        desk = DeskProcess(self.house)
        self._stack.callback(_end, desk)
        return desk

    def begin(self, **settings: object) -> None:
        """Start everything, arm the desk, and let its entries rest, two a slot."""
        self.open(**settings)
        self.start_desk()
        self.arm()
        self.settle(2 * self.furnished.settings.slots)

    def arm(self, within: float = 120.0) -> float:
        """Ask for LIVE, and wait until the desk has armed itself."""
        self.ask_mode(lambda ask, who: ask.live(who, LEASE))
        took = self.until(lambda: self.mode == LIVE, within)
        if took is None:
            raise SceneBroken(f"the desk did not arm: {self.execution()}")
        return took

    def settle(self, orders: int = 1, within: float = 180.0) -> float:
        """Wait until so many orders rest and nothing is unknown or unsent."""
        took = self.until(lambda: self.is_settled(orders), within)
        if took is None:
            raise SceneBroken(f"the desk's orders did not come to rest: {self.way()}")
        self.ticks(1)  # the ledger's tables follow its events by up to a tick
        return took

    def is_settled(self, orders: int = 1) -> bool:
        """Say whether so many orders rest and nothing is in flight."""
        way = self.way()
        rest = int(way["entries"]) + int(way["exits"])
        return rest >= orders and not way["unknown"] and not way["unsent"]

    def ask_mode(self, change: Callable[[Requests, Requester], object]) -> None:
        """Change the requested mode, as `holdfast mode` does."""
        profile, clock = self.furnished, ExchangeClock(self.admin, self.machine)
        store = store_of(profile, self.house.place, clock)
        who = Requester(
            env=profile.env, profile_sha=profile.digest, actor="drill", reason=self.drill.drill
        )
        try:
            change(Requests(store, self.stops, clock), who)
        finally:
            store.close()

    @property
    def furnished(self) -> Profile:
        """The profile in force."""
        if self.profile is None:
            raise SceneBroken("the stage was not opened")
        return self.profile

    @property
    def stops(self) -> StopFiles:
        """The files that stop this desk."""
        return StopFiles(self.house.place.folder)

    def tick(self, seconds: float = TICK) -> bool:
        """Move the clock on, and wait until the desk waits again; False where it ended."""
        if self.drill.market.runs_by_itself:
            self.machine.sleep(seconds)
            return self.desk is not None and self.desk.exit_code is None
        self.admin.advance(round(seconds * SECOND))
        return self.awaited()

    def ticks(self, count: int, seconds: float = TICK) -> None:
        """Move on several times; a desk that ends breaks the drill."""
        for _ in range(count):
            if not self.tick(seconds):
                raise SceneBroken(f"the desk ended: {self.desk.last_line if self.desk else ''}")

    def until(self, seen: Callable[[], bool], within: float, step: float = TICK) -> float | None:
        """Move on until something is seen; return the market seconds it took, None for never."""
        began = self.now
        while not seen():
            if (self.now - began) / SECOND >= within:
                return None
            self.ticks(1, step)
        return (self.now - began) / SECOND

    def awaited(self) -> bool:
        """Wait until the desk waits for the clock; False where it ended first."""
        if self.drill.market.runs_by_itself:
            return self._answers()
        end = self.machine.monotonic() + PATIENCE
        while self.machine.monotonic() < end:
            told = self.admin.await_parked(1, LOOK_SECONDS)
            parked: Any = told["parked"]
            if any(one["until_us"] > int(str(told["now_us"])) for one in parked):
                return True
            if self.desk is None or self.desk.exit_code is not None:
                return False
        raise SceneBroken("the desk did not come back to its clock")

    def stop_desk(self) -> int | None:
        """Stop the desk cleanly; return its exit code."""
        desk, self.desk = self.desk, None
        if desk is None:
            return None
        desk.ask_to_stop()
        end = self.machine.monotonic() + PATIENCE
        while (code := desk.wait(0.05)) is None and self.machine.monotonic() < end:
            if not self.drill.market.runs_by_itself and self.admin.await_parked(1, 0.1)["parked"]:
                self.admin.advance(round(TICK * SECOND))
        return code

    def kill_desk(self) -> None:
        """Kill the desk by force."""
        desk, self.desk = self.desk, None
        if desk is not None:
            desk.kill()

    def status(self) -> Mapping[str, Any]:
        """Read the desk's status."""
        return ControlClient(self.house.place.control, "drill").get("/api/status").body

    def scrape(self) -> str:
        """Read the desk's metrics."""
        answer = ControlClient(self.house.place.control, "drill").get("/metrics")
        return answer.content.decode()

    def execution(self) -> Mapping[str, Any]:
        """Read how the execution mode stands."""
        block: Mapping[str, Any] = self.status()["execution"]
        return block

    def way(self) -> Mapping[str, Any]:
        """Read how the way to the exchange stands."""
        block: Mapping[str, Any] = self.status()["exchange"]
        return block

    @property
    def mode(self) -> str:
        """The effective mode's state."""
        return str(self.execution()["state"])

    def post(self, path: str, body: Mapping[str, Any]) -> tuple[bool, str]:
        """Send something to the desk while its clock is moved on, for it answers between ticks."""
        answers: list[tuple[bool, str]] = []

        def ask() -> None:
            answer = ControlClient(self.house.place.control, "drill").post(path, body)
            answers.append((answer.ok, answer.message))

        asking = threading.Thread(target=ask, name="drill-asks", daemon=True)
        asking.start()
        while asking.is_alive():
            asking.join(0.1)
            if asking.is_alive():
                self.ticks(1)
        if not answers:
            raise SceneBroken(f"the desk did not answer {path}")
        return answers[0]

    def close(self) -> None:
        """End everything that was started here."""
        self._stack.close()

    def _answers(self) -> bool:
        end = self.machine.monotonic() + PATIENCE
        while self.machine.monotonic() < end:
            if self.desk is None or self.desk.exit_code is not None:
                return False
            try:
                if self.status().get("execution"):
                    return True
            except (DeskAbsent, KeyError):
                self.machine.sleep(LOOK_SECONDS)
        return False

    def _keys(self, permissions: tuple[str, ...]) -> list[str]:
        if not permissions:
            return []
        key = make_test_key(permissions=permissions)
        file = self.house.folder / "keys.json"
        write_private(file, msgspec.json.encode({"keys": [msgspec.to_builtins(key)]}))
        folder = self.house.exchange
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(folder / "api_key", key.key.encode())
        write_private(folder / "api_secret", key.secret.encode())
        return ["--keys", str(file)]


def _end(desk: DeskProcess) -> None:
    if desk.exit_code is None:
        desk.kill()
