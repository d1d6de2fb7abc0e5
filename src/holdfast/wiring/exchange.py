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

from holdfast.clock import Clock, SystemClock
from holdfast.config.profile import Profile
from holdfast.desk.desk import Desk
from holdfast.desk.exchange.booked import LOOK_BACK, Booked, flow_in
from holdfast.desk.exchange.dispatch import Care
from holdfast.desk.exchange.equip import Duties, Gear, equip
from holdfast.desk.exchange.judge import Judge
from holdfast.desk.exchange.mode import BookOrders, ModeAuthority, ModeDuty
from holdfast.desk.exchange.told_caps import risk_block
from holdfast.desk.exchange.told_status import exchange_block, execution_block
from holdfast.desk.exchange.watchful import Watchful
from holdfast.desk.exchange.withdraw import withdraw_named
from holdfast.desk.risk_restore import restore_memory, restore_policies
from holdfast.desk.risk_room import RiskRoom, Surroundings
from holdfast.desk.startup import StartPlan, start
from holdfast.desk.status.facts import Block
from holdfast.desk.status.heard import HeardLedger
from holdfast.desk.status.tally import Tally
from holdfast.domain.bookkeeping import LedgerFounded
from holdfast.domain.errors import VenueError
from holdfast.engine.books import Books
from holdfast.ledger.paths import Runtime
from holdfast.ledger.store import DuckDbLedger
from holdfast.safety.kill import StopFiles
from holdfast.safety.mode_state import Mode
from holdfast.safety.risk_memory import RiskMemory
from holdfast.safety.risk_policy import policy_of as risk_policy_of
from holdfast.safety.risk_policy import row_of_stages
from holdfast.telemetry import log
from holdfast.venue.ccxt_venue import Account, CcxtVenue
from holdfast.venue.port import Resumed
from holdfast.wiring.key_watch import KeyWatch
from holdfast.wiring.keys import Keyring, claim_share, open_keys
from holdfast.wiring.modes import ModeParts, open_mode, rules_of, warn_of
from holdfast.wiring.rules import policy_of
from holdfast.wiring.venue_time import FOLDER, VenueTime, await_exchange

LIVE_MODES = ("CANARY_LIVE", "LIVE")
EMULATOR = "emulator"
_FILLS = "select market_time, fill_id from fills where market_time >= $1"
_TOLD = """
select fill_id from fills where market_time >= $1 or client_order_id in (
    select client_order_id from orders where ended_at is null
)
"""
_FLOWS = """
select json_extract_string(payload, '$.reason') from event
where type = 'BalanceOpened' and json_extract_string(payload, '$.reason') like 'flow %'
"""
_OPENED = "select min(market_time) from event where type = 'BalanceOpened'"
_ENDED = """
select slot_id, side from orders where client_order_id = $1 and ended_at is not null
"""


class Road(msgspec.Struct, kw_only=True):
    """What lies between a profile and its venue."""

    profile: Profile
    place: Runtime
    clock: Clock
    keyring: Keyring
    mode: ModeParts
    orders: BookOrders
    venue: CcxtVenue
    key_watch: KeyWatch


class ExchangeDesk(msgspec.Struct, kw_only=True):
    """A desk on an exchange, and what is due for it between ticks."""

    desk: Desk
    gear: Gear
    road: Road
    room: RiskRoom
    mode_duty: ModeDuty
    duties: Duties

    def __call__(self, desk: Desk) -> None:
        """Do what is due between two ticks."""
        clock = self.road.clock
        if isinstance(clock, VenueTime):
            clock.follow()
        self.road.key_watch(desk)
        self.mode_duty(desk)
        self.room.watch(desk)
        self.duties(desk)

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

    def adopt(self, desk: Desk, profile: Profile) -> None:
        """Take up an edited profile: its policy at once, its mode rules, and with them its digest."""
        self.road.profile = profile
        self.road.mode.execution.adopt(rules_of(profile))
        policy = risk_policy_of(profile.settings, profile.symbol)
        above = self.room.change(desk, policy, row_of_stages(profile.origins))
        withdraw_named(desk, above, "limit_tightened")


def clock_of(profile: Profile, place: Runtime) -> Clock:
    """Choose the clock a profile goes by."""
    if profile.settings.clock_source == "machine":
        return SystemClock()
    return VenueTime(place.folder / FOLDER, profile.runtime)


def open_road(profile: Profile, place: Runtime, root: Path, clock: Clock, stack: ExitStack) -> Road:
    """Read the keys, open mode and venue; nothing can leave before the mode says LIVE."""
    keyring = open_keys(profile, root, clock, stack)
    orders = BookOrders()
    held: list[Road] = []
    password = keyring.secret("mode_store_password")
    mode = open_mode(
        lambda: held[0].profile if held else profile,
        place,
        clock,
        orders,
        password=None if password is None else password.reveal(),
    )
    stack.callback(mode.reader.close)
    warn_of(mode.reader.store)
    nonce = SystemClock().wall  # a nonce has to rise over all lives, also where market time stands
    venue = CcxtVenue(_account(profile, place, keyring), mode.boundary, clock, nonce=nonce)
    stack.callback(venue.close)
    road = Road(
        profile=profile,
        place=place,
        clock=clock,
        keyring=keyring,
        mode=mode,
        orders=orders,
        venue=venue,
        key_watch=KeyWatch(keyring, venue.key_info, clock),
    )
    held.append(road)
    return road


