"""Trade one market of one account through ccxt; the only file that imports it, and not before it must.

Rules: a poll is one observation: the price, what our orders executed, how they ended. A quiet poll
costs two calls; histories are read only when an open order vanished or executed. A look that fails
anywhere raises VenueUnavailable and has told nothing. Orders that are not ours are listed, never
touched. Every write passes the boundary, once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, localcontext
from importlib import import_module
from typing import Any

import msgspec

from holdfast.clock import Clock
from holdfast.domain.errors import VenueRefused
from holdfast.domain.intents import CancelOrder, PlaceOrder, RepriceOrder
from holdfast.domain.market import SECOND, Candle
from holdfast.domain.observations import Execution, Observation, Receipt
from holdfast.venue.capabilities import Described, Offer, judge
from holdfast.venue.ccxt_errors import Meaning
from holdfast.venue.ccxt_reading import OrderRow, Quotation, TradeRow
from holdfast.venue.ccxt_reads import BUDGET, Reads
from holdfast.venue.ccxt_wire import Calls, Observer, Secret, Terms, connect, skip_nonces
from holdfast.venue.ccxt_writes import LARGEST_BATCH, Writes
from holdfast.venue.limits import ENGINE, REST, TIERS, EngineCounter, RestCounter
from holdfast.venue.port import Balance, Boundary, Counters, Flow, Resumed, VenueOrder, Watch
from holdfast.venue.skew import VenueClock
from holdfast.venue.told import OVERLAP, Memory, News

PATIENCE = 10 * SECOND  # deadline of a write that names none


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """What a venue is opened with; key and secret are asked for at each call and never kept."""

    exchange: str
    symbol: str
    key: Secret
    secret: Secret
    tier: str = "starter"
    base_url: str = ""
    live: bool = True
    stale_price_max_age_sec: int = 60
    read_budget: float = BUDGET

    def __repr__(self) -> str:
        return f"Account({self.exchange}, {self.symbol})"


def exchange_class(exchange: str) -> Any:  # noqa: ANN401 (ccxt is untyped)
    """Find an exchange in ccxt by its id."""
    ccxt = import_module("ccxt")
    if exchange not in ccxt.exchanges:
        raise VenueRefused(f"ccxt has no exchange {exchange!r}; do: name one of its ids, as kraken")
    return getattr(ccxt, exchange)


def offer(exchange: str) -> Offer:
    """Say what an exchange offers a desk, by what ccxt says and what was proven; needs no network."""
    with localcontext():  # ccxt changes how the thread rounds
        ccxt = exchange_class(exchange)()
    return judge(
        Described(
            exchange=exchange,
            has=ccxt.has,
            features=ccxt.features or {},
            credentials=ccxt.requiredCredentials,
            precision_mode=ccxt.precisionMode,
        )
    )


class CcxtVenue:
    """One market of one account of a real exchange, or of its emulator."""

    largest_batch = LARGEST_BATCH
    endless = True

    def __init__(
        self,
        account: Account,
        boundary: Boundary,
        clock: Clock,
        *,
        nonce: Callable[[], int] | None = None,
        observer: Observer = lambda _endpoint, _outcome, _seconds: None,
    ) -> None:
        if account.tier not in TIERS:
            raise VenueRefused(f"tier {account.tier!r} is none of {', '.join(TIERS)}")
        if account.live:
            offer(account.exchange).demand_safe()
        self._account, self._clock = account, clock
        self._calls = Calls(clock)
        self._wire = connect(
            exchange_class(account.exchange),
            Terms(
                clock=clock,
                key=account.key,
                secret=account.secret,
                nonce=nonce or clock.wall,
                observer=observer,
                base_url=account.base_url,
            ),
            self._calls,
        )
        self._rest = RestCounter(account.tier, clock)
        self._engine = EngineCounter(account.tier, clock)
        self._time = VenueClock(clock)
        self._reads = Reads(
            self._wire, account.symbol, clock, self._rest, self._skip_nonces, account.read_budget
        )
        self.instrument = self._reads.instrument()
        self._memory = Memory(self.wall())
        self._writes = Writes(
            self._wire,
            self.instrument,
            boundary,
            self._engine,
            self._memory,
            clock,
            self.wall,
            self._skip_nonces,
        )
        self._seen = Quotation(Decimal(0), "")
        self._changed = 0

    @property
    def calls(self) -> int:
        """Count the private requests made so far."""
        return self._calls.private

    def __repr__(self) -> str:
        return f"CcxtVenue({self._account.exchange}, {self._account.symbol})"

    def resume(self, after: int, told: Iterable[str], orders: Iterable[Resumed]) -> None:
        """Take up where the ledger says an earlier life ended.

        `after` is the time of the last execution in the books, or of their founding; `orders` are all
        that are not over, and `told` at least the fill_ids of what those executed.
        """
        self._memory.resume(after, told, orders, self._clock.monotonic())

    def observe(self, watch: Watch) -> Iterator[Observation]:
        """Look at the market and at our orders once; the desk is always shown what was seen."""
        del watch
        if self._time.due:
            self._hear_time()
        began = self.wall()
        quotation = self._reads.quotation()
        news = self._news(self._reads.open_orders())
        at = self.wall()
        fresh = self._is_fresh(quotation, at)
        yield Observation(at, quotation.mark, news.executions, news.ends, fresh)
        self._memory.heard(news, began)

    def submit(self, orders: Sequence[PlaceOrder], deadline: int) -> Sequence[Receipt]:
        """Rest up to fifteen post-only orders in one call; a receipt for each, in their order."""
        if not self._account.live:
            return [Receipt(one.client_order_id, "refused", "not_live") for one in orders]
        receipts = self._writes.submit(orders, deadline)
        if any(one.reason == Meaning.DEADLINE for one in receipts):
            self._time.doubt()
        return receipts

    def amend(self, change: RepriceOrder, deadline: int) -> Receipt:
        """Move a resting order in place; `size` counts what has traded already."""
        if not self._account.live:
            return Receipt(change.client_order_id, "refused", "not_live")
        return self._writes.amend(change, deadline)

    def place(self, order: PlaceOrder) -> Receipt:
        """Rest one order, with the usual deadline."""
        return self.submit([order], self.wall() + PATIENCE)[0]

    def reprice(self, change: RepriceOrder) -> Receipt:
        """Move one order, with the usual deadline."""
        return self.amend(change, self.wall() + PATIENCE)

    def cancel(self, order: CancelOrder) -> Receipt:
        """Ask for an order's end; the end itself comes as an observation."""
        if not self._account.live:
            return Receipt(order.client_order_id, "refused", "not_live")
        return self._writes.cancel(order)

    def open_orders(self) -> Sequence[VenueOrder]:
        """List what rests in this market, whoever placed it; what has no name goes by the venue's."""
        rows = self._reads.open_orders()
        self._memory.hear(rows)
        return [self._described(row) for row in rows]

    def order(self, client_order_id: str) -> VenueOrder | None:
        """Look one order up; before its deadline has passed, None proves nothing."""
        venue_order_id = self._memory.venue_order_id(client_order_id)
        if venue_order_id:
            rows = self._reads.query([venue_order_id])
        else:
            rows = self._reads.open_orders(client_order_id)
            rows = rows or self._reads.closed_by_name(client_order_id)
        return self._heard(rows).get(client_order_id)

    def find(self, client_order_ids: Sequence[str], since: int) -> dict[str, VenueOrder]:
        """Look orders up among the open and those closed since a time; all or nothing."""
        wanted = set(client_order_ids)
        found = self._heard(self._reads.open_orders())
        missing = sorted(wanted - set(found))
        if missing:
            found = {**self._heard(self._reads.closed_orders(since, missing)), **found}
        return {name: found[name] for name in client_order_ids if name in found}

    def ended(self, since: int) -> Sequence[VenueOrder]:
        """List the orders of our market that ended since a time, whoever placed them."""
        rows = self._reads.closed_orders(since, ())
        self._memory.hear(rows)
        return [self._described(row) for row in rows]

    def claim(self, orders: Iterable[VenueOrder]) -> None:
        """Take orders for ours that an earlier life placed: their executions are told from now on."""
        self._memory.claim(orders, self._clock.monotonic())

    def executions(self, after: int) -> Sequence[tuple[int, Execution]]:
        """List executions of our orders at or after a time, with their times, oldest first."""
        trades = self._reads.trades(after)
        self._find_owners(trades)
        return self._memory.ours(trades)

    def balances(self) -> dict[str, Balance]:
        """Say what the account holds of the market's two assets."""
        return self._reads.balances((self.instrument.base, self.instrument.quote))

    def flows(self, after: int) -> Sequence[Flow]:
        """List what moved the market's two assets since a time and was no trade, oldest first."""
        return self._reads.flows(after, (self.instrument.base, self.instrument.quote))

    def key_info(self) -> Mapping[str, Any]:
        """Ask what the key in use may do, in the venue's own words."""
        return self._reads.key_info()

    def candle(self) -> Candle | None:
        """Return None: candles of a real venue come from elsewhere."""
        return None

    def close(self) -> None:
        """Let go of the connection."""
        self._wire.session.close()

    def wall(self) -> int:
        """Return the venue's clock as last heard, in µs UTC, moved on by the machine's."""
        if not self._time.heard:
            self._hear_time()
        return self._time.wall()

    def skew_seconds(self) -> float:
        """Ask for the venue's clock, and say by how much it is ahead of ours; 0 if it may agree."""
        self._hear_time()
        return self._time.skew_seconds()

    def counters(self) -> Counters:
        """Say how much of the venue's limits is used, by our own count."""
        tier = self._account.tier
        return Counters(
            rest=self._rest.level(),
            rest_limit=REST[tier].limit,
            engine=self._engine.level(),
            engine_limit=ENGINE[tier].limit,
            calls_last_hour=self._calls.by_endpoint(),
            throttle_waits=self._reads.throttled,
            throttle_seconds=self._reads.throttled_seconds,
        )

    def _news(self, rows: Sequence[OrderRow]) -> News:
        memory = self._memory
        memory.hear(rows)
        vanished = memory.vanished(rows)
        if vanished:
            memory.hear(self._reads.query(vanished))
        trades: list[TradeRow] = []
        if memory.owes():
            trades = self._reads.trades(memory.watermark - OVERLAP)
            self._find_owners(trades)
        return memory.news(trades)

    def _find_owners(self, trades: Sequence[TradeRow]) -> None:
        unknown = self._memory.without_owner(trades)
        if unknown:
            rows = self._reads.query(unknown)
            self._memory.hear(rows)
            self._memory.strange(rows)

    def _heard(self, rows: Sequence[OrderRow]) -> dict[str, VenueOrder]:
        self._memory.hear(rows)
        found: dict[str, VenueOrder] = {}
        for row in sorted(rows, key=lambda row: (row.status == "open", row.opened)):
            if row.client_order_id:
                found[row.client_order_id] = self._described(row)
        return found

    def _described(self, row: OrderRow) -> VenueOrder:
        known = self._memory.live.get(row.client_order_id)
        return row.described(0 if known is None else known.revision)

    def _is_fresh(self, quotation: Quotation, at: int) -> bool:
        if quotation.sign != self._seen.sign:
            self._seen, self._changed = quotation, at
        since = quotation.at or self._changed
        return at - since <= self._account.stale_price_max_age_sec * SECOND

    def _hear_time(self) -> None:
        sent = self._clock.wall()
        unixtime = self._reads.time()
        self._time.hear(unixtime, sent, self._clock.wall())

    def _skip_nonces(self, count: int) -> None:
        skip_nonces(hash(self._account.key()), count)
