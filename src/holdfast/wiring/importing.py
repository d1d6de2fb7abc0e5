"""Bring a saved state of the earlier bot into the ledger of a paper runtime whose desk is stopped.

Order: read and judge the file, look at the ledger, copy it, commit everything in one transaction, then
rest at the paper venue what rested before and note its answers. What a kill leaves unsent is in the books
without a receipt: the start of the desk compares and places it anew.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec
from msgspec.structs import replace

from holdfast.clock import Clock
from holdfast.config.folders import find_profiles, home
from holdfast.config.loader import load_profile
from holdfast.config.profile import Profile
from holdfast.domain.bookkeeping import CommandNoted, Note, ReceiptsNoted
from holdfast.domain.events import BalanceOpened, Event, PositionImported, RulesChanged
from holdfast.ledger import migrate
from holdfast.ledger.earlier import before as looking
from holdfast.ledger.earlier.before import Before
from holdfast.ledger.earlier.carry import Carried, carry, positions_of
from holdfast.ledger.earlier.fits import demand_fit
from holdfast.ledger.earlier.frame import Frame
from holdfast.ledger.earlier.read import read_saved
from holdfast.ledger.earlier.refusal import ImportRefused
from holdfast.ledger.earlier.shape import Saved
from holdfast.ledger.earlier.sound import demand_sound
from holdfast.ledger.earlier.summary import Summary, summed
from holdfast.ledger.paths import Runtime, runtime
from holdfast.ledger.store import DuckDbLedger
from holdfast.venue.candles import Feed
from holdfast.venue.journal import FILE_NAME, Journal
from holdfast.venue.paper import PaperVenue
from holdfast.wiring.live import PAPER_ACCOUNT, open_ledger
from holdfast.wiring.locks import DeskLock
from holdfast.wiring.market import feed_of, first_time, paper_venue
from holdfast.wiring.replay import GENESIS, opening_balances
from holdfast.wiring.rules import Policy, order_cap_of, policy_of

ACCEPTED, REASON = "accepted", "import"


class _Case(msgspec.Struct, frozen=True, kw_only=True):
    """One import: what is brought in, and where it goes."""

    profile: Profile
    place: Runtime
    policy: Policy
    feed: Feed
    saved: Saved
    clock: Clock
    summary: Summary


def bring_in(
    path: Path, name: str, profiles: Path | None, clock: Clock, *, plan: bool = False
) -> Summary:
    """Import a file under a profile, or say what that would write; raise ImportRefused, naming the file."""
    found = find_profiles(os.environ, named=profiles)
    profile = load_profile(name, profiles=found, environ=os.environ, overrides={})
    place = runtime(profile.runtime, home(os.environ, named=profiles))
    try:
        case = _case(path, profile, place, clock, planned=plan)
        with _held(case, planned=plan):
            return _done(case, planned=plan)
    except ImportRefused as refused:
        raise ImportRefused(f"{path.name}: {refused}") from refused


def _case(path: Path, profile: Profile, place: Runtime, clock: Clock, *, planned: bool) -> _Case:
    if profile.venue != "paper":
        raise ImportRefused(
            f"the profile trades on {profile.venue}: orders that rest there bear no id of ours",
            key="venue",
            allowed="paper",
            do="import under a paper profile; on an exchange cancel the earlier bot's orders and begin anew",
        )
    saved = read_saved(path)
    demand_sound(saved)
    policy = policy_of(profile, GENESIS)
    return _Case(
        profile=profile,
        place=place,
        policy=policy,
        feed=feed_of(profile, policy.rules.instrument),
        saved=saved,
        clock=clock,
        summary=Summary(
            file=path.name,
            sha256=saved.digest,
            profile=profile.name,
            runtime=profile.runtime,
            planned=planned,
        ),
    )


@contextmanager
def _held(case: _Case, *, planned: bool) -> Iterator[None]:
    """Keep desks out; a plan of a runtime that is not there makes nothing."""
    profile, known = case.profile, case.place.lock.exists()
    if planned and not known:
        yield
        return
    if not known:
        _judged(case, 0)  # before a folder is made
        case.place.make()
    with DeskLock(case.place, profile.venue, PAPER_ACCOUNT, profile.symbol):
        yield


def _done(case: _Case, *, planned: bool) -> Summary:
    ledger = case.place.ledger
    before = looking.look(ledger) if ledger.exists() else None
    if before is not None:
        looking.demand_free(before, case.saved.digest)
    if before is not None and before.source:
        return _again(case, before, planned=planned)
    frame, carried = _judged(case, before.books.market_time if before else 0)
    summary = summed(case.saved, carried, case.summary)
    if (case.place.venue / FILE_NAME).exists():
        _demand_new(case)
    return summary if planned else _write(case, frame, carried, summary)


def _judged(case: _Case, least: int) -> tuple[Frame, Carried]:
    frame = _frame(case, least)
    demand_fit(case.saved, frame)
    return frame, carry(case.saved, frame)


def _frame(case: _Case, least: int) -> Frame:
    settings, policy, window = case.profile.settings, case.policy, case.feed.window()
    if window.start >= window.stop:
        raise ImportRefused("the market of the profile has no candle", key="market_file")
    return Frame(
        rules=policy.rules,
        at=max(least, first_time(case.feed)),
        mark=window.candles.row(window.start).open,
        balances=opening_balances(case.profile, policy),
        slots=policy.slots,
        order_cap=order_cap_of(settings, safe=False),
        recoveries=policy.may_cycle,
    )


def _venue(case: _Case) -> PaperVenue:
    return paper_venue(case.profile, case.policy, case.feed, Journal(case.place.venue))


def _demand_new(case: _Case) -> None:
    """Refuse a paper venue that has lived: its account is not the one the file's orders belong to."""
    venue = _venue(case)
    try:
        lived = venue.snapshot()
    finally:
        venue.close()
    if lived.cursor.candle is not None or venue.open_orders():
        raise ImportRefused(
            "the paper venue of this runtime has traded already",
            key="venue",
            allowed="one that is new",
            do=looking.ELSEWHERE,
        )


