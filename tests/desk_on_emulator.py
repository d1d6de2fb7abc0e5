"""A whole desk as it is opened from a profile, on the emulated exchange as a process, in lock step.

Nothing is left out but the loop and the API: the driver ticks the desk and moves the clock.
"""

import json
from contextlib import ExitStack
from pathlib import Path

from holdfast.clock import SystemClock
from holdfast.desk.status.board import StatusReport
from holdfast.desk.status.facts import Facts
from holdfast.desk.tick import close_tick, tick
from holdfast.domain.bookkeeping import (
    AlertNoted,
    EvidenceNoted,
    HoldSet,
    PolicyNoted,
    RiskNoted,
    SignalNoted,
)
from holdfast.ledger.paths import runtime
from holdfast.ledger.publish import Publisher
from holdfast.safety.kill import StopFiles
from holdfast.safety.mode_request import Requester, Requests
from holdfast.venue.emulator.process import ExchangeProcess
from holdfast.wiring.live import DeskOptions, open_desk
from holdfast.wiring.modes import store_of

ROOT = Path(__file__).parents[1]
SECOND = 1_000_000
PROFILE = """
extends: kraken-staging
description: Staging desk of a test, by the clock of its exchange
runtime: lockstep
secrets:
  api_key: secret://file/var/lockstep/exchange/api_key
  api_secret: secret://file/var/lockstep/exchange/api_secret
settings:
  clock_source: venue
  mode_store: file
  slots: 2
  slot_spacing_pct: 0.15
  pair_entry_pct: 0.15
  pair_refresh_pct: 0.4
"""


class DeskOnEmulator:
    """One exchange, one desk, and the published status of it."""

    def __init__(self, home, monkeypatch, *options):
        self.stack = ExitStack()
        self.home = home
        self.profiles = home / "profiles"
        self.profiles.mkdir()
        for one in (ROOT / "profiles").iterdir():
            (self.profiles / one.name).symlink_to(one)
        (self.profiles / "lockstep.yaml").write_text(PROFILE)
        monkeypatch.setenv("HOLDFAST_HOME", str(home))
        folder = runtime("lockstep", home).make().folder / "exchange"
        options = options or ("--balance", "USD=1000", "--balance", "DOGE=10000")
        self.exchange = ExchangeProcess(folder, "--lock-step", *options, log=home / "exchange.log")
        self.stack.enter_context(self.exchange)

    def open(self):
        asked = DeskOptions(profile="lockstep", profiles=self.profiles)
        self.held = open_desk(asked, self.stack)
        held = self.held
        facts = Facts(tally=held.tally, startup=held.startup)
        facts.execution, facts.exchange = held.blocks["execution"], held.blocks["exchange"]
        self.report = StatusReport(
            held.board, facts, held.clock, lambda: held.profile, lambda: "none"
        )
        return self

    def arm(self, seconds=3_600):
        profile, place, clock = self.held.profile, self.held.runtime, self.held.clock
        store = store_of(profile, place, clock)
        who = Requester(
            env=profile.env, profile_sha=profile.digest, actor="op", reason="a run of a test"
        )
        Requests(store, StopFiles(place.folder), clock).live(who, seconds)
        store.close()
        return self

    def ticks(self, count=1, seconds=5):
        for _ in range(count):
            self.held.exchange(self.held.desk)
            summary = tick(self.held.desk)
            close_tick(self.held.desk, summary, orchestrated=False, task_run="")
            self.report(self.held.desk, summary)
            self.exchange.administrator().advance(round(seconds * SECOND))
        return self

    def until(self, true, most=60):
        for _ in range(most):
            if true(self):
                return self
            self.ticks()
        raise AssertionError("it never came to that")

    @property
    def live(self):
        return self.status["execution"]["effective"] == "LIVE"

    @property
    def status(self):
        """Read the bytes the API serves."""
        return json.loads(self.held.board.read().body)

    def publish(self):
        """Write what a running desk would have published by now, on the machine's clock."""
        held = self.held
        held.ledger.project()
        publisher = Publisher(
            held.ledger.cursor, held.runtime.published, SystemClock(), runtime="lockstep"
        )
        publisher.offer(held.board.read().body)
        assert publisher.publish(), publisher.problem
        return held.runtime.published

    def close(self):
        self.stack.close()


def troubled(home, monkeypatch, text=""):
    """Run a desk through all a panel shows, and publish it; `text` goes wherever a person may write.

    It simulates, is armed, trades, loses answers, meets a foreign order and refuses one of its own.
    """
    world = DeskOnEmulator(home, monkeypatch).open()
    world.ticks(3).arm().until(lambda one: one.live and one.held.desk.books.orders)
    admin = world.exchange.administrator()
    admin.order(
        pair="XDGUSD", type="buy", ordertype="limit", price="0.05", volume="20", oflags="post"
    )
    for name in sorted(world.held.desk.books.orders)[:2]:
        admin.fill(cl_ord_id=name, vol="1000")
    world.ticks(4)
    world.held.exchange.gear.agreement()
    admin.faults({"kind": "drop_request", "endpoints": ["AddOrder", "AddOrderBatch"], "times": 0})
    for name in sorted(world.held.desk.books.orders)[:2]:
        admin.fill(cl_ord_id=name, vol="1000")
    world.until(lambda one: one.held.desk.books.submissions)
    world.held.desk.note(*_notes(text or "said by a person"))
    world.report.now(world.held.desk)
    world.publish()
    return world


def _notes(text):
    steps = {"kind": "drill", "name": "D4", "run": text, "expected": "no entry", "observed": text}
    signal = {"source": text, "signal_id": "s-1", "payload_sha": "0" * 64, "kind": "pause"}
    return (
        AlertNoted(name="HeadroomLow", severity="warning", state="began", detail=text),
        AlertNoted(name="HeadroomLow", severity="warning", state="ended", detail=""),
        AlertNoted(name="UnknownIntent", severity="critical", state="began", detail=text),
        HoldSet(name="operator", reason=text),
        RiskNoted(
            slot=1,
            leg="A",
            code="order_notional",
            codes=("order_notional",),
            limit="10",
            observed=text,
            policy="1:0",
        ),
        PolicyNoted(principal=text, changes={"max_open_orders": ("", "5")}, reason=text),
        SignalNoted(**signal, state="received"),
        SignalNoted(**signal, state="done", detail=text),
        EvidenceNoted(**steps, step="restart", verdict="pass"),
        EvidenceNoted(**steps, step=text, verdict="fail"),
    )
