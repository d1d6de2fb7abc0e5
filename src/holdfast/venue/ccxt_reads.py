"""Ask a venue through ccxt: patiently, within a budget, and all or nothing.

Rules: only reads are asked again. A rate limit waits 5, 10, 20, 40, 60 s, a fault of the road 0.5, 1,
2, 4 s, each only while the budget lasts; a nonce that was too low is moved on and asked at once. Our
own counter waits before the venue's would refuse. Lists are walked to the number of rows the venue
names; a page that is missing fails the whole.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import localcontext
from types import MappingProxyType
from typing import Any, TypeVar

from holdfast.clock import Clock
from holdfast.domain.errors import VenueRefused, VenueUnavailable
from holdfast.domain.market import SECOND
from holdfast.domain.money import Instrument
from holdfast.venue.capabilities import PROVEN, TICK_SIZE
from holdfast.venue.ccxt_errors import Meaning, meaning_of, of_read, words_of
from holdfast.venue.ccxt_reading import (
    OrderRow,
    Quotation,
    Row,
    TradeRow,
    read_balances,
    read_flow,
    read_instrument,
    read_order,
    read_quotation,
    read_trade,
)
from holdfast.venue.limits import RestCounter
from holdfast.venue.port import Balance, Flow

READ_TIMEOUT_MS = 10_000
MARGIN = 0.1  # seconds a wait for room is longer than our count says
BUDGET = 45.0  # seconds one question may take with all its waits
AT_ONCE = 50  # orders one QueryOrders may name
WAITS: Mapping[Meaning, tuple[float, ...]] = MappingProxyType(
    {
        Meaning.RATE_LIMIT: (5.0, 10.0, 20.0, 40.0, 60.0),
        Meaning.AMBIGUOUS: (0.5, 1.0, 2.0, 4.0),
        Meaning.NONCE: (0.0, 0.0, 0.0, 0.0, 0.0),
    }
)
PUBLIC: frozenset[str] = frozenset({"Time", "Ticker", "AssetPairs"})
NONCES = (0, SECOND, 60 * SECOND, 3600 * SECOND, 86_400 * SECOND)  # skipped, one after the other
_Answer = TypeVar("_Answer")


class Reads:
    """The questions one market of one account is asked."""

    def __init__(
        self,
        wire: Any,  # noqa: ANN401 (ccxt is untyped)
        symbol: str,
        clock: Clock,
        rest: RestCounter,
        skip_nonces: Callable[[int], None],
        budget: float = BUDGET,
    ) -> None:
        self._wire, self._symbol, self._clock = wire, symbol, clock
        self._rest, self._skip_nonces, self._budget = rest, skip_nonces, budget
        self._read: dict[str, tuple[Any, OrderRow]] = {}
        self.throttled = 0
        self.throttled_seconds = 0.0

    def instrument(self) -> Instrument:
        """Read what the venue says about the market, and keep ccxt's tables for the other calls."""
        markets = self._ask("AssetPairs", lambda: self._wire.load_markets(True))
        if self._wire.precisionMode != TICK_SIZE:
            raise VenueRefused(f"{self._wire.id} counts prices by digits, not by ticks")
        market = markets.get(self._symbol)
        if market is None or not market.get("spot"):
            raise VenueUnavailable(f"{self._wire.id} lists no spot market {self._symbol}")
        return read_instrument(market)

    def time(self) -> int:
        """Ask for the venue's clock, in whole seconds."""
        return int(self._ask("Time", self._wire.fetch_time)) // 1000

    def quotation(self) -> Quotation:
        """Ask for the price."""
        return read_quotation(self._ask("Ticker", lambda: self._wire.fetch_ticker(self._symbol)))

    def balances(self, assets: tuple[str, ...]) -> dict[str, Balance]:
        """Ask what the account holds."""
        return read_balances(self._ask("BalanceEx", self._wire.fetch_balance), assets)

    def open_orders(self, client_order_id: str = "") -> list[OrderRow]:
        """List what rests in our market."""
        named = {"clientOrderId": client_order_id} if client_order_id else {}
        rows = self._ask(
            "OpenOrders", lambda: self._wire.fetch_open_orders(self._symbol, None, None, named)
        )
        return self._orders(rows)

    def closed_orders(self, since: int, wanted: Sequence[str]) -> list[OrderRow]:
        """List orders of our market that ended since a time, until all that are wanted were seen."""
        missing, found = set(wanted), []
        for page in self._pages("ClosedOrders", "fetch_closed_orders", since):
            rows = self._orders(page)
            found += rows
            missing -= {row.client_order_id for row in rows}
            if wanted and not missing:
                break
        return found

    def closed_by_name(self, client_order_id: str) -> list[OrderRow]:
        """List closed orders that bear a name of ours."""
        named = {"clientOrderId": client_order_id}
        rows = self._ask(
            "ClosedOrders", lambda: self._wire.fetch_closed_orders(None, None, None, named)
        )
        return self._orders(rows)

    def query(self, venue_order_ids: Sequence[str]) -> list[OrderRow]:
        """Look orders up by the venue's names."""
        self._only_proven("QueryOrders")
        found: list[OrderRow] = []
        for start in range(0, len(venue_order_ids), AT_ONCE):
            found += self._query(venue_order_ids[start : start + AT_ONCE])
        return found

    def trades(self, since: int) -> list[TradeRow]:
        """List the account's executions in our market since a time."""
        pages = self._pages("TradesHistory", "fetch_my_trades", since)
        rows = [read_trade(row) for page in pages for row in page]
        return [row for row in rows if row.symbol == self._symbol and row.at >= since]

    def flows(self, since: int, assets: tuple[str, ...]) -> list[Flow]:
        """List the account's movements of some assets that were no trades, oldest first."""
        rows = [
            read_flow(row)
            for page in self._pages("Ledgers", "fetch_ledger", since)
            for row in page
            if row.get("type") != "trade"
        ]
        mine = {row.flow_id: row for row in rows if row.asset in assets and row.at >= since}
        return sorted(mine.values(), key=lambda row: (row.at, row.flow_id))

    def key_info(self) -> Row:
        """Ask what the key may do."""
        self._only_proven("GetApiKeyInfo")
        answer: Row = self._ask("GetApiKeyInfo", self._wire.privatePostGetApiKeyInfo)["result"]
        return answer

    def _query(self, venue_order_ids: Sequence[str]) -> list[OrderRow]:
        ids = list(venue_order_ids)
        return self._orders(self._ask("QueryOrders", lambda: self._wire.fetch_orders_by_ids(ids)))

    def _orders(self, rows: Sequence[Row]) -> list[OrderRow]:
        mine = [row for row in rows if row.get("symbol") == self._symbol]
        known: Mapping[str, tuple[Any, OrderRow]] = self._read
        self._read = {}
        for row in mine:  # the wire hands the same row over for as long as nothing of it changed
            name, info = str(row.get("id")), row.get("info")
            before = known.get(name)
            if before is None or info is None or before[0] is not info:
                before = (info, read_order(row))
            self._read[name] = before
        return [one for _, one in self._read.values()]

    def _pages(self, endpoint: str, method: str, since: int) -> Iterator[Sequence[Row]]:
        self._only_proven(endpoint)
        seen, count = 0, 1
        while seen < count:
            asked = {"start": max(0, since // SECOND - 1), "ofs": seen}
            page, count = self._ask(endpoint, lambda asked=asked: self._page(method, asked))  # type: ignore[misc]
            if not page and seen < count:
                raise VenueUnavailable(f"{endpoint}: {seen} of {count} rows came, then none")
            seen += len(page)
            yield page

    def _only_proven(self, endpoint: str) -> None:
        if "paged histories" not in PROVEN.get(self._wire.id, ()):
            raise VenueRefused(f"{self._wire.id}: how it pages was never proven, nor {endpoint}")

    def _page(self, method: str, asked: Mapping[str, int]) -> tuple[Sequence[Row], int]:
        rows = getattr(self._wire, method)(None, None, None, dict(asked))
        return rows, int(self._wire.last_answer["result"]["count"])

    def _ask(self, endpoint: str, question: Callable[[], _Answer]) -> _Answer:
        until = self._clock.monotonic() + self._budget
        failures: dict[Meaning, int] = {}
        while True:
            self._make_room(endpoint, until)
            self._wire.timeout = READ_TIMEOUT_MS
            try:
                with localcontext():  # ccxt changes how the thread rounds
                    return question()
            except Exception as error:  # noqa: BLE001 (what cannot be read is no answer either)
                self._wait_after(error, failures, until)

    def _make_room(self, endpoint: str, until: float) -> None:
        cost = 0 if endpoint in PUBLIC else self._rest.cost(endpoint)
        wait = self._rest.wait(cost) if cost else 0.0
        if wait:
            wait += MARGIN
            if self._clock.monotonic() + wait > until:
                raise VenueUnavailable(f"{endpoint}: our count of calls is full for {wait:.0f} s")
            self.throttled += 1
            self.throttled_seconds += wait
            self._clock.sleep(wait)
        self._rest.add(cost)

    def _wait_after(self, error: Exception, failures: dict[Meaning, int], until: float) -> None:
        meaning = meaning_of(error)
        if meaning is Meaning.RATE_LIMIT and any("EAPI" in one for one in words_of(error)):
            self._rest.fill()
        failed = failures.get(meaning, 0)
        failures[meaning] = failed + 1
        waits = WAITS.get(meaning, ())
        if meaning is Meaning.NONCE and failed < len(NONCES):
            self._skip_nonces(NONCES[failed])
        if failed >= len(waits) or self._clock.monotonic() + waits[failed] > until:
            raise of_read(error, meaning) from error
        self._clock.sleep(waits[failed])
