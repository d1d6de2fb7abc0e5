"""Fold the rows of a replay once into the counts and sums its report is made of.

Rules: amounts stay exact; times are microseconds of market time; a day is a UTC day. An order counts
where it was placed, and again once where it ended; what never ended is resting.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from holdfast.domain.bookkeeping import AnomalyNoted, HoldSet, Note
from holdfast.domain.events import (
    BalanceOpened,
    CancelAsked,
    CycleBooked,
    Event,
    OrderEnded,
    OrderFilled,
    OrderPlaced,
    OrderRepriced,
)
from holdfast.domain.market import DAY
from holdfast.domain.money import ZERO
from holdfast.domain.slots import Side

INVARIANT = "invariant"
Move = tuple[int, Decimal, Decimal]  # market time, base, quote


class Sums:
    """What was traded and booked in one slot, or on one day, or in all."""

    __slots__ = ("cycles", "fees", "fills", "gross", "losing", "lost", "net", "turnover")

    def __init__(self) -> None:
        self.fills = self.cycles = self.losing = 0
        self.turnover = self.fees = self.gross = self.net = self.lost = ZERO


class Fold:
    """Everything one pass over the rows says."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.all = Sums()
        self.days: dict[int, Sums] = {}
        self.slots: dict[int, Sums] = {}
        self.orders: Counter[tuple[str, str]] = Counter()  # role, outcome
        self.order_events = 0
        self.breaches = 0
        self.anomalies: Counter[str] = Counter()
        self.funded: list[Move] = []
        self.moves: list[Move] = []
        self.cycle_times: list[int] = []
        self.entry_waits: list[int] = []
        self._placed_at: dict[str, int] = {}

    def take(self, rows: Iterable[tuple[int, Event | Note]]) -> "Fold":
        """Take rows in; return the fold itself."""
        rules = _RULES
        for at, entry in rows:
            rule = rules.get(type(entry))
            if rule is not None:
                rule(self, at, entry)
        return self

    def sums_of(self, at: int, slot: int) -> tuple[Sums, Sums, Sums]:
        """Return the sums an event of a slot belongs to."""
        day = at // DAY
        if day not in self.days:
            self.days[day] = Sums()
        if slot not in self.slots:
            self.slots[slot] = Sums()
        return self.all, self.days[day], self.slots[slot]

    def placed(self, at: int, event: OrderPlaced) -> None:
        """Count an order that was placed."""
        self.order_events += 1
        self.orders[event.role.value, "placed"] += 1
        self._placed_at[event.client_order_id] = at

    def repriced(self, at: int, event: OrderRepriced) -> None:
        """Count a move; the order's wait starts anew."""
        self.order_events += 1
        self.orders["entry", "repriced"] += 1
        self._placed_at[event.client_order_id] = at

    def cancel_asked(self, at: int, event: CancelAsked) -> None:
        """Count a cancel that was asked for."""
        del at, event
        self.order_events += 1

    def ended(self, at: int, event: OrderEnded) -> None:
        """Count an order that ended without filling whole."""
        del at
        self.order_events += 1
        self.orders[event.role.value, event.status] += 1
        if event.filled:
            self.orders[event.role.value, "ended with a part"] += 1
        self._placed_at.pop(event.client_order_id, None)

    def filled(self, at: int, event: OrderFilled) -> None:
        """Sum one execution."""
        self.order_events += 1
        for sums in self.sums_of(at, event.slot):
            sums.fills += 1
            sums.turnover += event.cost
            sums.fees += event.fee
        if event.side is Side.BUY:
            self.moves.append((at, event.size, -event.cost - event.fee))
        else:
            self.moves.append((at, -event.size, event.cost - event.fee))
        if not event.complete:
            self.orders[event.role.value, "part fills"] += 1
            return
        self.orders[event.role.value, "filled"] += 1
        placed_at = self._placed_at.pop(event.client_order_id, None)
        if placed_at is not None and event.role.value == "entry":
            self.entry_waits.append(at - placed_at)

    def booked(self, at: int, event: CycleBooked) -> None:
        """Sum one round trip."""
        for sums in self.sums_of(at, event.slot):
            sums.cycles += 1
            sums.gross += event.gross
            sums.net += event.net
            if event.net < ZERO:
                sums.losing += 1
                sums.lost -= event.net
        self.cycle_times.append(at - event.entry_time)

    def opened(self, at: int, event: BalanceOpened) -> None:
        """Keep what came in from outside."""
        amount = event.amount
        move = (at, amount, ZERO) if event.asset == self.base else (at, ZERO, amount)
        self.funded.append(move)
        self.moves.append(move)

    def held(self, at: int, note: HoldSet) -> None:
        """Count a hold that a broken invariant put up."""
        del at
        self.breaches += note.name == INVARIANT

    def odd(self, at: int, note: AnomalyNoted) -> None:
        """Count an anomaly by its kind."""
        del at
        self.anomalies[note.kind] += 1


_RULES: Mapping[type, Callable[[Fold, int, Any], None]] = MappingProxyType(
    {
        OrderPlaced: Fold.placed,
        OrderRepriced: Fold.repriced,
        CancelAsked: Fold.cancel_asked,
        OrderEnded: Fold.ended,
        OrderFilled: Fold.filled,
        CycleBooked: Fold.booked,
        BalanceOpened: Fold.opened,
        HoldSet: Fold.held,
        AnomalyNoted: Fold.odd,
    }
)
