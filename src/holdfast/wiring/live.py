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
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path

import msgspec

from holdfast.clock import Clock
from holdfast.config.folders import find_profiles, home
from holdfast.config.loader import load_profile
from holdfast.config.profile import Profile
from holdfast.config.summary import start_up_summary
from holdfast.desk.desk import Desk
from holdfast.desk.inbox import Inbox
from holdfast.desk.loop import RESTART_CODE, Loop
from holdfast.desk.reconcile import reconcile
from holdfast.desk.session import Orchestrator
from holdfast.desk.startup import StartPlan, start
from holdfast.desk.status.board import StatusBoard
from holdfast.desk.status.facts import Block
from holdfast.desk.status.heard import HeardLedger
from holdfast.desk.status.metrics import Metrics
from holdfast.desk.status.tally import Tally
from holdfast.desk.status.tally_restore import restore_tally
from holdfast.domain.bookkeeping import LedgerFounded
from holdfast.domain.errors import HoldfastError
from holdfast.ledger.paths import Runtime, runtime
from holdfast.ledger.port import Ledger
from holdfast.ledger.positions_due import positions_due
from holdfast.ledger.store import DuckDbLedger
from holdfast.safety.hardening import harden_process, verify_private
from holdfast.telemetry import log
from holdfast.venue.journal import Journal
from holdfast.venue.paper import PaperVenue
from holdfast.wiring.exchange import ExchangeDesk, open_exchange
from holdfast.wiring.front import Front
from holdfast.wiring.house import Pace, Stopwatch, Upkeep
from holdfast.wiring.keys import Keyring, open_secrets
from holdfast.wiring.locks import DeskLock
from holdfast.wiring.market import feed_of, first_time, paper_venue
from holdfast.wiring.releases import release_by
from holdfast.wiring.reloading import Reloader
from holdfast.wiring.replay import GENESIS
from holdfast.wiring.road import clock_of, founded, open_road
from holdfast.wiring.rules import Policy, instrument_of, policy_of
from holdfast.wiring.sighting import ahead_of, seat_live
from holdfast.wiring.sizing import shape_live
from holdfast.wiring.venue_time import VenueTime

PAPER_ACCOUNT = "paper"


class DeskOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line of a desk may say; `candles` ends the run after so many."""

    profile: str
    profiles: Path | None = None
    overrides: Mapping[str, str] = {}
    candles: int | None = None


class OpenDesk(msgspec.Struct, kw_only=True):
    """A started desk and what its surroundings need of it."""

    desk: Desk
    ledger: DuckDbLedger
    runtime: Runtime
    profile: Profile
    profiles: Path
    tally: Tally
    metrics: Metrics
    board: StatusBoard
    startup: dict[str, int]
    clock: Clock
    keyring: Keyring
    exchange: ExchangeDesk | None = None
    blocks: dict[str, Block] = {}


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
    harden_process()
    with ExitStack() as stack:
        held = open_desk(options, stack)
        desk, settings, inbox = held.desk, held.profile.settings, Inbox()
        on_paper = held.exchange is None
        loop = Loop(
            desk,
            inbox,
            orchestrator,
            candle_seconds=settings.candle_seconds if on_paper else settings.poll_interval_seconds,
            speed=settings.speed if on_paper else Decimal(1),
            candles=options.candles,
            wait=held.clock.sleep if isinstance(held.clock, VenueTime) else None,
        )
        sight, tape = seat_live(desk, settings, held.ledger, held.runtime, paper=on_paper)
        adopters = (sight.follow, *(() if held.exchange is None else (held.exchange.adopt,)))
        reloader = Reloader(
            held.profile,
            held.profiles,
            options.overrides,
            lambda: loop.stop("restart", RESTART_CODE),
            *adopters,
        )
        front = Front(held, inbox, reloader, orchestrator, held.clock)
        duties = () if held.exchange is None else (held.exchange,)
        pace = Pace(held.tally.counts, held.clock, loop.pause)
        loop.own_signals()
        signals = front.open(stack)
        loop.between = (reloader, *duties, *signals, held.metrics.tick_begins, pace.begins)
        upkeep = Upkeep(held.ledger, settings)
        ahead = ahead_of(desk, settings) if on_paper else None
        rest = (upkeep, front) if ahead is None else (ahead, upkeep, front)
        loop.after = (tape, pace.ends, held.metrics.tick_ends, *rest)
        code = loop.run()
        loop.finish()
        front.report(desk)
        log.info(f"stopped: {loop.stop_reason}; {desk.tick_number} ticks")
    orchestrator.close(5.0)
    return code


def open_desk(options: DeskOptions, stack: ExitStack, clock: Clock | None = None) -> OpenDesk:
    """Open everything a tick needs, under the locks; what was opened closes with the stack."""
    profiles = find_profiles(os.environ, named=options.profiles)
    profile = load_profile(
        options.profile, profiles=profiles, environ=os.environ, overrides=options.overrides
    )
    root = home(os.environ, named=options.profiles)
    place = runtime(profile.runtime, root).make()
    for line in (*start_up_summary(profile), *map(str, profile.warnings)):
        log.info(line)
    _verify_private(profile, place)
    clock = clock or clock_of(profile, place)
    if profile.venue == "paper":
        keyring = open_secrets(profile, root, clock)
        held = _open_paper(profile, profiles, place, clock, keyring, stack)
    else:
        held = _open_exchange(profile, profiles, place, root, clock, stack)
    shape_live(held.desk, profile.settings, held.ledger)
    return held


def _verify_private(profile: Profile, place: Runtime) -> None:
    """Refuse a state others can read where it concerns real money; say it on paper."""
    try:
        verify_private(place.folder)
    except HoldfastError as fault:
        if profile.venue != "paper":
            raise
        log.warning(str(fault))


def _open_paper(
    profile: Profile,
    profiles: Path,
    place: Runtime,
    clock: Clock,
    keyring: Keyring,
    stack: ExitStack,
) -> OpenDesk:
    watch = Stopwatch(clock)
    stack.enter_context(DeskLock(place, profile.venue, PAPER_ACCOUNT, profile.symbol))
    policy = policy_of(profile, GENESIS)
    feed = feed_of(profile, policy.rules.instrument)
    at = first_time(feed)
    venue = paper_venue(profile, policy, feed, Journal(place.venue))
    stack.callback(venue.close)
    ledger = open_ledger(profile, place, clock)
    stack.callback(ledger.close)
    keep_positions(ledger, profile)
    tally, board = remembered(ledger), StatusBoard()
    metrics = Metrics(board, clock, tally.counts)
    watch.lap("replay")
    heard = HeardLedger(ledger, tally, clock, metrics.committed)
    desk = _start(profile, policy, venue, heard, clock, at, watch)
    for fault in ledger.faults:
        log.warning(fault)
    return OpenDesk(
        desk=desk,
        ledger=ledger,
        runtime=place,
        profile=profile,
        profiles=profiles,
        tally=tally,
        metrics=metrics,
        board=board,
        startup=watch.done(),
        clock=clock,
        keyring=keyring,
    )


def _open_exchange(
    profile: Profile,
    profiles: Path,
    place: Runtime,
    root: Path,
    clock: Clock,
    stack: ExitStack,
) -> OpenDesk:
    watch = Stopwatch(clock)
    road = open_road(profile, place, root, clock, stack)
    found = founded(road, uuid.uuid4().hex)
    stack.enter_context(DeskLock(place, profile.venue, found.account, profile.symbol))
    market = road.venue.instrument
    ledger = DuckDbLedger.open(
        place.ledger, clock=clock, base=market.base, quote=market.quote, found=found
    )
    stack.callback(ledger.close)
    keep_positions(ledger, profile)
    tally, board = remembered(ledger), StatusBoard()
    metrics = Metrics(board, clock, tally.counts)
    watch.lap("replay")
    made = open_exchange(road, ledger, tally, metrics.committed, root, stack)
    watch.lap("reconcile")
    for fault in ledger.faults:
        log.warning(fault)
    watch.lap("bootstrap")
    return OpenDesk(
        desk=made.desk,
        ledger=ledger,
        runtime=place,
        profile=profile,
        profiles=profiles,
        tally=tally,
        metrics=metrics,
        board=board,
        startup=watch.done(),
        clock=clock,
        keyring=road.keyring,
        exchange=made,
        blocks=made.blocks(),
    )


def open_ledger(profile: Profile, place: Runtime, clock: Clock) -> DuckDbLedger:
    """Open or found the ledger of a profile; its facts must be the profile's."""
    instrument = instrument_of(profile)
    found = LedgerFounded(
        genesis=GENESIS,
        env=profile.env,
        venue=profile.venue,
        account=PAPER_ACCOUNT,
        symbol=profile.symbol,
    )
    return DuckDbLedger.open(
        place.ledger, clock=clock, base=instrument.base, quote=instrument.quote, found=found
    )


def keep_positions(ledger: DuckDbLedger, profile: Profile) -> None:
    """Bring the rows of positions up to the slots, where a life before did not keep them."""
    settings = profile.settings
    if not settings.position_ledger_enabled:
        return
    ledger.project()
    books, cursor = ledger.restore(), ledger.cursor()
    try:
        due = positions_due(books, cursor, settings.pair_profit_pct)
    finally:
        cursor.close()
    if due:
        ledger.commit(books.market_time, due)
        log.info(f"positions were not kept by a life before: {len(due)} rows were opened or closed")


def remembered(ledger: DuckDbLedger) -> Tally:
    """Fill a tally with what the ledger remembers."""
    tally = Tally()
    ledger.project()
    cursor = ledger.cursor()
    try:
        restore_tally(tally, cursor, ledger.restore())
    finally:
        cursor.close()
    return tally


def _start(
    profile: Profile,
    policy: Policy,
    venue: PaperVenue,
    ledger: Ledger,
    clock: Clock,
    at: int,
    watch: Stopwatch,
) -> Desk:
    desk = Desk(
        rules=policy.rules,
        sizing=policy.sizing,
        limits=policy.limits,
        venue=venue,
        ledger=ledger,
        clock=clock,
    )
    if desk.books.rules_digest:
        note = reconcile(desk)
        log.info(
            f"reconciled: {note.filled} fills, {note.ended} ends, {note.resent} asked again, "
            f"{len(note.foreign)} foreign, agreed {note.agreed}"
        )
    watch.lap("reconcile")
    plan = StartPlan(
        at=at,
        slots=policy.slots,
        sticky=policy.sticky,
        may_cycle=policy.may_cycle,
        profile=profile.name,
        pid=os.getpid(),
        build=version("holdfast"),
    )
    start(desk, plan)
    release_by(desk, profile)
    watch.lap("bootstrap")
    return desk
