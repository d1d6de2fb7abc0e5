"""Where a matrix happens: one folder with a profile, an exchange in lock step, and a person who asks for LIVE."""

import os
import shutil
import time
from pathlib import Path

from holdfast.clock import FixedClock
from holdfast.config.loader import load_profile
from holdfast.config.profile import Profile
from holdfast.ledger.paths import Runtime, runtime
from holdfast.safety.kill import StopFiles
from holdfast.safety.mode_request import LONGEST_S, Requester, Requests
from holdfast.venue.emulator.process import AdminClient, ExchangeProcess
from holdfast.wiring.modes import store_of

NAME = "crash"
ROOT = Path(__file__).resolve().parents[3]
SECOND = 1_000_000
POLL = 5 * SECOND
LEASE = LONGEST_S * SECOND
RENEWED_EVERY = LEASE // 4
WAIT = 120.0  # machine seconds after which a silent process is a fault

PROFILE = """\
extends: kraken-staging
description: A desk that is killed, on an exchange in lock step
runtime: crash

secrets:
  api_key: secret://file/var/crash/exchange/api_key
  api_secret: secret://file/var/crash/exchange/api_secret

override: [{override}]

settings:
{settings}
"""
SETTINGS = {
    "clock_source": "venue",
    "mode_store": "file",
    "slots": 8,
    "slot_spacing_pct": 0.05,
    "pair_entry_pct": 0.1,
    "pair_profit_pct": 0.6,
    "pair_refresh_pct": 0.3,
    "poll_interval_seconds": 5,
    "max_orders_per_minute": 200,
    "max_daily_orders": 100000,
    "daily_loss_limit": 100000,
    "max_consecutive_errors": 1000,
    "snapshot_every_events": 400,
    "checkpoint_every_ticks": 20,
    "publish_tables_sec": 5,
}
DAY_SETTINGS = {
    "poll_interval_seconds": 10,  # the pace of the canary
    "max_consecutive_errors": 25,
    "snapshot_every_events": 5000,
    "checkpoint_every_ticks": 100,
    "publish_tables_sec": 60,
    "max_open_orders": 170,
    "max_symbol_exposure_usd": 1000,
    "max_total_exposure_usd": 1000,
    "max_open_notional_usd": 1000,
}
MOST_WITH_RECOVERIES = 37  # of slots within the cap of open orders; more have to be patient ones


def day_settings(slots: int) -> dict[str, object]:
    """Say what a day of so many slots is traded with."""
    settings = {**DAY_SETTINGS, "slots": slots}
    return (
        settings if slots <= MOST_WITH_RECOVERIES else {**settings, "sticky_mode_enabled": "true"}
    )


BALANCES = ("USD=1000", "DOGE=10000")


class Site:
    """One folder and all that runs on it."""

    def __init__(self, folder: Path, *, seed: int, **settings: object) -> None:
        self.folder = folder
        self._write_profile({**SETTINGS, **settings})
        os.environ["HOLDFAST_HOME"] = str(folder)
        os.environ["HOLDFAST_PROFILES"] = str(folder / "profiles")
        self.profile: Profile = load_profile(
            NAME, profiles=folder / "profiles", environ=os.environ, overrides={}
        )
        self.place: Runtime = runtime(NAME, folder).make()
        words = [word for balance in BALANCES for word in ("--balance", balance)]
        self.exchange = ExchangeProcess(
            self.place.folder / "exchange",
            "--lock-step",
            *("--seed", str(seed), "--participation", "1"),
            *words,
            log=folder / "exchange.log",
        )
        self._asked_at = 0
        self._rules: tuple[dict[str, object], ...] = ()

    @property
    def admin(self) -> AdminClient:
        """The exchange's administrator."""
        return self.exchange.administrator()

    def open(self) -> None:
        """Start the exchange."""
        self.exchange.start()
        self._port = self.admin.address.port

    def revive(self) -> None:
        """Start the exchange again where it was; what it was told is durable."""
        self.exchange.start(self._port)

    def faults(self, rules: list[dict[str, object]], seed: int) -> None:
        """Put a fault plan in force; no rules clear it."""
        self.admin.faults(*rules, seed=seed)

    def lend_live(self) -> None:
        """Ask for LIVE, as a person would, when a quarter of the last loan is over."""
        now = self.admin.now()
        if self._asked_at and now - self._asked_at < RENEWED_EVERY:
            return
        clock = FixedClock(now)
        store = store_of(self.profile, self.place, clock)
        who = Requester(
            env=self.profile.env, profile_sha=self.profile.digest, actor="op", reason="crash matrix"
        )
        Requests(store, StopFiles(self.place.folder), clock).live(who, LONGEST_S)
        store.close()
        self._asked_at = now

    def await_nobody(self) -> None:
        """Wait until the exchange has noticed that a dead desk waits no more."""
        deadline = time.monotonic() + WAIT
        while self.admin.await_parked(0)["parked"]:
            assert time.monotonic() < deadline, "a dead desk still waits at the exchange"
            time.sleep(0.005)

    def close(self) -> None:
        """End the exchange."""
        self.exchange.kill()

    def _write_profile(self, settings: dict[str, object]) -> None:
        profiles = self.folder / "profiles"
        if not profiles.exists():
            shutil.copytree(ROOT / "profiles", profiles)
        lines = "\n".join(f"  {name}: {value}" for name, value in settings.items())
        text = PROFILE.format(settings=lines, override=", ".join(settings))
        (profiles / f"{NAME}.yaml").write_text(text)
