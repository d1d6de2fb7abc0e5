"""Remember our orders at a venue, and which of their executions and ends the desk has been told.

Rules: what the venue says of an order is taken in at once. What counts as told moves only when the
desk came back for more; a look that was left, or that failed half way, is told again. An end is told
after all that the order executed. An order that is not ours is never taken in.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

import msgspec

from holdfast.domain.market import MINUTE
from holdfast.domain.money import ZERO
from holdfast.domain.observations import End, Execution
from holdfast.venue.ccxt_reading import OrderRow, TradeRow
from holdfast.venue.port import Resumed, VenueOrder

OVERLAP = 10 * MINUTE  # executions are asked for from so long before the watermark
PATIENT_LOOKS = 2  # so often may an execution be missing before it is asked for from the beginning


class Known(msgspec.Struct, kw_only=True):
    """What we know of one order of ours; `touched` is machine time of its last change by us."""

    client_order_id: str
    touched: float
    venue_order_id: str = ""
    arrived: bool = False
    told: Decimal = ZERO
    executed: Decimal = ZERO
    status: str = "open"
    reason: str = ""
    revision: int = 0
    opened: int = 0


class News(msgspec.Struct, frozen=True):
    """What one look at the venue found that the desk has not been told."""

    executions: tuple[Execution, ...] = ()
    ends: tuple[End, ...] = ()


class Memory:
    """Our orders at one venue; all they executed before the watermark was told."""

    def __init__(self, after: int) -> None:
        self.watermark, self._resumed = after, 0
        self.live: dict[str, Known] = {}
        self._over: set[str] = set()
        self._owners: dict[str, str] = {}
        self._strangers: set[str] = set()
        self._told: set[str] = set()
        self._behind = 0

    def resume(
        self, after: int, told: Iterable[str], orders: Iterable[Resumed], now: float
    ) -> None:
        """Take up where an earlier life ended: executions told up to a time, orders not over."""
        self.watermark = self._resumed = after
        self._told.update(told)
        for order in orders:
            known = self.expect(order.client_order_id, now)
            known.told = known.executed = order.filled
            if order.venue_order_id:
                self.accepted(order.client_order_id, order.venue_order_id)

    def claim(self, orders: Iterable[VenueOrder], now: float) -> None:
        """Take orders for ours: those that rest go on from what they have executed."""
        for order in orders:
            if order.status == "open":
                known = self.expect(order.client_order_id, now)
                known.told = known.executed = max(known.told, order.filled)
                known.opened = order.opened
                self.accepted(order.client_order_id, order.venue_order_id)
            else:
                self._owners[order.venue_order_id] = order.client_order_id

    def is_over(self, client_order_id: str) -> bool:
        """Say whether an order of this life has ended and its end was told."""
        return client_order_id in self._over

    def expect(self, client_order_id: str, now: float) -> Known:
        """Note that an order is about to leave; it may arrive whatever the answer is."""
        known = Known(client_order_id=client_order_id, touched=now)
        return self.live.setdefault(client_order_id, known)

    def accepted(self, client_order_id: str, venue_order_id: str) -> None:
        """Note that an order rests, and the venue's name of it."""
        known = self.live[client_order_id]
        known.arrived, known.venue_order_id = True, venue_order_id
        self._owners[venue_order_id] = client_order_id

    def refused(self, client_order_id: str) -> None:
        """Forget an order that is proven not to rest."""
        self.live.pop(client_order_id, None)

    def touched(self, client_order_id: str, now: float) -> None:
        """Note that an order was changed."""
        if client_order_id in self.live:
            self.live[client_order_id].touched = now

    def moved(self, client_order_id: str, revision: int) -> None:
        """Note that the venue took a move."""
        if client_order_id in self.live:
            self.live[client_order_id].revision = revision

    def age(self, client_order_id: str, now: float) -> float:
        """Say how long ago we last changed an order, in seconds; what we do not know counts as new."""
        known = self.live.get(client_order_id)
        return 0.0 if known is None else now - known.touched

    def venue_order_id(self, client_order_id: str) -> str:
        """Say the venue's name of an order that lives; empty where it was not heard."""
        known = self.live.get(client_order_id)
        return "" if known is None else known.venue_order_id

    def hear(self, rows: Iterable[OrderRow]) -> None:
        """Take in what the venue says of our orders; an end that was heard stays."""
        for row in rows:
            name = self._owners.get(row.venue_order_id, row.client_order_id)
            known = self.live.get(name)
            if known is None:
                continue
            if not known.arrived and row.filled > known.told:  # it may have traded long ago
                self.watermark = min(self.watermark, max(row.opened, self._resumed))
            self.accepted(name, row.venue_order_id)
            known.opened = row.opened
            known.executed = max(known.executed, row.filled)
            if known.status == "open":
                known.status, known.reason = row.status, row.reason

    def vanished(self, rows: Sequence[OrderRow]) -> list[str]:
        """Name the orders, by the venue's ids, that rested and are not among the open ones."""
        open_now = {row.venue_order_id for row in rows}
        return [
            known.venue_order_id
            for known in self.live.values()
            if known.arrived and known.status == "open" and known.venue_order_id not in open_now
        ]

    def owes(self) -> bool:
        """Say whether an order executed more than the desk was told."""
        return any(known.executed > known.told for known in self.live.values())

    def without_owner(self, trades: Iterable[TradeRow]) -> list[str]:
        """Name the orders, by the venue's ids, of executions that may be ours."""
        unknown = {
            trade.venue_order_id
            for trade in trades
            if trade.fill_id not in self._told
            and trade.venue_order_id not in self._owners
            and trade.venue_order_id not in self._strangers
        }
        return sorted(unknown)

    def strange(self, rows: Iterable[OrderRow]) -> None:
        """Note which of the orders that were looked up are not ours."""
        self._strangers.update(
            row.venue_order_id for row in rows if row.venue_order_id not in self._owners
        )

    def ours(self, trades: Iterable[TradeRow]) -> list[tuple[int, Execution]]:
        """Pick the executions of our orders, told or not, each once, oldest first."""
        picked = {trade.fill_id: trade for trade in trades if trade.venue_order_id in self._owners}
        rows = sorted(picked.values(), key=lambda one: (one.at, one.number, one.fill_id))
        return [(row.at, row.execution(self._owners[row.venue_order_id])) for row in rows]

    def news(self, trades: Iterable[TradeRow]) -> News:
        """Say what is to be told now."""
        ours = (execution for _, execution in self.ours(trades))
        executions = tuple(one for one in ours if one.fill_id not in self._told)
        ends = tuple(
            End(client_order_id=known.client_order_id, status=known.status, reason=known.reason)
            for known in self._complete(executions)
            if known.status != "filled"
        )
        return News(executions, ends)

    def heard(self, news: News, at: int) -> None:
        """Count news as told; the look they came from began at a time of the venue's clock."""
        complete = self._complete(news.executions)
        for execution in news.executions:
            self._told.add(execution.fill_id)
            known = self.live.get(execution.client_order_id)
            if known is not None:
                known.told += execution.size
                known.executed = max(known.executed, known.told)
        for known in complete:
            self._over.add(known.client_order_id)
            del self.live[known.client_order_id]
        self._move_watermark(at)

    def _move_watermark(self, at: int) -> None:
        owing = [known.opened for known in self.live.values() if known.executed > known.told]
        self._behind = self._behind + 1 if owing else 0
        if not owing:
            self.watermark = max(self.watermark, at)
        elif self._behind >= PATIENT_LOOKS:
            self.watermark = min(self.watermark, *owing)

    def _complete(self, executions: Iterable[Execution]) -> list[Known]:
        told: dict[str, Decimal] = {}
        for one in executions:
            told[one.client_order_id] = told.get(one.client_order_id, ZERO) + one.size
        return [
            known
            for known in self.live.values()
            if known.status != "open"
            and known.told + told.get(known.client_order_id, ZERO) >= known.executed
        ]
