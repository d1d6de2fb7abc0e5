"""Open a desk on a real venue, or on the emulator of one, in the order of trust.

Profile, keys, venue, ledger, execution mode, agreement with the venue, share of the account. The desk
starts in DRY whatever was before; it arms by its own reads or does not.
"""

import os
from collections.abc import Callable
from contextlib import ExitStack
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path

import duckdb
import msgspec

from holdfast.config.errors import ConfigError
from holdfast.config.profile import Profile
from holdfast.desk.control.verb_exchange import ExchangeDoors, Reconciler
from holdfast.desk.desk import Desk
from holdfast.desk.exchange.counted import (
    ModeCounts,
    OrderCounts,
    RestingCounts,
    TimedAgreement,
    Watched,
)
from holdfast.desk.exchange.dispatch import Care
from holdfast.desk.exchange.equip import Duties, Gear, equip
from holdfast.desk.exchange.judge import Judge
from holdfast.desk.exchange.mode import ModeAuthority, ModeDuty
from holdfast.desk.exchange.told_caps import risk_block
from holdfast.desk.exchange.told_status import exchange_block, execution_block
from holdfast.desk.exchange.watchful import Watchful
from holdfast.desk.exchange.withdraw import withdraw_named
from holdfast.desk.risk_restore import restore_memory, restore_policies
from holdfast.desk.risk_room import RiskRoom, Surroundings
from holdfast.desk.startup import StartPlan, start
from holdfast.desk.status.counts import Counts
from holdfast.desk.status.facts import Block
from holdfast.desk.status.heard import HeardLedger
from holdfast.desk.status.tally import Tally
from holdfast.domain.money import ZERO
from holdfast.ledger.store import DuckDbLedger
from holdfast.safety.exchange_fit import unfit
from holdfast.safety.kill import StopFiles
from holdfast.safety.mode_request import Requests
from holdfast.safety.mode_state import Mode
from holdfast.safety.risk_memory import RiskMemory
from holdfast.safety.risk_policy import policy_of as risk_policy_of
from holdfast.safety.risk_policy import row_of_stages
from holdfast.telemetry import log
from holdfast.wiring.key_watch import KeyWatch
from holdfast.wiring.keys import KeyLook, claim_share, look_at_key
from holdfast.wiring.modes import rules_of, terms
from holdfast.wiring.recalled import (
    booked_before,
    ended_order,
    flows_since,
    last_of_key,
    resume_venue,
)
from holdfast.wiring.releases import release_by
from holdfast.wiring.road import Road
from holdfast.wiring.rules import policy_of
from holdfast.wiring.venue_time import VenueTime


class ExchangeDesk(msgspec.Struct, kw_only=True):
    """A desk on an exchange, and what is due for it between ticks."""

    desk: Desk
    gear: Gear
    road: Road
    room: RiskRoom
    mode_duty: ModeDuty
    duties: Duties
    watched: Watched
    key_watch: KeyWatch | None = None

    @property
    def doors(self) -> ExchangeDoors:
        """Return what the verbs of an exchange act upon."""
        mode, clock = self.road.mode, self.road.clock
        return ExchangeDoors(
            execution=mode.execution,
            requests=Requests(mode.reader.store, mode.execution.files, clock),
            reconcile=Reconciler(gear=self.gear),
            room=self.room,
        )

    def __call__(self, desk: Desk) -> None:
        """Do what is due between two ticks."""
        clock = self.road.clock
        if isinstance(clock, VenueTime):
            clock.follow()
        if self.key_watch is not None:
            self.key_watch(desk)
            self.road.look = self.key_watch.look
        self.gear.resolver()  # what is proven now hinders arming no longer
        self.mode_duty(desk)
        self.room.watch(desk)
        self.duties(desk)
        self.watched(desk)
        self._tell_risk(desk)

    def blocks(self) -> dict[str, Block]:
        """Name the blocks of the status that only a desk on an exchange has."""
        return {
            "execution": lambda: execution_block(
                self.road.mode.execution,
                self.mode_duty.readings,
                risk_block(self.desk, self.room),
                killed=StopFiles(self.road.place.folder).killed(),
            ),
            "exchange": lambda: exchange_block(self.desk, self.gear, self.road.venue),
        }

    def keeps(self, desk: Desk, name: str) -> str:
        """Say why a hold must stand; empty where a resume may take it down."""
        return self.gear.watchful.keeps(name) or self.room.keeps(desk, name)

    def _tell_risk(self, desk: Desk) -> None:
        if desk.mark <= ZERO:
            return
        counts, policy, state = self.watched.counts, self.room.policy(), self.room.state(desk)
        counts.set("order_notional_cap_quote", float(policy.max_order_notional_usd))
        counts.set("exposure_quote", float(state.symbol_exposure))
        counts.set("exposure_cap_quote", float(policy.max_symbol_exposure_usd))

    def adopt(self, desk: Desk, profile: Profile) -> None:
        """Take up an edited profile: its policy at once, its mode rules, and with them its digest."""
        self.road.profile = profile
        self.road.mode.execution.adopt(rules_of(profile))
        self.gear.watchful.most_errors = profile.settings.max_consecutive_errors
        policy = risk_policy_of(profile.settings, profile.symbol)
        above = self.room.change(desk, policy, row_of_stages(profile.origins))
        withdraw_named(desk, above, "limit_tightened")


