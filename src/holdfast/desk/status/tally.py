"""Keep figures of the day and the newest cycles, folded from committed events.

Nothing trades by a tally: it feeds status and metrics. Days are UTC days of market time. Counts in
`counts` are of this process; everything else goes back to the ledger's first row when restored.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import msgspec

from holdfast.desk.status.counts import Counts
from holdfast.desk.status.repair_times import RepairTimes
from holdfast.desk.status.tally_notes import NOTES
from holdfast.domain.bookkeeping import Note
from holdfast.domain.events import (
    CancelAsked,
    CycleBooked,
    Event,
    ExitOrphaned,
    LegBlocked,
    OrderEnded,
    OrderFilled,
    OrderPlaced,
    OrderRepriced,
    PositionClosed,
    PositionOpened,
)
from holdfast.domain.market import DAY, SECOND
from holdfast.domain.money import ZERO
from holdfast.domain.slots import ENTRY, Block
from holdfast.engine.books import Books
from holdfast.engine.exits import RELEASED

RECENT = 20
FILLS_KEPT = 1_000
FEES_KEPT = 10_000
_QUEUED = frozenset({Block.DEFERRED, Block.CAPACITY, Block.BUDGET})


class Sums(msgspec.Struct, frozen=True):
    """What the booked cycles of one slot come to."""

    net: Decimal = ZERO
    settled: Decimal = ZERO
    count: int = 0

    def plus(self, net: Decimal, settled: Decimal) -> "Sums":
        """Add one cycle."""
        return Sums(self.net + net, self.settled + settled, self.count + 1)


class Tally:
    """Figures that change only when something was committed."""

    def __init__(self, counts: Counts | None = None) -> None:
        self.counts = counts or Counts()
        self.slots: dict[int, Sums] = {}
        self.total = Sums()
        self.recent: dict[int, deque[tuple[int, CycleBooked]]] = {}
        self.day = 0
        self.losses: dict[int, Decimal] = {}
        self.loss = ZERO
        self.day_net = ZERO
        self.day_cycles = 0
        self.orphans = 0
        self.released = 0
        self.released_at = 0
        self.fills = 0
        self.deferred = 0
        self.last_deferred_at = 0
        self.positions_open = 0
        self.journal_rows = 0
        self.fill_times: deque[tuple[int, int]] = deque(maxlen=FILLS_KEPT)
        self.partial_opens: deque[int] = deque(maxlen=FILLS_KEPT)
        self.partial_cancels: deque[int] = deque(maxlen=FILLS_KEPT)
        self.maker_fees: deque[tuple[Decimal, Decimal]] = deque(maxlen=FEES_KEPT)
        self.repairs = RepairTimes()
        self._placed: dict[str, int] = {}
        self._partial: set[str] = set()

    @classmethod
    def of(cls, books: Books) -> "Tally":
        """Begin with what the slots themselves remember."""
        tally = cls()
        tally.know(books)
        for slot in books.slots.values():
            sums = Sums(slot.net_profit, slot.settled, slot.round_trips)
            tally.slots[slot.slot_id] = sums
        tally.add_up()
        return tally

    def know(self, books: Books) -> None:
        """Take in which orders rest, and since when."""
        self.roll(books.market_time)
        self.repairs.know(books)
        for slot in books.slots.values():
            orders = [slot.a.order, slot.b.order, *(one.order for one in slot.recoveries)]
            self._placed |= {one.client_order_id: one.placed_at for one in orders if one}

    def add_up(self) -> None:
        """Total the slots again."""
        parts = self.slots.values()
        self.total = Sums(
            sum((one.net for one in parts), ZERO),
            sum((one.settled for one in parts), ZERO),
            sum(one.count for one in parts),
        )

    def take(self, at: int, entries: Sequence[Event | Note]) -> None:
        """Take in what was committed at one market time."""
        if at // DAY > self.day:
            self.roll(at)
        for entry in entries:
            rule = _RULES.get(type(entry))
            if rule is not None:
                rule(self, at, entry)
                continue
            note = NOTES.get(type(entry))
            if note is not None:
                note(self.counts, entry)

    def roll(self, now: int) -> None:
        """Begin a new day where one has begun, and let go of what is older than a day."""
        if now // DAY > self.day:
            self.day = now // DAY
            self.losses, self.loss = {}, ZERO
            self.day_net, self.day_cycles = ZERO, 0
        for times in (self.partial_opens, self.partial_cancels):
            while times and times[0] <= now - DAY:
                times.popleft()
        while self.fill_times and self.fill_times[0][0] <= now - DAY:
            self.fill_times.popleft()

    def _booked(self, at: int, event: CycleBooked) -> None:
        slot = event.slot
        self.slots[slot] = self.slots.get(slot, Sums()).plus(event.net, event.settled)
        self.total = self.total.plus(event.net, event.settled)
        newest = self.recent.setdefault(slot, deque(maxlen=RECENT))
        newest.appendleft((at, event))
        self.day_net += event.net
        self.day_cycles += 1
        self.counts.add("cycles", event.reason)
        if event.reason == RELEASED:
            self.released += 1
            self.released_at = at
        if event.net < ZERO:
            self.losses[slot] = self.losses.get(slot, ZERO) - event.net
            self.loss -= event.net

    def _was_placed(self, at: int, event: OrderPlaced) -> None:
        self._placed[event.client_order_id] = at
        self.counts.add("orders_submitted", event.role, event.side)
        self.counts.add("intents_created", event.role)
        if event.role is ENTRY:
            self.counts.add("entries_placed", event.reason, event.side)
            back = self.repairs.placed(at, event)
            if back is not None:
                self.counts.time("repair_seconds", *back)

    def _was_filled(self, at: int, event: OrderFilled) -> None:
        self.fills += 1
        self.counts.add("fills_booked", event.role, event.liquidity)
        if event.liquidity == "maker":
            self.maker_fees.append((event.fee, event.cost))
        name = event.client_order_id
        if not event.complete:
            if name not in self._partial:
                self._partial.add(name)
                self.partial_opens.append(at)
            return
        self._partial.discard(name)
        placed = self._placed.pop(name, None)
        if placed is not None:
            self.fill_times.append((at, at - placed))
            self.counts.time("order_to_fill_seconds", (at - placed) / SECOND)

    def _has_ended(self, at: int, event: OrderEnded) -> None:
        self._placed.pop(event.client_order_id, None)
        self._partial.discard(event.client_order_id)
        if event.status == "refused":
            self.counts.add("orders_failed")
            self.counts.add("orders_submit_failed", event.reason)
        elif event.filled > ZERO:
            self.partial_cancels.append(at)
            self.counts.add("partial_fill_cancel")

    def _was_blocked(self, at: int, event: LegBlocked) -> None:
        self.repairs.blocked(at, event)
        if event.block in _QUEUED:
            self.deferred += 1
            self.counts.add("entries_deferred", event.block)
            self.last_deferred_at = at

    def _asked(self, at: int, event: OrderRepriced | CancelAsked) -> None:
        del at
        moved = isinstance(event, OrderRepriced)
        self.counts.add("amends" if moved else "cancels", "asked")

    def _opened(self, at: int, event: PositionOpened) -> None:
        del at, event
        self.positions_open += 1
        self.journal_rows += 1

    def _closed(self, at: int, event: PositionClosed) -> None:
        del at, event
        self.positions_open -= 1
        self.journal_rows += 1

    def _orphaned(self, at: int, event: ExitOrphaned) -> None:
        del at, event
        self.orphans += 1


_RULES: Mapping[type, Callable[[Tally, int, Any], None]] = MappingProxyType(
    {
        CycleBooked: Tally._booked,  # noqa: SLF001 (its own table)
        OrderPlaced: Tally._was_placed,  # noqa: SLF001
        OrderFilled: Tally._was_filled,  # noqa: SLF001
        OrderEnded: Tally._has_ended,  # noqa: SLF001
        OrderRepriced: Tally._asked,  # noqa: SLF001
        CancelAsked: Tally._asked,  # noqa: SLF001
        LegBlocked: Tally._was_blocked,  # noqa: SLF001
        PositionOpened: Tally._opened,  # noqa: SLF001
        PositionClosed: Tally._closed,  # noqa: SLF001
        ExitOrphaned: Tally._orphaned,  # noqa: SLF001
    }
)