def founded(road: Road, genesis: str) -> LedgerFounded:
    """Say what a ledger of this road is founded as."""
    lease = road.keyring.lease
    if lease is None:
        raise VenueError("a desk on an exchange needs a key; do: name api_key under `secrets:`")
    profile = road.profile
    return LedgerFounded(
        genesis=genesis,
        env=profile.env,
        venue=profile.venue,
        account=lease.fingerprint,
        symbol=profile.symbol,
    )


def open_exchange(
    road: Road,
    ledger: DuckDbLedger,
    tally: Tally,
    committed: Callable[[float], None],
    root: Path,
    stack: ExitStack,
) -> ExchangeDesk:
    """Join a desk to its exchange, agree with it, and start."""
    profile, clock, venue = road.profile, road.clock, road.venue
    ledger.project()
    cursor = ledger.cursor()
    stack.callback(cursor.close)
    now = ledger.restore().market_time
    flows = [flow_in(reason) for (reason,) in cursor.execute(_FLOWS).fetchall()]
    booked = Booked(_rows(cursor, _FILLS, now - 24 * LOOK_BACK), flows)
    memory = RiskMemory(venue.instrument.quote)
    restore_memory(memory, cursor, now)
    room = _room(road, memory, cursor)
    heard = HeardLedger(ledger, tally, clock, committed, hearers=(booked.take, room.take))
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
    authority = ModeAuthority(road.mode.execution, road.mode.boundary)
    gear = equip(
        desk,
        watchful,
        booked=booked,
        ended=lambda name: _ended(ledger, name),
        care=_care(profile),
        authority=authority,
        flows_since=_flows_since(road, cursor),
    )
    desk.judge = Judge(desk, room)
    claim_share(road.keyring, road.key_watch.start(desk), root, stack)
    duties = Duties(gear, authority.simulates, every=profile.settings.reconcile_interval_s)
    made = ExchangeDesk(
        desk=desk,
        gear=gear,
        road=road,
        room=room,
        mode_duty=_mode_duty(road, gear),
        duties=duties,
    )
    _begin(made, cursor, policy.slots, sticky=policy.sticky)
    return made


def _begin(
    made: ExchangeDesk, cursor: duckdb.DuckDBPyConnection, slots: int, *, sticky: bool
) -> None:
    desk, road = made.desk, made.road
    if desk.books.rules_digest:
        _resume(road.venue, desk.books, cursor)
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
        profile=road.profile.name,
        pid=os.getpid(),
        build=version("holdfast"),
    )
    start(desk, plan)
    if made.gear.agreement.agreed_at is None and not desk.books.holds:
        made.gear.agreement()
    road.mode.reader.booted()
    if not isinstance(road.clock, VenueTime):
        road.mode.reader.start()


def _resume(venue: CcxtVenue, books: Books, cursor: duckdb.DuckDBPyConnection) -> None:
    """Tell the venue what the ledger knows: executions told, and the orders that left."""
    after = max(0, books.market_time - LOOK_BACK)
    told = [name for (name,) in cursor.execute(_TOLD, [after]).fetchall()]
    left = books.orders.keys() - (books.unanswered - books.submissions.keys())
    orders = []
    for slot in books.slots.values():
        live = [slot.a.order, slot.b.order, *(one.order for one in slot.recoveries)]
        orders += [
            Resumed(order.client_order_id, "", order.filled)
            for order in live
            if order is not None and order.client_order_id in left
        ]
    venue.resume(after, told, orders)


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

    return ModeDuty(
        road.mode.reader,
        gear,
        key_fault=lambda: road.key_watch.fault,
        skew=road.venue.skew_seconds,
        caps=caps,
    )


def _account(profile: Profile, place: Runtime, keyring: Keyring) -> Account:
    settings = profile.settings
    key, secret = keyring.secret("api_key"), keyring.secret("api_secret")
    if key is None or secret is None:
        raise VenueError(
            f"profile {profile.name} names no api_key and api_secret; do: add them under `secrets:`"
        )
    url = settings.exchange_url or ""
    if url == EMULATOR:
        url = await_exchange(place.folder / FOLDER).url
    return Account(
        exchange=profile.venue,
        symbol=profile.symbol,
        key=key.reveal,
        secret=secret.reveal,
        tier=settings.open_order_cap,
        base_url=url,
        live=settings.execution_mode in LIVE_MODES,
        stale_price_max_age_sec=int(settings.stale_price_max_age_sec),
    )


def _care(profile: Profile) -> Care:
    settings = profile.settings
    return Care(
        deadline_seconds=float(settings.submit_deadline_s),
        entry_max_age_seconds=float(settings.entry_max_age_s),
        amend_max_count=settings.amend_max_count,
        amend_min_seconds=float(settings.amend_min_interval_s),
        amend_max_move_pct=settings.amend_max_total_move_pct,
    )


def _rows(cursor: duckdb.DuckDBPyConnection, sql: str, since: int) -> list[tuple[int, str]]:
    return [(int(at), str(name)) for at, name in cursor.execute(sql, [since]).fetchall()]


def _flows_since(road: Road, cursor: duckdb.DuckDBPyConnection) -> int | None:
    """Say from when on movements of the account are ours to book: the ledger began with the rest."""
    if not road.profile.settings.flow_detection_enabled:
        return None
    row = cursor.execute(_OPENED).fetchone()
    return int(row[0]) if row and row[0] is not None else road.venue.wall()


def _ended(ledger: DuckDbLedger, client_order_id: str) -> tuple[int, str] | None:
    ledger.project()
    cursor = ledger.cursor()
    try:
        row = cursor.execute(_ENDED, [client_order_id]).fetchone()
    finally:
        cursor.close()
    return None if row is None else (int(row[0]), str(row[1]))
