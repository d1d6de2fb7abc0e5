"""Replay candles through a desk from start to end, and keep what came of it.

Rules: everything that can be refused is refused before anything is written. The ledger is compared
with the venue to the last unit after every run, and the file is proved after it was written; a
difference is an error, told with its figures, and the folder stays for whoever looks into it.
"""

import os
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from holdfast.clock import Clock, SystemClock
from holdfast.config.folders import find_profiles, home
from holdfast.config.loader import load_profile
from holdfast.config.profile import Profile
from holdfast.desk.desk import Desk
from holdfast.domain.bookkeeping import LedgerFounded, SessionStopped
from holdfast.domain.errors import LedgerCorrupt
from holdfast.ledger.bulk import BulkLedger
from holdfast.ledger.collector import collector_paused
from holdfast.ledger.verify import verify
from holdfast.replay import saving
from holdfast.replay.conservation import compare
from holdfast.replay.drive import drive
from holdfast.replay.equity import Curve
from holdfast.replay.report import Report, Run, build
from holdfast.replay.result import result_of
from holdfast.replay.stretch import between, moment
from holdfast.replay.timing import Stopwatch
from holdfast.telemetry import log
from holdfast.venue.candles import Candles
from holdfast.venue.files import load_candles
from holdfast.venue.timestamps import written
from holdfast.wiring.market import feed_of
from holdfast.wiring.replay import GENESIS, replay_desk
from holdfast.wiring.rules import instrument_of
from holdfast.wiring.sighting import reading_seconds

Progress = Callable[[str, int, int], None]  # what is being done, how far, of how much
BLINK = 0.1
ACCOUNT = "paper"


class ReplayOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a replay may be asked.

    Without `data` the profile's own market is driven for `candles` candles. `start` is included,
    `end` is not. `out` is a new folder; without it one is made under `var/replays`.
    """

    profile: str = "paper"
    profiles: Path | None = None
    data: Path | None = None
    candles: int = 5_000
    slots: int | None = None
    start: str = ""
    end: str = ""
    repair: bool = False
    out: Path | None = None
    save: bool = True
    verify: bool = True
    overrides: Mapping[str, str] = {}


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What a replay gave: the figures programs read, the report, and where both were kept."""

    result: dict[str, Any]
    report: Report
    folder: Path | None


class _Driven(msgspec.Struct, frozen=True, kw_only=True):
    """A desk at the end of its candles."""

    profile: Profile
    candles: Candles
    data: tuple[str, ...]
    desk: Desk
    ledger: BulkLedger
    walked: int


def run_replay(options: ReplayOptions, progress: Progress | None = None) -> dict[str, Any]:
    """Replay, keep ledger and report, and return the figures of `--json`."""
    return replay(options, progress).result


def replay(
    options: ReplayOptions, progress: Progress | None = None, clock: Clock | None = None
) -> Replayed:
    """Replay, check and keep; raise LedgerCorrupt where the books are not what they must be."""
    clock = clock or SystemClock()
    tell = progress or _silent
    watch = Stopwatch(clock)
    if options.save and options.out is not None:
        saving.check_target(options.out)
    with watch.timed("load"):
        profile = _profile(options)
        candles, data = _candles(options, profile)
    driven = _drive(profile, candles, data, tell, watch, clock)
    with watch.timed("figures"):
        tell("figures", 0, 1)
        report, curve = build(
            Run(
                profile=profile,
                candles=candles,
                walked=driven.walked,
                desk=driven.desk,
                rows=driven.ledger.rows,
                data=data,
                event_hash=driven.ledger.event_hash(),
            )
        )
    report.checks = compare(driven.desk)
    folder = _keep(options, driven, report, curve, tell, watch, clock)
    if report.checks:
        place = f"; see {folder}" if folder else ""
        raise LedgerCorrupt(f"the replay's books are broken: {'; '.join(report.checks)}{place}")
    return Replayed(result=report.result, report=report, folder=folder)


def _profile(options: ReplayOptions) -> Profile:
    overrides = dict(options.overrides)
    if options.slots is not None:
        overrides["slots"] = str(options.slots)
    profile = load_profile(
        options.profile,
        profiles=find_profiles(os.environ, named=options.profiles),
        environ=os.environ,
        overrides=overrides,
    )
    for notice in profile.warnings:
        log.warning(str(notice))
    return profile


