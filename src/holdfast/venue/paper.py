"""Trade on paper: walk candles from a feed and match resting orders against them.

Rules: a candle is walked open, nearer extreme, other extreme, close, a quarter of its length apart. At
each step the orders that rested before it are matched, then the desk sees the step; what it places
rests from the next step on. A candle trades at most `participation` of its volume (1 is no limit);
no volume fills nothing. The cursor only moves forward. With a journal every answer is durable before
it is given, and a reopened venue goes on where it was: executions are told again by `executions`,
an end is told again until the desk has come back for the next step. Opening balances count once.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import TypeVar

import msgspec

from holdfast.domain.errors import VenueError, VenueUnavailable
from holdfast.domain.intents import CancelOrder, PlaceOrder, RepriceOrder
from holdfast.domain.market import Candle
from holdfast.domain.money import Instrument
from holdfast.domain.observations import Execution, Observation, Receipt
from holdfast.domain.slots import BUY
from holdfast.venue.candles import Candles, Feed
from holdfast.venue.journal import Journal
from holdfast.venue.matching import Matching, described
from holdfast.venue.port import Balance, VenueOrder, Watch
from holdfast.venue.position import STEPS, Position
from holdfast.venue.records import (
    Canceled,
    Placed,
    Record,
    Repriced,
    Snapshot,
    Stepped,
)

_Write = TypeVar("_Write", Placed, Repriced, Canceled)


class PaperVenue:
    """One spot market of one account, simulated."""

    endless = False

    def __init__(
        self,
        instrument: Instrument,
        feed: Feed,
        *,
        balances: dict[str, Decimal],
        participation: Decimal,
        open_order_cap: int | None = None,
        journal: Journal | None = None,
    ) -> None:
        self.instrument = instrument
        self._journal = journal
        opening = {asset: Balance(amount, Decimal(0)) for asset, amount in balances.items()}
        self._matching = Matching(instrument, opening, open_order_cap)
        self._position = Position(feed, participation)
        self._walked: Candle | None = None
        if journal is not None:
            self._reopen(journal)

    def observe(self, watch: Watch) -> Iterator[Observation]:
        """Walk the next candle, or what is left of one; show the steps the watch asks for."""
        position = self._position
        if position.step >= STEPS and not self._take():
            return
        self._walked = position.candle
        floor, ceiling, due = self._reach(watch)
        step, prices, quarter = position.step, position.path, position.quarter
        at = position.begins + step * quarter
        for mark in prices[step:] if step else prices:
            if at >= due or not floor < mark < ceiling:
                observation = self._walk(step, at, mark, watch)
                if observation is not None:
                    yield observation
                    if observation.ends:
                        self._matching.ends.come_back()
                    floor, ceiling, due = self._reach(watch)
            step += 1
            at += quarter
        position.step, position.mark = STEPS, prices[-1]
        if self._journal is not None:
            self._note(STEPS, durable=False)

    def skip_quiet(self, watch: Watch, limit: int | None = None) -> int:
        """Pass over whole candles in which nothing can happen; say how many.

        It looks no further than the feed has at hand, so 0 does not mean that the market is over.
        """
        position, ends = self._position, self._matching.ends
        if watch.always or ends.waiting or self._matching.taking or position.step < STEPS:
            return 0
        window = position.feed.window()
        candles, start, stop = window.candles, window.start, window.stop
        if limit is not None:
            stop = min(stop, start + limit)
        last = watch.due - 3 * position.quarter
        if start < stop and candles.at[stop - 1] >= last:
            stop = bisect_left(candles.at, last, start, stop)
        count = self._first_reached(candles, start, stop, watch) - start
        if count > 0:
            self._walked = position.pass_over(window, count)
            if self._journal is not None:
                self._note(STEPS, durable=False)
        return count

    def place(self, order: PlaceOrder) -> Receipt:
        """Rest a post-only limit order; an id that is known already changes nothing."""
        client_order_id, price, size = order.client_order_id, order.price, order.size
        matching, buys, takes = self._matching, order.side is BUY, order.takes
        if client_order_id in matching.live or client_order_id in matching.closed:
            return Receipt(client_order_id, "accepted")
        hold = matching.holdings.needed(price, size, buys, takes)
        reason = matching.refusal(price, size, self._position.mark, buys, takes)
        if reason := reason or matching.unfunded(hold, buys):
            return _refused(client_order_id, reason)
        if self._journal is None and not takes:
            matching.rest(client_order_id, price, size, hold, buys)
            return Receipt(client_order_id, "accepted")
        record = Placed(client_order_id, buys, price, size, hold, takes)
        return self._answer(record, matching.apply_place)

    def reprice(self, change: RepriceOrder) -> Receipt:
        """Move a resting order; `size` counts what has traded already. It loses its place in time."""
        client_order_id, price, size = change.client_order_id, change.price, change.size
        matching = self._matching
        order = matching.find(client_order_id)
        if order is not None and change.revision <= order.revision:
            return Receipt(client_order_id=client_order_id, outcome="accepted")
        if order is None or order.status != "open":
            return _refused(client_order_id, "not_open")
        reason = matching.refusal(price, size, self._position.mark, order.buys)
        filled = order.size - order.left
        if reason or size <= filled:
            return _refused(client_order_id, reason or "min_size")
        hold = matching.holdings.needed(price, size - filled, order.buys)
        if hold - order.hold > matching.holdings.free(buys=order.buys):
            return _refused(client_order_id, "insufficient_funds")
        record = Repriced(client_order_id, change.revision, price, size, hold)
        return self._answer(record, matching.apply_reprice)

    def cancel(self, order: CancelOrder) -> Receipt:
        """Take an order off the book at once; its end comes with the next observation."""
        found = self._matching.find(order.client_order_id)
        if found is None or found.status != "open":
            return _refused(order.client_order_id, "not_open")
        return self._answer(Canceled(order.client_order_id), self._matching.apply_cancel)

    def open_orders(self) -> Sequence[VenueOrder]:
        """List what rests, oldest first."""
        return [described(order) for order in self._matching.live.values()]

    def order(self, client_order_id: str) -> VenueOrder | None:
        """Look one order up, open or closed; None is proof that it never arrived."""
        order = self._matching.find(client_order_id)
        return None if order is None else described(order)

    def executions(self, after: int) -> Sequence[tuple[int, Execution]]:
        """List executions at or after a market time, oldest first."""
        return self._matching.executions_after(after)

    def balances(self) -> dict[str, Balance]:
        """Say what the account holds, per asset."""
        return self._matching.holdings.balances()

    def candle(self) -> Candle | None:
        """Return the candle walked or passed over last in this life of the venue."""
        return self._walked

    def close(self) -> None:
        """Let go of the journal."""
        if self._journal is not None:
            self._journal.close()

    def snapshot(self) -> Snapshot:
        """Say everything the venue knows; two venues that say the same behave the same."""
        return self._matching.snapshot(self._market(), self._position.cursor())

    def _take(self) -> bool:
        if self._journal is not None and self._journal.has_grown():
            self._journal.rewrite(self.snapshot())
        return self._position.take()

    def _reach(self, watch: Watch) -> tuple[Decimal, Decimal, int]:
        # Between these marks, and before this time, a step is nobody's concern.
        matching = self._matching
        floor, ceiling = matching.bids.best, matching.asks.best
        if watch.floor is not None and watch.floor > floor:
            floor = watch.floor
        if watch.ceiling is not None and watch.ceiling < ceiling:
            ceiling = watch.ceiling
        if watch.always or matching.ends.waiting or matching.taking:
            return floor, ceiling, 0
        spared = self._position.begins == watch.spared
        return floor, ceiling, watch.until if spared else watch.due

    def _due(self, watch: Watch) -> int:
        return watch.until if self._position.begins == watch.spared else watch.due

    def _first_reached(self, candles: Candles, start: int, stop: int, watch: Watch) -> int:
        # Floats keep the order of decimals, so that no candle that is reached is passed over.
        floor, ceiling, _ = self._reach(watch)
        near_floor, near_ceiling = float(floor), float(ceiling)
        lows, highs = candles.near_low, candles.near_high
        for index in range(start, stop):
            if lows[index] <= near_floor or highs[index] >= near_ceiling:
                return index
        return stop

    def _walk(self, step: int, at: int, mark: Decimal, watch: Watch) -> Observation | None:
        matching, position = self._matching, self._position
        executions = matching.match(mark, at, position.budget)
        if executions and position.budget is not None:
            position.budget -= sum(execution.size for execution in executions)
        position.mark = mark
        position.step = step + 1
        taking, ends = bool(matching.taking), matching.ends
        if not (executions or taking or ends.waiting or self._is_wanted(watch, at, mark)):
            return None
        if self._journal is not None:
            self._note(step, executions)
        if taking:
            self._end_taking()
        return Observation(at, mark, tuple(executions), ends.show() if ends.waiting else ())

    def _is_wanted(self, watch: Watch, at: int, mark: Decimal) -> bool:
        return (
            watch.always
            or at >= self._due(watch)
            or (watch.floor is not None and mark <= watch.floor)
            or (watch.ceiling is not None and mark >= watch.ceiling)
        )

    def _end_taking(self) -> None:
        """Cancel what did not trade of orders that do not rest."""
        for name in tuple(self._matching.taking):
            self._answer(Canceled(name), self._matching.apply_cancel)

    def _note(
        self, step: int, executions: Sequence[Execution] = (), *, durable: bool = True
    ) -> None:
        if self._journal is None:
            return
        ends = self._matching.ends
        where = self._position.record(step)
        fills = tuple([self._matching.told(execution) for execution in executions])
        record = msgspec.structs.replace(where, heard=ends.heard, fills=fills)
        self._journal.append(record, durable=durable)
        ends.heard = 0

    def _answer(self, record: _Write, apply: Callable[[_Write], None]) -> Receipt:
        if self._journal is not None:
            try:
                self._journal.append(record)
            except VenueUnavailable as error:
                return Receipt(
                    client_order_id=record.client_order_id, outcome="unknown", reason=str(error)
                )
        apply(record)
        return Receipt(client_order_id=record.client_order_id, outcome="accepted")

    def _reopen(self, journal: Journal) -> None:
        records = journal.read()
        if not records:
            journal.rewrite(self.snapshot())
        for record in records:
            self._follow(record)
        self._position.catch_up()

    def _follow(self, record: Record) -> None:
        matching, position = self._matching, self._position
        match record:
            case Placed():
                matching.apply_place(record)
            case Repriced():
                matching.apply_reprice(record)
            case Canceled():
                matching.apply_cancel(record)
            case Stepped():
                matching.ends.drop(record.heard)
                position.follow(record)
                for fill in record.fills:
                    matching.apply_trade(fill, position.time_of(record.step))
                matching.forget()
            case Snapshot():
                self._check_market(record.market)
                matching.restore(record)
                position.restore(record.cursor)

    def _check_market(self, market: str) -> None:
        if market != self._market():
            raise VenueError(
                f"the paper venue's journal is of {market}, not of {self._market()}; "
                f"do: use another runtime, or the market it was started with"
            )

    def _market(self) -> str:
        market = self.instrument
        return (
            f"{market.symbol} tick {market.price_tick.normalize()} step "
            f"{market.size_step.normalize()}, candles of {self._position.feed.seconds} s"
        )


def _refused(client_order_id: str, reason: str) -> Receipt:
    return Receipt(client_order_id=client_order_id, outcome="refused", reason=reason)
