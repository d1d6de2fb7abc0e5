"""A desk that gives exits up: by verbs, by tiers, with sides kept away; and what may never come of it.

Mix `LettingGo` into a world (paper, or an exchange at the end of a bad road).
"""

from collections import Counter
from contextlib import suppress
from decimal import Decimal
from functools import cache, partial
from pathlib import Path

from holdfast.config.loader import load_profile
from holdfast.desk.control.verb_legacy import close_next
from holdfast.desk.control.verb_release import release_oldest_eligible, release_slot
from holdfast.desk.control.verb_slots import toggle_sticky
from holdfast.desk.release.auto import AutoRelease
from holdfast.desk.release.look import exits_of
from holdfast.domain.errors import CommandRefused
from holdfast.domain.events import (
    CycleBooked,
    InventoryMoved,
    OrderFilled,
    ReleaseEnded,
    ReleaseStarted,
)
from holdfast.domain.observations import Receipt
from holdfast.domain.slots import ENTRY, EXIT, LEG_A, LEG_B, Block
from holdfast.engine.accounts import slot_account
from holdfast.engine.advice import NO_ADVICE, Advice
from holdfast.engine.readings import Readings

PROFILES = Path(__file__).parents[1] / "profiles"
READY = Readings(at=0, adx=Decimal(35), adx_ready=True)
FREELY = {
    "sticky_mode_enabled": "true",
    "recovery_enabled": "true",
    "release_min_age_sec": "0",
    "release_min_distance_pct": "0",
    "release_adx_threshold": "0",
    "stuck_min_age_sec": "0",
    "release_panic_min_age_sec": "0",
    "release_max_stuck_pct": "0.05",
    "release_recovery_target_pct": "0.02",
}
TIERS = {
    "none": {},
    "tier1": {"release_auto_enabled": "true", "release_auto_tier": "tier1"},
    "tier2": {
        "release_auto_enabled": "true",
        "release_auto_tier": "tier2",
        "release_panic_stuck_pct": "0.1",
    },
}
KEPT_AWAY = (
    {},
    {LEG_A: Block.REGIME},
    {LEG_B: Block.REGIME},
    {LEG_A: Block.MOMENTUM},
    {LEG_A: Block.MOMENTUM, LEG_B: Block.REGIME},
)


@cache
def profile_that_lets_go(tier, close):
    """Load a paper profile whose gates are wide open."""
    asked = FREELY | TIERS[tier] | {"release_close": close}
    return load_profile("paper", profiles=PROFILES, environ={}, overrides=asked)


class KeptAway:
    """An adviser whose say outlives the desk."""

    def __init__(self):
        self.blocks = {}

    def advise(self, slot, now):
        del slot, now
        return Advice(blocks=self.blocks) if self.blocks else NO_ADVICE


class StubbornVenue:
    """A venue that refuses to cancel as many exits as it was told to."""

    def __init__(self, inner, world):
        self.inner, self.world = inner, world

    def cancel(self, order):
        if self.world.refusals and order.role is EXIT:
            self.world.refusals -= 1
            return Receipt(order.client_order_id, "refused", "denied")
        return self.inner.cancel(order)

    def __getattr__(self, name):
        return getattr(self.inner, name)


class LettingGo:
    """A world whose desk has the verbs, the tiers and an adviser that keeps sides away."""

    def __init__(self, *args, tier="none", close="transfer", **settings):
        self.profile = profile_that_lets_go(tier, close)
        self.tier, self.close_by = tier, close
        self.adviser = KeptAway()
        self.refusals = 0
        super().__init__(*args, **settings)

    def open(self):
        super().open()
        desk = self.desk
        desk.readings = READY
        desk.advisers = (self.adviser,)
        self.take_up(self.tier)
        if not desk.venue.endless:
            desk.venue = StubbornVenue(desk.venue, self)
        desk.watch_again()

    def take_up(self, tier):
        """Put another tier in force, as an edited profile does."""
        self.tier, self.profile = tier, profile_that_lets_go(tier, self.close_by)
        wanted = tier != "none" or self.desk.books.panic_latched
        acting = AutoRelease(self.desk, self.profile.settings, 60)
        self.desk.policies = (acting,) if wanted else ()
        self.desk.watch_again()

    def errand(self, kind, pick=0):
        """Name one act of an operator that may be refused."""
        return partial(self._try, getattr(self, f"_{kind}"), pick)

    def _try(self, act, pick):
        with suppress(CommandRefused):
            act(pick)

    def _release(self, pick):
        waiting = exits_of(self.desk)
        if waiting:
            one = waiting[pick % len(waiting)]
            given = {"slot_id": one.slot, "trade_id": one.leg.value, "exit_id": None}
            release_slot(self.desk, {**given, "dry_run": False}, self.profile)

    def _release_oldest(self, pick):
        del pick
        release_oldest_eligible(self.desk, {"slot_id": None, "dry_run": False}, self.profile)

    def _soft_close(self, pick):
        del pick
        close_next(self.desk, {}, lambda: self.profile)

    def _toggle(self, pick):
        slots = list(self.desk.books.slots)
        given = {"slot_id": slots[pick % len(slots)], "sticky": None, "confirm": True}
        toggle_sticky(self.desk, given, self.profile)

    def _keep_away(self, pick):
        self.adviser.blocks = KEPT_AWAY[pick % len(KEPT_AWAY)]


