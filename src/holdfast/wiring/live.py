"""Open a live desk from a profile, run it, and close it so that nothing is lost.

The order of opening is the order of trust: profile, locks, venue, ledger, agreement with the venue,
control API, first tick. Closing goes back the same way; the ledger is closed before anything that
may hang.
"""

import argparse
import os
import uuid
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path

import msgspec

from holdfast.clock import Clock, SystemClock
from holdfast.config.folders import find_profiles
from holdfast.config.loader import load_profile
from holdfast.config.profile import Profile
from holdfast.config.summary import start_up_summary
from holdfast.desk.desk import Desk
from holdfast.desk.inbox import Inbox
from holdfast.desk.loop import RESTART_CODE, Loop
from holdfast.desk.reconcile import reconcile
from holdfast.desk.session import Orchestrator
from holdfast.desk.startup import StartPlan, start
from holdfast.domain.bookkeeping import LedgerFounded
from holdfast.ledger.paths import Runtime, runtime
from holdfast.ledger.store import DuckDbLedger
from holdfast.telemetry import log
from holdfast.venue.journal import Journal
from holdfast.venue.paper import PaperVenue
from holdfast.wiring.house import Upkeep
from holdfast.wiring.locks import DeskLock
from holdfast.wiring.market import feed_of, first_time, paper_venue
from holdfast.wiring.reloading import Reloader
from holdfast.wiring.replay import GENESIS
from holdfast.wiring.rules import Policy, instrument_of, policy_of

PAPER_ACCOUNT = "paper"


class DeskOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line of a desk may say; `candles` ends the run after so many."""

    profile: str
    profiles: Path | None = None
    overrides: Mapping[str, str] = {}
    candles: int | None = None


class OpenDesk(msgspec.Struct, kw_only=True):
    """A started desk and what has to be let go of with it."""

    desk: Desk
    ledger: DuckDbLedger
    venue: PaperVenue
    runtime: Runtime
    profile: Profile
    profiles: Path


def parse(argv: Sequence[str]) -> DeskOptions:
    """Read the options of a desk process."""
    parser = argparse.ArgumentParser(prog="holdfast desk run")
    parser.add_argument("--profile", default="paper")
    parser.add_argument("--profiles", type=Path, default=None)
    parser.add_argument("--slots")
    parser.add_argument("--speed")
    parser.add_argument("--candles", type=int, default=None)
    known = parser.parse_args(argv)
    asked = {"slots": known.slots, "speed": known.speed}
    return DeskOptions(
        profile=known.profile,
        profiles=known.profiles,
        overrides={name: value for name, value in asked.items() if value is not None},
        candles=known.candles,
    )


def run_desk(options: DeskOptions, orchestrator: Orchestrator) -> int:
    """Run a desk until it is told to stop; return the exit code of the process."""
    with ExitStack() as stack:
        held = open_desk(options, stack, SystemClock())
        desk, settings = held.desk, held.profile.settings
        inbox = Inbox()
        upkeep = Upkeep(held.ledger, settings)
        loop = Loop(
            desk,
            inbox,
            orchestrator,
            candle_seconds=settings.candle_seconds,
            speed=settings.speed,
            candles=options.candles,
        )
        reloader = Reloader(
            held.profile,
            held.profiles,
            options.overrides,
            lambda: loop.stop("restart", RESTART_CODE),
        )
        loop.between = (reloader,)
        loop.after = (upkeep,)
        loop.own_signals()
        code = loop.run()
        loop.finish()
        log.info(
            f"stopped: {loop.stop_reason}; {desk.tick_number} ticks, {len(desk.books.slots)} slots"
        )
    orchestrator.close(5.0)
    return code


def open_desk(options: DeskOptions, stack: ExitStack, clock: Clock) -> OpenDesk:
    """Open everything a tick needs, under the locks; what was opened closes with the stack."""
    profiles = find_profiles(os.environ, named=options.profiles)
    profile = load_profile(
        options.profile, profiles=profiles, environ=os.environ, overrides=options.overrides
    )
    place = runtime(profile.runtime).make()
    stack.enter_context(DeskLock(place, profile.venue, PAPER_ACCOUNT, profile.symbol))
    for line in (*start_up_summary(profile), *map(str, profile.warnings)):
        log.info(line)
    policy = policy_of(profile, GENESIS)
    feed = feed_of(profile, policy.rules.instrument)
    at = first_time(feed)
    venue = paper_venue(profile, policy, feed, Journal(place.venue))
    stack.callback(venue.close)
    ledger = open_ledger(profile, place, clock)
    stack.callback(ledger.close)
    desk = _start(profile, policy, venue, ledger, clock, at)
    return OpenDesk(
        desk=desk,
        ledger=ledger,
        venue=venue,
        runtime=place,
        profile=profile,
        profiles=profiles,
    )


def open_ledger(profile: Profile, place: Runtime, clock: Clock) -> DuckDbLedger:
    """Open or found the ledger of a profile; its facts must be the profile's."""
    instrument = instrument_of(profile)
    found = LedgerFounded(
        genesis=GENESIS if profile.venue == "paper" else uuid.uuid4().hex,
        env=profile.env,
        venue=profile.venue,
        account=PAPER_ACCOUNT,
        symbol=profile.symbol,
    )
    return DuckDbLedger.open(
        place.ledger, clock=clock, base=instrument.base, quote=instrument.quote, found=found
    )


def _start(
    profile: Profile,
    policy: Policy,
    venue: PaperVenue,
    ledger: DuckDbLedger,
    clock: Clock,
    at: int,
) -> Desk:
    desk = Desk(
        rules=policy.rules,
        sizing=policy.sizing,
        limits=policy.limits,
        venue=venue,
        ledger=ledger,
        clock=clock,
    )
    for fault in ledger.faults:
        log.warning(fault)
    if desk.books.rules_digest:
        note = reconcile(desk)
        log.info(
            f"reconciled: {note.filled} fills, {note.ended} ends, {note.resent} asked again, "
            f"{len(note.foreign)} foreign, agreed {note.agreed}"
        )
    start(
        desk,
        StartPlan(
            at=at,
            slots=policy.slots,
            sticky=policy.sticky,
            profile=profile.name,
            pid=os.getpid(),
            build=version("holdfast"),
        ),
    )
    return desk
