"""Hold the state of one desk: its books, its rules, what it watches, what it may still do.

Only the thread that runs ticks touches it. Books change by events alone, and every event is
committed before anything it asks for is sent.
"""

from collections import deque
from collections.abc import Sequence
from decimal import Decimal

from holdfast.clock import Clock
from holdfast.desk.authority import FREE_HAND, Authority
from holdfast.desk.chances import Chances
from holdfast.desk.closed import ClosedCycles
from holdfast.desk.counters import Counters
from holdfast.desk.entry_count import EntryCount
from holdfast.desk.equipment import Equipment
from holdfast.desk.index import SlotIndex
from holdfast.desk.limits import NO_LIMITS, UNLIMITED, Limits, entry_cap
from holdfast.desk.outlook import Outlook
from holdfast.desk.policy import Adviser, Policy
from holdfast.domain.bookkeeping import Note
from holdfast.domain.events import CycleBooked, Event
from holdfast.domain.intents import Intent
from holdfast.domain.slots import Block, Slot
from holdfast.engine.advice import Advice, joined, kept_off
from holdfast.engine.bootstrap import EXEMPT
from holdfast.engine.readings import Band, Readings
from holdfast.engine.rules import Rules
from holdfast.engine.sizing import Sizing
from holdfast.ledger.port import Ledger
from holdfast.venue.port import NO_CANDLE, Venue, Watch

INVARIANT = "invariant"
OPERATOR = "operator"  # whoever a desk decides for where nobody is named


class Desk:
    """One desk on one market of one account."""

    def __init__(
        self,
        *,
        rules: Rules,
        sizing: Sizing,
        limits: Limits,
        venue: Venue,
        ledger: Ledger,
        clock: Clock,
    ) -> None:
        self.rules = rules
        self.sizing = sizing
        self.limits = limits
        self.venue = venue
        self.ledger = ledger
        self.clock = clock
        self.books = ledger.restore()
        self.counters = Counters()
        self.watch = Watch()
        self.index = SlotIndex(rules)
        self.outbox: deque[Intent] = deque()
        self.chances = Chances()
        self.running = False
        self.fresh = True
        self.noted_at = clock.monotonic()
        self.tick_number = self.books.tick
        self.mark = Decimal(0)
        self.now = self.books.market_time
        self.authority: Authority = FREE_HAND
        self.equipment = Equipment()
        self.advisers: tuple[Adviser, ...] = ()  # the first to speak of a leg is followed
        self.readings: Readings | None = None  # what signals last read, None before the first
        self.entry_count = EntryCount()
        self.closed: ClosedCycles | None = None  # the newest cycles, where somebody sizes by them
        self.principal = OPERATOR  # in whose name is decided what is decided now
        self.policies: tuple[Policy, ...] = ()  # asked in this order, after timers, before entries
        self.outlook = Outlook()
        self.reindex()

    @property
    def exempt(self) -> frozenset[str]:
        """Name the sources of entries that pass the cap of new entries a tick."""
        return EXEMPT[self.limits.repairs.exempt]

    def reindex(self) -> None:
        """Derive the index from the books again."""
        self.index = SlotIndex(self.rules)
        for slot in self.books.slots.values():
            self.index.update(slot, self.now)
        self.watch_again()

    def note(self, *notes: Note) -> None:
        """Commit bookkeeping."""
        self.record(self.now, notes)

    def record(self, at: int, entries: Sequence[Event | Note]) -> None:
        """Commit entries the books have not taken in yet, and take them in."""
        self.ledger.commit(at, entries)
        for entry in entries:
            self.books.apply(at, entry)
            if self.closed is not None and type(entry) is CycleBooked:
                self.closed.take(at, entry)

    def is_open(self) -> bool:
        """Say at once that nothing can keep a leg from entering during this step."""
        return (
            not self.books.holds
            and self.fresh
            and self.limits == NO_LIMITS
            and self.authority is FREE_HAND
            and not self.advisers
        )

    def gate(self, *, exempt: bool = False) -> Block:
        """Say what keeps every leg from entering now; exempt entries pass the per-tick cap."""
        if self.books.holds or not self.authority.may("entry"):
            return Block.HOLD
        if not self.fresh:
            return Block.STALE_PRICE
        quiet = self.equipment.quiet
        if quiet is not None and quiet():
            return Block.BUDGET
        open_orders = len(self.books.orders)
        limits, counters = self.limits, self.counters
        if open_orders >= limits.order_cap:
            return Block.CAPACITY
        if counters.calls_used >= limits.calls_per_tick:
            return Block.BUDGET
        if (
            not exempt
            and limits.entries_per_tick < UNLIMITED
            and counters.entries_used >= self.entry_cap()
        ):
            return Block.DEFERRED
        return Block.NONE

    def entry_cap(self) -> int:
        """Say how many entries this tick may add, by the room under the cap and the trend."""
        limits, readings = self.limits, self.readings
        counted = self.entry_count.now(self) if limits.entries_only else len(self.books.orders)
        return entry_cap(limits, counted, Band.UNKNOWN if readings is None else readings.band)

    def advice(self, slot: Slot, now: int) -> Advice:
        """Join what is said of a slot's entries: by whoever keeps them off, then by the advisers."""
        said = kept_off(self.books.parked.get(slot.slot_id, ()))
        for adviser in self.advisers:
            said = joined(said, adviser.advise(slot, now))
        return said

    def watch_again(self) -> None:
        """Tell the venue what the desk now waits for."""
        watch, index = self.watch, self.index
        waiting = index.waiting
        index.changed = False
        watch.spared = NO_CANDLE
        watch.floor = index.ladder.floor()
        watch.ceiling = index.ladder.ceiling()
        watch.due = index.timers.next()
        for policy in self.policies:
            watch.due = min(watch.due, policy.due())
        wakes_above = self.outlook.wakes_above
        above = None if wakes_above is None else wakes_above()
        if above is not None and (watch.ceiling is None or above < watch.ceiling):
            watch.ceiling = above
        watch.always = bool(index.owed or self.outbox) or (
            bool(waiting)
            and not self.books.holds
            and self.authority.may("entry")
            and self._presses()
        )

    def _presses(self) -> bool:
        room = len(self.books.orders) < self.limits.order_cap
        return self.index.waiting.presses(
            room=room,
            fresh=self.fresh,
            funds=self.chances.funds_grew or bool(self.chances.untried),
            advice=self.chances.readvised or not self.policies,
        )

    def mode(self) -> str:
        """Derive the mode the API speaks of: INIT, RUNNING, PAUSED or HALTED."""
        holds = self.books.holds
        if holds.keys() & {INVARIANT, "estop", "recon"}:
            return "HALTED"
        if holds:
            return "PAUSED"
        return "RUNNING" if self.running else "INIT"

    def pause_reason(self) -> str:
        """Say why the desk does not enter, empty while it does."""
        return "; ".join(reason or name for name, reason in sorted(self.books.holds.items()))