def open_exchange(
    road: Road,
    ledger: DuckDbLedger,
    tally: Tally,
    committed: Callable[[float], None],
    root: Path,
    stack: ExitStack,
) -> ExchangeDesk:
    """Join a desk to its exchange, agree with it, and start."""
    refuse_caps(road)
    made, cursor = join_exchange(road, ledger, tally, committed, stack)
    made.key_watch = _look_at_key(made, cursor, root, stack)
    policy = policy_of(road.profile, ledger.genesis, road.venue.instrument)
    _begin(made, cursor, policy.slots, sticky=policy.sticky)
    return made


def refuse_caps(road: Road) -> None:
    """Raise where a cap lies below the smallest order the venue takes at its price."""
    profile, venue = road.profile, road.venue
    policy = risk_policy_of(profile.settings, profile.symbol)
    problem = unfit(policy, venue.instrument, venue.price())
    if problem:
        raise ConfigError(
            problem,
            file=profile.path.name,
            key=f"settings.{problem.partition(' ')[0]}",
            hint="raise the cap, or trade a market whose smallest order fits it",
        )


def join_exchange(
    road: Road,
    ledger: DuckDbLedger,
    tally: Tally,
    committed: Callable[[float], None],
    stack: ExitStack,
) -> tuple[ExchangeDesk, duckdb.DuckDBPyConnection]:
    """Join a desk to its exchange; nothing is written and nothing begins."""
    profile, clock, venue = road.profile, road.clock, road.venue
    road.calls.count(tally.counts)
    ledger.project()
    cursor = ledger.cursor()
    stack.callback(cursor.close)
    books = ledger.restore()
    booked = booked_before(cursor, books.market_time)
    memory = RiskMemory(venue.instrument.quote)
    restore_memory(memory, cursor, books.market_time)
    room = _room(road, memory, cursor)
    orders = OrderCounts(tally.counts, books, lambda: _is_listed(road.profile))
    hearers = (booked.take, room.take, orders.take)
    heard = HeardLedger(ledger, tally, clock, committed, hearers=hearers)
    watchful = Watchful(venue, booked, profile.settings.max_consecutive_errors)
    policy = policy_of(profile, ledger.genesis, venue.instrument)
    desk = Desk(
        rules=policy.rules,
        sizing=policy.sizing,
        limits=policy.limits,
        venue=watchful,
        ledger=heard,
        clock=clock,
    )
    road.orders.desk = desk
    venue.resting = RestingCounts(tally.counts, desk.books)
    authority = ModeAuthority(road.mode.execution, road.mode.boundary)
    since = flows_since(profile, venue, cursor)
    gear = _counted(
        equip(
            desk,
            watchful,
            booked=booked,
            ended=lambda name: ended_order(ledger, name),
            care=_care(profile),
            authority=authority,
            flows_since=since,
        ),
        TimedAgreement(
            desk, venue, booked, lambda name: ended_order(ledger, name), flows_since=since
        ),
        tally.counts,
    )
    desk.equipment.judge = Judge(desk, room)
    duties = Duties(gear, authority.simulates, every=profile.settings.reconcile_interval_s)
    watched = Watched(
        counts=tally.counts, orders=orders, mode=ModeCounts(tally.counts, road.mode.execution)
    )
    watched.ask_age(gear.resolver)
    made = ExchangeDesk(
        desk=desk,
        gear=gear,
        road=road,
        room=room,
        mode_duty=_mode_duty(road, gear),
        duties=duties,
        watched=watched,
    )
    return made, cursor


