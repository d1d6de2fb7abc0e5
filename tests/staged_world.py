"""A desk and its exchange as two real processes in lock step, in a home of their own.

The exchange's clock moves while `running`; the desk goes by it, so minutes pass in seconds.
"""

import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

from holdfast.desk.control.client import ControlClient, DeskAbsent
from holdfast.venue.emulator.process import ExchangeProcess

ROOT = Path(__file__).resolve().parents[1]
SECOND = 1_000_000
PAGE = """
extends: kraken-staging
description: a staging desk in lock step
env: staging
venue: kraken
symbol: DOGE/USD
runtime: {name}
secrets:
  api_key: secret://file/var/{name}/exchange/api_key
  api_secret: secret://file/var/{name}/exchange/api_secret
{secrets}allowed_accounts: ["03791e51"]
settings:
  clock_source: venue
  mode_store: file
{settings}"""


class Staged:
    """One exchange and one desk."""

    name = "mine"

    def __init__(self, home: Path, *, secrets="", options=(), **settings) -> None:
        self.home = home
        self.place = home / "var" / self.name
        shutil.copytree(ROOT / "profiles", home / "profiles", dirs_exist_ok=True)
        settings = {"slots": 4} | settings
        lines = "".join(f"  {name}: {value}\n" for name, value in settings.items())
        page = PAGE.format(name=self.name, settings=lines, secrets=secrets)
        (home / "profiles" / f"{self.name}.yaml").write_text(page)
        self.place.mkdir(parents=True, mode=0o700)
        self.exchange = ExchangeProcess(
            self.place / "exchange",
            *("--lock-step", "--regime", "ranging", "--balance", "USD=200"),
            *("--balance", "DOGE=2000"),
            *options,
            log=home / "exchange.log",
        )
        self.environ = {**os.environ, "HOLDFAST_HOME": str(home)}
        self.environ.pop("HOLDFAST_PROFILES", None)
        self.desk: subprocess.Popen[bytes] | None = None
        self.running = threading.Event()
        self._over = threading.Event()
        self._driver = threading.Thread(target=self._drive, daemon=True)

    def start(self):
        self.exchange.start()
        self.running.set()
        self._driver.start()
        self.start_desk()
        return self

    def start_desk(self):
        log = (self.home / "desk.log").open("ab")
        command = [sys.executable, "-m", "holdfast", "desk", "run", "--no-orchestrator"]
        self.desk = subprocess.Popen(
            [*command, "--profile", self.name],
            cwd=self.home,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        log.close()
        self.until(lambda: self.status() is not None)

    def stop_desk(self):
        self.desk.terminate()
        assert self.desk.wait(30) == 0, self.story()

    def end(self):
        self.running.set()
        if self.desk is not None and self.desk.poll() is None:
            self.desk.kill()
            self.desk.wait()
        self._over.set()
        self._driver.join(10)
        self.exchange.stop()

    def cli(self, *words, code=0):
        return self.run(*words, "--profile", self.name, code=code)

    def run(self, *words, code=0):
        done = subprocess.run(
            [sys.executable, "-m", "holdfast", *words],
            cwd=self.home,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=90,
        )
        assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        return done.stdout if code == 0 else done.stdout + done.stderr

    def api(self):
        return ControlClient(self.place / "control.json", "tester")

    def status(self):
        try:
            answer = self.api().get("/api/status")
        except DeskAbsent:
            return None
        return answer.body if answer.ok else None

    def mode(self):
        return self.status()["execution"]["effective"]

    def go_live(self):
        asked = ("--reason", "go", "--actor", "op", "--for", "12h", "--yes")
        self.cli("mode", "live", *asked)
        self.until(lambda: self.mode() == "LIVE")
        self.until(lambda: self.status()["exchange"]["entries"] > 0)
        return self

    def until(self, condition, seconds=60.0):
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, self.story()
            assert self.desk.poll() is None, self.story()
            time.sleep(0.1)

    def story(self):
        return (self.home / "desk.log").read_text()[-4000:]

    def _drive(self):
        while not self._over.is_set():
            admin = self.exchange.admin
            if admin is None or not self.running.wait(0.1):
                time.sleep(0.05)
                continue
            try:
                if admin.await_parked(1, 0.2)["parked"]:
                    admin.advance(5 * SECOND)
            except Exception:  # noqa: BLE001 (the exchange is stopped by the test)
                time.sleep(0.1)
