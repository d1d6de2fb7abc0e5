"""Count what a desk on an exchange does there: calls, ways of orders, its mode, its agreement.

Rules: nothing here decides anything; what is counted is heard from commits or read between ticks, so
that counting can neither hold a tick up nor change one.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal

import msgspec

from holdfast.desk.desk import Desk
from holdfast.desk.exchange.agree import MISFIT, RECALLED, Agreement
from holdfast.desk.exchange.unknown import Resolver
from holdfast.desk.status.counts import Counts
from holdfast.domain.bookkeeping import Note, ReconcileNoted, SubmissionNoted
from holdfast.domain.events import Event, LateFilled, OrderPlaced
from holdfast.domain.intent_states import TERMINAL, IntentState
from holdfast.domain.money import ZERO
from holdfast.domain.slots import ENTRY, Order, OrderStatus
from holdfast.engine.books import Books
from holdfast.engine.intents import Intents, Standing
from holdfast.engine.parts import order_of
from holdfast.safety.execution import ExecutionMode
from holdfast.safety.risk_case import notional_of
from holdfast.safety.snapshot import ModeSnapshot, snapshot
from holdfast.venue.ccxt_errors import Meaning
from holdfast.venue.port import VenueOrder

ADDS = frozenset({"AddOrder", "AddOrderBatch"})
LEVELS = ("HALT", "DRY", "DRAIN", "CANARY_LIVE", "LIVE")
LIVING = tuple(state for state in IntentState if state not in TERMINAL)
KEPT_CALLS = 100
HUNDRED = Decimal(100)
RECALLS = {RECALLED: "intent_duplicate_suppressed", MISFIT: "intent_conflict"}
_Heard = tuple[str, str, float]


class CallCounts:
    """Hears every call to the venue; those made before anybody counts are kept."""

    def __init__(self) -> None:
        self._counts: Counts | None = None
        self._early: list[_Heard] = []

    def count(self, counts: Counts) -> None:
        """Count from now on, and what was heard before."""
        self._counts = counts
        early, self._early = self._early, []
        for heard in early:
            self(*heard)

    def __call__(self, endpoint: str, outcome: str, seconds: float) -> None:
        """Hear of one call."""
        counts = self._counts
        if counts is None:
            self._early = [*self._early, (endpoint, outcome, seconds)][-KEPT_CALLS:]
            return
        counts.add("api_calls", endpoint, str(outcome))
        counts.time("api_latency_seconds", seconds, endpoint)
        if outcome == Meaning.RATE_LIMIT:
            counts.add("api_rate_limited")
        if endpoint in ADDS and outcome == "ok":
            counts.time("submit_to_ack_seconds", seconds)


class OrderCounts:
    """Hears every commit: the states of orders, late executions, the largest entry that was sent."""

    def __init__(self, counts: Counts, books: Books, listed: Callable[[], bool]) -> None:
        self.intents = Intents()
        self.intents.live.update(_living(books))
        self._counts = counts
        self._listed = listed
        self._entries: dict[str, Decimal] = {}
        self._largest = ZERO
        counts.set("order_notional_max_quote", 0)

    def take(self, at: int, entries: Sequence[Event | Note]) -> None:
        """Hear what was committed."""
        for entry in entries:
            illegal = sum(not moved.legal for moved in self.intents.take(at, entry))
            if illegal:
                self._counts.add("intent_illegal_transition", by=illegal)
            if isinstance(entry, LateFilled):
                self._counts.add("late_fill")
            elif isinstance(entry, OrderPlaced) and entry.role is ENTRY:
                self._entries[entry.client_order_id] = notional_of(entry.price, entry.size)
            elif isinstance(entry, SubmissionNoted) and entry.action == "place":
                self._sent(entry.ids)

    def tell(self) -> None:
        """Set how many orders are in which state."""
        found = dict.fromkeys(LIVING, 0)
        for standing in self.intents.live.values():
            found[standing.state] += 1
        for state, count in found.items():
            self._counts.set("intents_in_state", count, state.value)
        self._entries = {
            name: worth for name, worth in self._entries.items() if name in self.intents.live
        }

    def _sent(self, names: Sequence[str]) -> None:
        sent = [self._entries.pop(name) for name in names if name in self._entries]
        self._largest = max((self._largest, *sent))
        self._counts.set("order_notional_max_quote", float(self._largest))
        if sent and not self._listed():
            self._counts.add("orders_outside_allowlist", by=len(sent))


class ModeCounts:
    """Tells the execution mode: gauges as they are, counters by what came on since the last look."""

    def __init__(self, counts: Counts, execution: ExecutionMode) -> None:
        self._counts = counts
        self._execution = execution
        self._before: dict[tuple[str, ...], int] = {}

    def __call__(self) -> None:
        """Look once."""
        counts, seen = self._counts, snapshot(self._execution)
        for level in LEVELS:
            counts.set("mode_effective", float(level == seen.effective), level)
        counts.set("mode_epoch", seen.epoch)
        counts.set("mode_health_streak", seen.streak)
        self._maybe("mode_read_age_seconds", seen.read_age_s)
        self._maybe("mode_lease_remaining_seconds", seen.lease_remaining_s)
        for name, total in _totals(seen).items():
            more = total - self._before.get(name, 0)
            if more > 0:
                counts.add(*name, by=more)
            self._before[name] = total

    def _maybe(self, name: str, value: float | None) -> None:
        if value is None:
            self._counts.drop(name)
        else:
            self._counts.set(name, value)


class RestingCounts:
    """Hears what rests at the venue, and compares its number with that of the books."""

    def __init__(self, counts: Counts, books: Books) -> None:
        self._counts = counts
        self._books = books
        self._twice: set[str] = set()

    def __call__(self, resting: Sequence[VenueOrder]) -> None:
        """Hear one whole list."""
        names = [row.client_order_id for row in resting]
        twice = {name for name in names if names.count(name) > 1 and name in self._books.orders}
        new, self._twice = twice - self._twice, twice
        if new:
            self._counts.add("intent_duplicate", by=len(new))
        drift = len(names) - len(self._books.orders)
        self._counts.set("open_orders", len(names), "exchange")
        self._counts.set("open_order_drift", drift)


class TimedAgreement(Agreement):
    """An agreement that tells how long it took and how far the account was apart."""

    counts: Counts

    def __call__(self, *, starting: bool = False) -> ReconcileNoted:
        """Compare and mend; return what was done."""
        clock = self._desk.clock
        began = clock.monotonic()
        note = super().__call__(starting=starting)
        self.counts.time("reconcile_duration_seconds", clock.monotonic() - began)
        if note.complete and self.compared is not None:
            found = self.compared.counts
            for verdict, name in RECALLS.items():
                if found.get(verdict):
                    self.counts.add(name, by=found[verdict])
        mark, accounts = self._desk.mark, self._desk.books.accounts
        if note.complete and mark > ZERO:
            weights = {accounts.base: mark, accounts.quote: Decimal(1)}
            ours = sum((accounts.total(one) * each for one, each in weights.items()), ZERO)
            held = {name: balance.total for name, balance in self._balances.items()}
            theirs = sum((held.get(one, ZERO) * each for one, each in weights.items()), ZERO)
            if ours > ZERO:
                self.counts.set("recon_drift_pct", float((theirs - ours) * HUNDRED / ours))
        return note


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """All counts of one desk that are brought up between two ticks."""

    counts: Counts
    orders: OrderCounts
    mode: ModeCounts

    def ask_age(self, resolver: Resolver) -> None:
        """Have the age of the oldest unknown request read whenever a status is made."""
        self.counts.ask("oldest_unknown_intent_seconds", lambda: resolver.oldest() / 1_000_000)

    def __call__(self, desk: Desk) -> None:
        """Bring everything up."""
        del desk
        self.orders.tell()
        self.mode()


def _totals(seen: ModeSnapshot) -> dict[tuple[str, ...], int]:
    totals: dict[tuple[str, ...], int] = {
        ("mode_flap_blocked",): seen.flap_blocked_total,
        ("mode_flips",): seen.flap_blocked_total,  # a promotion that was refused is one more
        ("mode_clock_jump",): seen.clock_jumps_total,
    }
    totals.update(
        {("mode_read_failures", kind): count for kind, count in seen.read_failures.items()}
    )
    return totals


def _living(books: Books) -> dict[str, Standing]:
    """Say where orders stand that an earlier life left, as far as the books know it."""
    orders = (order_of(books.slots[slot], name) for name, slot in books.orders.items())
    return {
        order.client_order_id: Standing(_state(books, order), order.placed_at, order.filled)
        for order in orders
    }


def _state(books: Books, order: Order) -> IntentState:
    name = order.client_order_id
    submission = books.submissions.get(name)
    if submission is not None and submission.action == "place":
        return IntentState.UNKNOWN
    if name in books.unanswered:
        return IntentState.CREATED
    if order.status is OrderStatus.CANCELING:
        return IntentState.CANCELING
    if submission is not None and submission.action == "amend":
        return IntentState.AMENDING
    return IntentState.PARTIAL if order.filled else IntentState.OPEN