def lapses(world):
    """List what releasing did that it may never do; the world must be between ticks."""
    rows = world.timed_rows()
    return [
        *_endings(rows, world),
        *_moved(rows, world),
        *_inventory(world),
        *_sums(rows, world),
        *_again(world),
    ]


def _endings(rows, world):
    """Tell a release that was booked twice or without a beginning, or that nobody goes on with."""
    begun = set()
    for _, row in rows:
        if not isinstance(row, ReleaseStarted | ReleaseEnded | CycleBooked):
            continue
        key = (row.slot, row.leg, row.cycle)
        if isinstance(row, ReleaseStarted):
            if key in begun:
                yield f"{key} was released twice at once"
            begun.add(key)
        elif isinstance(row, CycleBooked) and row.reason == "released" and key not in begun:
            yield f"{key} was booked as released, and no release was under way"
        else:
            begun.discard(key)
    waits = {
        (slot.slot_id, leg.name, leg.lot.cycle)
        for slot in world.desk.books.slots.values()
        for leg in (slot.a, slot.b)
        if leg.lot is not None and leg.lot.release
    }
    if begun != waits | _set_aside(world, begun):
        yield f"releases under way by the ledger {begun}, by the slots {waits}"


def _moved(rows, world):
    """Tell inventory that left a slot without a booking, or at a price the market did not have."""
    moved = booked = Decimal(0)
    for at, row in rows:
        if isinstance(row, CycleBooked) and row.reason == "released":
            booked += row.size
        if isinstance(row, InventoryMoved) and row.reason == "released":
            moved += abs(row.base)
            if not _was_seen(world, at, row.mark):
                yield f"a release was booked at {row.mark}, which is no price of its minute"
    if moved > booked:
        yield f"{moved} left slots for nobody, and only {booked} were booked"


def _set_aside(world, going):
    kept = {
        (slot.slot_id, one.leg, one.lot.cycle)
        for slot in world.desk.books.slots.values()
        for one in slot.recoveries
    }
    return kept & going


def _was_seen(world, at, mark):
    if world.desk.venue.endless:
        return True  # a poll tells the time of its own clock
    candles = world.candles
    index = next(
        (n for n, began in enumerate(candles.at) if began <= at < began + 60_000_000), None
    )
    if index is None:
        return at >= candles.at[-1]
    row = candles.row(index)
    return row.low <= mark <= row.high


def _inventory(world):
    """Tell a slot whose account holds something else than its lots and half-filled entries."""
    accounts = world.desk.books.accounts
    for slot in world.desk.books.slots.values():
        held = Decimal(0)
        for leg in (slot.a, slot.b):
            sign = 1 if leg.name is LEG_A else -1
            if leg.lot is not None:
                held += sign * (leg.lot.size - leg.lot.closed)
            elif leg.order is not None and leg.order.role is ENTRY:
                held += sign * leg.order.filled
        for one in slot.recoveries:
            held += (1 if one.leg is LEG_A else -1) * (one.lot.size - one.lot.closed)
        kept = accounts.balances.get((slot_account(slot.slot_id), "DOGE"), Decimal(0))
        if kept != held:
            yield f"slot {slot.slot_id} holds {held}, its account says {kept}"


def _sums(rows, world):
    """Tell a slot whose counts and totals are not those of its booked cycles."""
    for slot in world.desk.books.slots.values():
        cycles = [
            row for _, row in rows if isinstance(row, CycleBooked) and row.slot == slot.slot_id
        ]
        if slot.round_trips != len(cycles):
            yield f"slot {slot.slot_id} counts {slot.round_trips} of {len(cycles)} round trips"
        if slot.net_profit != sum((row.net for row in cycles), Decimal(0)):
            yield f"slot {slot.slot_id} made {slot.net_profit}, its cycles another sum"
    fills = Counter(row.fill_id for _, row in rows if isinstance(row, OrderFilled))
    if any(count > 1 for count in fills.values()):
        yield "a fill was booked twice"


def _again(world):
    restored = world.desk.ledger.restore()
    if restored.panic_latched is not world.desk.books.panic_latched:
        yield "the latch of the panic tier is another after a restart"