def _candles(options: ReplayOptions, profile: Profile) -> tuple[Candles, tuple[str, ...]]:
    start, end = moment("--from", options.start), moment("--to", options.end)
    if options.data is None:
        candles, lines = _own_market(options, profile)
    else:
        instrument = instrument_of(profile)
        loaded = load_candles(
            options.data,
            tick=instrument.price_tick,
            step=instrument.size_step,
            repair=options.repair,
        )
        candles, lines = loaded.candles, loaded.report.lines()
    for line in lines:
        log.info(line)
    if start is not None or end is not None:
        candles = between(candles, start, end)
        first, last = written(candles.at[0]), written(candles.at[-1])
        lines.append(f"driven: {len(candles):,} candles from {first} to {last} UTC")
    return candles, tuple(lines)


def _own_market(options: ReplayOptions, profile: Profile) -> tuple[Candles, list[str]]:
    instrument, settings = instrument_of(profile), profile.settings
    feed = feed_of(profile, instrument)
    rows = [
        (one.at, one.open, one.high, one.low, one.close, one.volume)
        for one in islice(iter(feed.next, None), options.candles)
    ]
    candles = Candles.from_rows(
        rows, seconds=feed.seconds, tick=instrument.price_tick, step=instrument.size_step
    )
    if settings.market_source == "file":
        return candles, [f"the profile's market file, its first {len(rows):,} candles"]
    kind = f"regime {settings.market_regime}, seed {settings.market_seed}"
    return candles, [f"built-in market: {len(rows):,} candles of {feed.seconds} s, {kind}"]


def _drive(
    profile: Profile,
    candles: Candles,
    data: tuple[str, ...],
    tell: Progress,
    watch: Stopwatch,
    clock: Clock,
) -> _Driven:
    instrument = instrument_of(profile)
    ledger = BulkLedger(instrument.base, instrument.quote, GENESIS)
    with collector_paused():
        with watch.timed("drive"):
            desk, venue = replay_desk(profile, candles, ledger)
            walked = drive(desk, venue, _blinking(tell, len(candles), clock))
            ledger.event_hash()
        desk.running = False
        desk.note(SessionStopped(epoch=desk.books.epoch, reason="process exit"))
    if (spent := reading_seconds(desk)) is not None:
        watch.rows["signals"] = spent
    tell("candles", walked, len(candles))
    return _Driven(
        profile=profile,
        candles=candles,
        data=data,
        desk=desk,
        ledger=ledger,
        walked=walked,
    )


def _keep(
    options: ReplayOptions,
    driven: _Driven,
    report: Report,
    curve: Curve,
    tell: Progress,
    watch: Stopwatch,
    clock: Clock,
) -> Path | None:
    if not options.save:
        _finish(report, driven, watch)
        return None
    folder = options.out or saving.folder_for(
        home(os.environ, named=options.profiles) / "var" / "replays",
        clock,
        driven.profile.name,
        report.event_hash,
    )
    with saving.appearing(folder.absolute()) as part:
        tell("ledger", 0, 1)
        with watch.timed("ledger"):
            path = saving.save_ledger(
                part, driven.ledger, driven.candles, driven.walked, clock, _founded(driven.profile)
            )
        if options.verify:
            with watch.timed("verify"):
                report.checks += _proved(path, report.event_hash, tell)
        tell("report", 0, 1)
        _finish(report, driven, watch)
        with watch.timed("report"):
            saving.save_page(part, report, curve)
        _finish(report, driven, watch)
        saving.save_data(part, report)
    return folder.absolute()


def _finish(report: Report, driven: _Driven, watch: Stopwatch) -> None:
    report.timings_seconds = dict(watch.rows)
    report.result = result_of(report, driven.desk.books.accounts, watch.rows["drive"])


def _proved(path: Path, event_hash: str, tell: Progress) -> list[str]:
    found = verify(path, lambda done, total: tell("verify", done, total))
    faults = [str(finding) for finding in found.findings]
    if found.event_hash != event_hash:
        faults.append(f"the file's event hash is {found.event_hash}, the run's {event_hash}")
    return faults


def _founded(profile: Profile) -> LedgerFounded:
    return LedgerFounded(
        genesis=GENESIS,
        env=profile.env,
        venue=profile.venue,
        account=ACCOUNT,
        symbol=profile.symbol,
    )


def _blinking(tell: Progress, total: int, clock: Clock) -> Callable[[int], None]:
    due = [clock.monotonic() + BLINK]

    def told(done: int) -> None:
        now = clock.monotonic()
        if now >= due[0]:
            due[0] = now + BLINK
            tell("candles", done, total)

    return told


def _silent(stage: str, done: int, total: int) -> None:
    del stage, done, total