def _counted(gear: Gear, agreement: TimedAgreement, counts: Counts) -> Gear:
    agreement.counts = counts
    return msgspec.structs.replace(gear, agreement=agreement)


def _is_listed(profile: Profile) -> bool:
    listed = terms(profile).symbols
    return listed is None or profile.symbol in listed


def _begin(
    made: ExchangeDesk, cursor: duckdb.DuckDBPyConnection, slots: int, *, sticky: bool
) -> None:
    desk, road = made.desk, made.road
    if desk.books.rules_digest:
        resume_venue(road.venue, desk.books, cursor)
        note = made.gear.agreement(starting=True)
        log.info(
            f"reconciled: {note.filled} fills, {note.ended} ends, {note.resent} sent again, "
            f"{note.unresolved} unknown, {len(note.foreign)} foreign, {note.result}"
        )
    if "estop" in desk.books.holds:
        road.mode.execution.stop("ledger")
    plan = StartPlan(
        at=road.venue.wall(),
        slots=slots,
        sticky=sticky,
        may_cycle=road.profile.settings.legacy_orphans != "removed",
        profile=road.profile.name,
        pid=os.getpid(),
        build=version("holdfast"),
    )
    start(desk, plan)
    release_by(desk, road.profile)
    if made.gear.agreement.agreed_at is None and not desk.books.holds:
        made.gear.agreement()
    road.mode.reader.booted()
    if not isinstance(road.clock, VenueTime):
        road.mode.reader.start()


def _room(road: Road, memory: RiskMemory, cursor: duckdb.DuckDBPyConnection) -> RiskRoom:
    profile = road.profile
    around = Surroundings(
        env=profile.env,
        instrument=road.venue.instrument,
        mode=lambda: Mode.LIVE.value,  # the gate asks the mode itself; the policy judges the order
        price_at=lambda: road.orders.desk.now if road.orders.desk is not None else 0,
    )
    return RiskRoom(
        risk_policy_of(profile.settings, profile.symbol),
        row_of_stages(profile.origins),
        memory,
        restore_policies(cursor),
        around,
    )


def _mode_duty(road: Road, gear: Gear) -> ModeDuty:
    def caps() -> dict[str, Decimal | None]:
        settings = road.profile.settings
        return {
            "max_order_notional_usd": settings.max_order_notional_usd,
            "max_symbol_exposure_usd": settings.max_symbol_exposure_usd,
            "max_total_exposure_usd": settings.max_total_exposure_usd,
            "max_open_notional_usd": settings.max_open_notional_usd,
            "daily_loss_limit": settings.daily_loss_limit,
        }

    def key_fault() -> str | None:
        return None if road.look is None else road.look.verdict.fault

    return ModeDuty(
        road.mode.reader, gear, key_fault=key_fault, skew=road.venue.skew_seconds, caps=caps
    )


def _look_at_key(
    made: ExchangeDesk, cursor: duckdb.DuckDBPyConnection, root: Path, stack: ExitStack
) -> KeyWatch | None:
    road, desk = made.road, made.desk
    look = look_at_key(road.keyring, road.venue.key_info, road.clock, starting=True)
    road.look = look
    lease = road.keyring.lease
    claim_share(road.keyring, look, root, stack)
    if lease is None:
        return None
    verdict = look.verdict.noted(lease.fingerprint, "trade")
    if verdict != last_of_key(cursor):
        desk.note(verdict)

    def again() -> KeyLook:
        return look_at_key(road.keyring, road.venue.key_info, road.clock, starting=False)

    counts, now = made.watched.counts, road.clock.monotonic()
    return KeyWatch(again, look, lease.fingerprint, counts, now)


def _care(profile: Profile) -> Care:
    settings = profile.settings
    return Care(
        deadline_seconds=float(settings.submit_deadline_s),
        entry_max_age_seconds=float(settings.entry_max_age_s),
        amend_max_count=settings.amend_max_count,
        amend_min_seconds=float(settings.amend_min_interval_s),
        amend_max_move_pct=settings.amend_max_total_move_pct,
    )