def _write(case: _Case, frame: Frame, carried: Carried, summary: Summary) -> Summary:
    with ExitStack() as stack:
        if case.place.ledger.exists():
            summary = replace(summary, backup=migrate.back_up(case.place.ledger, case.clock))
        venue = _venue(case)
        stack.callback(venue.close)
        ledger = open_ledger(case.profile, case.place, case.clock)
        stack.callback(ledger.close)
        fresh = not ledger.restore().rules_digest
        opening = _opening(case, venue) if fresh else []
        ledger.commit(frame.at, [*opening, *carried.entries, _noted(summary)])
        return _send(venue, ledger, frame, carried, summary)


def _opening(case: _Case, venue: PaperVenue) -> list[Event]:
    """Say what the account opens with and by which rules, as the first start of a desk does."""
    opened: list[Event] = [
        BalanceOpened(asset=asset, amount=balance.total, reason="opening")
        for asset, balance in sorted(venue.balances().items())
        if balance.total
    ]
    digest = case.policy.rules.digest
    return [*opened, RulesChanged(digest=digest, changes={}, reason=REASON)]


def _send(
    venue: PaperVenue, ledger: DuckDbLedger, frame: Frame, carried: Carried, summary: Summary
) -> Summary:
    receipts = [venue.place(order) for order in carried.orders]
    accepted = tuple(one.client_order_id for one in receipts if one.outcome == ACCEPTED)
    refused = tuple(
        f"{one.client_order_id}: {one.reason}" for one in receipts if one.outcome != ACCEPTED
    )
    if accepted:
        ledger.commit(frame.at, [ReceiptsNoted(accepted)])
    return replace(summary, sent=len(accepted), refused=refused)


def _again(case: _Case, before: Before, *, planned: bool) -> Summary:
    """Add what the same file still lacks: the position of an exit that is owed and has none."""
    frame = _frame(case, before.imported_at)
    found = positions_of(case.saved, replace(frame, at=before.imported_at))
    missing: list[Event | Note] = [
        one
        for name, one in found.items()
        if frame.rules.positions and name not in before.positions and _is_owed(before, one)
    ]
    summary = replace(case.summary, already=True, positions=len(missing))
    if planned or not missing:
        return summary
    summary = replace(summary, backup=migrate.back_up(case.place.ledger, case.clock))
    ledger = open_ledger(case.profile, case.place, case.clock)
    try:
        ledger.commit(before.books.market_time, [*missing, _noted(summary)])
    finally:
        ledger.close()
    return summary


def _is_owed(before: Before, one: PositionImported) -> bool:
    return before.owes(one.slot, one.leg, one.cycle)


def _noted(summary: Summary) -> CommandNoted:
    told = f"{len(summary.slots)} slots, {summary.orders} orders, {summary.positions} positions"
    return CommandNoted(
        action="import",
        arguments={"file": summary.file, "sha256": summary.sha256},
        principal="operator",
        accepted=True,
        message=told,
    )
