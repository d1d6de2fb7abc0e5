"""Join what a verification needs: the runbook, the runtime of a profile, its desk and dashboard.

Rules: the addresses are read anew whenever they are needed; evidence goes to the desk's ledger where
one answers and to `var/<runtime>/evidence/` always.
"""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from holdfast.clock import Clock
from holdfast.config.errors import ConfigError, quoted
from holdfast.config.folders import find_profiles, home
from holdfast.desk.control.client import ControlClient, DeskAbsent
from holdfast.ledger.paths import Runtime
from holdfast.rollout.runbook.around import Address, Around, Services
from holdfast.rollout.runbook.evidence import Keeper
from holdfast.rollout.runbook.journal import Begun, JournalBroken, RunJournal, reopen
from holdfast.rollout.runbook.load import Loaded, load_runbook
from holdfast.rollout.runbook.results import RunResult, StepResult, run_id
from holdfast.rollout.runbook.run import Key, Tell, run
from holdfast.rollout.runbook.stopping import Stop
from holdfast.rollout.verdicts import Verdict
from holdfast.telemetry import log
from holdfast.wiring.place import place_of

DASHBOARD = "dashboard"
PRINCIPAL = "verify"
OLDEST = datetime(2000, 1, 1, tzinfo=UTC)


class VerifyOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a verification may be told; `since` is text in UTC, `resume` an earlier run."""

    runbook: str
    profile: str = "paper"
    profiles: Path | None = None
    since: str = ""
    resume: str = ""


class _Up(msgspec.Struct, frozen=True):
    urls: dict[str, str]


def read_runbook(options: VerifyOptions) -> Loaded:
    """Find and read the runbook, and look at nothing else."""
    return load_runbook(options.runbook, find_profiles(os.environ, named=options.profiles))


def verify(
    options: VerifyOptions, clock: Clock, tell: Tell = lambda _: None, stop: Stop | None = None
) -> RunResult:
    """Run a runbook against the desk of a profile, and keep the evidence; `stop` may end it early."""
    stop = stop or Stop()
    loaded = read_runbook(options)
    place = place_of(options.profile, options.profiles)
    journal, begun, passed = _journal(options, loaded, place, clock)
    services = Services(
        desk=lambda: _desk(place),
        dashboard=lambda: _dashboard(home(os.environ, named=options.profiles), place),
        clock=clock,
    )
    around = Around(
        services=services,
        logs=place.logs,
        published=place.published,
        clock=clock,
        began_at=begun.began_at,
        since=begun.since,
        stop=stop,
    )
    keeper = Keeper(
        journal, lambda row: _send(place, row), run=begun.run, runbook=loaded.book.runbook
    )
    try:
        return run(loaded, around, keeper, begun.run, passed=passed, tell=tell)
    except KeyboardInterrupt:
        stop.ask()
        raise
    finally:
        if stop.asked:
            log.warning(f"interrupted; go on with --resume {begun.run}")


def _journal(
    options: VerifyOptions, loaded: Loaded, place: Runtime, clock: Clock
) -> tuple[RunJournal, Begun, dict[Key, StepResult]]:
    if options.resume:
        return _resumed(options, loaded, place)
    now = clock.wall()
    begun = Begun(
        run=run_id(loaded.book.runbook, now),
        runbook=loaded.book.runbook,
        digest=loaded.digest,
        began_at=now,
        since=_moment(options.since, now),
    )
    journal = RunJournal(place.evidence / f"{begun.run}.jsonl")
    try:
        journal.write(begun)
    except OSError as error:
        log.error(f"no journal of this run can be kept: {error}")
    return journal, begun, {}


def _resumed(
    options: VerifyOptions, loaded: Loaded, place: Runtime
) -> tuple[RunJournal, Begun, dict[Key, StepResult]]:
    if Path(options.resume).name != options.resume or options.since:
        raise ConfigError(
            "a run is resumed by its id, and keeps its time", key="--resume", hint="name the run"
        )
    journal, begun, steps = reopen(place.evidence / f"{options.resume}.jsonl")
    if begun.digest != loaded.digest:
        raise JournalBroken(f"{begun.runbook} was edited since; start a new run")
    latest = {(step.phase, step.step): step for step in steps}
    return journal, begun, {k: v for k, v in latest.items() if v.verdict is Verdict.PASS}


def _desk(place: Runtime) -> Address | None:
    try:
        return msgspec.json.decode(place.control.read_bytes(), type=Address)
    except (OSError, msgspec.MsgspecError):
        return None


def _dashboard(root: Path, place: Runtime) -> Address | None:
    try:
        noted = msgspec.json.decode((root / "var" / "up.json").read_bytes(), type=dict[str, _Up])
        return Address(noted[place.folder.name].urls[DASHBOARD])
    except (OSError, msgspec.MsgspecError, KeyError):
        return None


def _send(place: Runtime, row: Mapping[str, str]) -> bool:
    try:
        answer = ControlClient(place.control, PRINCIPAL).post("/api/evidence", row)
    except DeskAbsent:
        return False
    if not answer.ok:
        log.warning(f"the desk did not take the evidence: {answer.message}")
    return answer.ok


def _moment(text: str, now: int) -> int | None:
    if not text:
        return None
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise _no_time(text) from None
    told = told.replace(tzinfo=UTC) if told.tzinfo is None else told
    if told < OLDEST:
        raise _no_time(text)
    at = round(told.timestamp() * 1_000_000)
    if at > now:
        raise ConfigError(
            "is in the future", file="command line", key="--since", hint="say when it was deployed"
        )
    return at


def _no_time(text: str) -> ConfigError:
    return ConfigError(
        f"{quoted(text)} is no time",
        file="command line",
        key="--since",
        allowed="2026-11-20T12:00:00, UTC",
        hint="correct it",
    )
