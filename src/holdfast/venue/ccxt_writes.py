"""Send orders, moves and cancels to a venue through ccxt: once each, never again.

Rules: the boundary is asked in the moment before a call, and where it refuses no call is made. What
would be refused for its steps or sizes, or by our count of the engine's limit, does not leave either;
a cancel always leaves. Only the exchange's own word is a refusal; all else is unknown. A batch is
answered order by order.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext
from typing import Any

from holdfast.clock import Clock
from holdfast.domain.errors import VenueRefused
from holdfast.domain.intents import CancelOrder, Intent, PlaceOrder, RepriceOrder
from holdfast.domain.market import SECOND
from holdfast.domain.money import Instrument, notional
from holdfast.domain.observations import Receipt
from holdfast.venue.ccxt_errors import Meaning, answer_in, meaning_of, meaning_of_words, words_of
from holdfast.venue.ccxt_wire import is_final
from holdfast.venue.limits import EngineCounter, amend_cost, cancel_cost
from holdfast.venue.port import Boundary
from holdfast.venue.told import Memory

WRITE_TIMEOUT_MS = 8_000  # below the deadline of 10 s
LARGEST_BATCH = 15
IN_QUOTE = "fciq"  # fees in quote, whichever side
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Row = Mapping[str, Any]


class Writes:
    """The writes one market of one account is sent."""

    def __init__(
        self,
        wire: Any,  # noqa: ANN401 (ccxt is untyped)
        instrument: Instrument,
        boundary: Boundary,
        engine: EngineCounter,
        memory: Memory,
        clock: Clock,
        wall: Callable[[], int],
        skip_nonces: Callable[[int], None],
    ) -> None:
        self._wire, self._instrument, self._boundary = wire, instrument, boundary
        self._engine, self._memory, self._clock = engine, memory, clock
        self._wall, self._skip_nonces = wall, skip_nonces

    def submit(self, orders: Sequence[PlaceOrder], deadline: int) -> list[Receipt]:
        """Place orders in one call; a receipt for each, in their order."""
        if len(orders) > LARGEST_BATCH:
            raise VenueRefused(f"{len(orders)} orders in one call; at most {LARGEST_BATCH}")
        named = {order.client_order_id: order for order in orders}
        answers = {name: self._unsent(order, deadline) for name, order in named.items()}
        leaving = [order for name, order in named.items() if answers[name] is None]
        fitting = leaving[: self._room(len(leaving))]
        for order in leaving[len(fitting) :]:
            answers[order.client_order_id] = _refused(order, Meaning.RATE_LIMIT)
        sent = []
        for order in fitting:
            reason = self._boundary.refusal(order, notional(order.price, order.size))
            if reason:
                answers[order.client_order_id] = _refused(order, reason)
            else:
                sent.append(order)
        for receipt in self._send(sent, deadline) if sent else ():
            answers[receipt.client_order_id] = receipt
        return [answers[order.client_order_id] or _unknown(order, "") for order in orders]

    def amend(self, change: RepriceOrder, deadline: int) -> Receipt:
        """Move an order in place, keeping its names; one that would cross keeps its old price."""
        name, now = change.client_order_id, self._clock.monotonic()
        known, age = self._memory.live.get(name), self._memory.age(name, now)
        if known is not None and change.revision <= known.revision:
            return Receipt(name, "accepted", venue_order_id=known.venue_order_id)
        reason = self._fault(change.price, change.size, deadline)
        if not reason and known is not None and change.size <= known.executed:
            reason = Meaning.MIN_SIZE  # the venue would take it for a cancel
        if not reason and not self._engine.may_amend(age):
            reason = Meaning.RATE_LIMIT
        reason = reason or self._boundary.refusal(change, notional(change.price, change.size))
        if reason:
            return _refused(change, reason)
        self._engine.add(amend_cost(age))
        self._memory.touched(name, now)
        return self._tried(change, lambda: self._amend(change, deadline))

    def cancel(self, order: CancelOrder) -> Receipt:
        """Ask for an order's end, whatever our counters say."""
        reason = self._boundary.refusal(order, Decimal(0))
        if reason:
            return _refused(order, reason)
        age = self._memory.age(order.client_order_id, self._clock.monotonic())
        self._engine.add(cancel_cost(age))
        return self._tried(order, lambda: self._cancel(order))

    def _unsent(self, order: PlaceOrder, deadline: int) -> Receipt | None:
        memory, name = self._memory, order.client_order_id
        known = memory.live.get(name)
        if memory.is_over(name) or (known is not None and known.arrived):
            venue_order_id = memory.venue_order_id(name)
            return Receipt(name, "accepted", venue_order_id=venue_order_id)
        if known is not None:
            return _unknown(order, "asked before, and not proven yet")
        reason = self._fault(order.price, order.size, deadline)
        return _refused(order, reason) if reason else None

    def _fault(self, price: Decimal, size: Decimal, deadline: int) -> str:
        market = self._instrument
        if price <= 0 or price % market.price_tick:
            return "price_tick"
        if size % market.size_step:
            return "size_step"
        if size <= 0 or size < market.min_base:
            return "min_size"
        if price * size < market.min_quote:
            return "min_cost"
        return "" if self._wall() < deadline else "deadline"

    def _room(self, orders: int) -> int:
        return next((n for n in range(orders, 0, -1) if self._engine.may_add(n)), 0)

    def _send(self, orders: Sequence[PlaceOrder], deadline: int) -> list[Receipt]:
        for order in orders:
            self._memory.expect(order.client_order_id, self._clock.monotonic())
        self._engine.add(len(orders))
        self._wire.timeout = WRITE_TIMEOUT_MS
        until = written_time(deadline)
        try:
            with localcontext():  # ccxt changes how the thread rounds
                rows = self._place(orders, until)
        except Exception as error:  # noqa: BLE001 (whatever happened, the orders may rest)
            receipts = self._failed(orders, error)
        else:
            receipts = [_answered(*one) for one in zip(orders, rows, strict=True)]
        for receipt in receipts:
            self._note(receipt)
        return receipts

    def _place(self, orders: Sequence[PlaceOrder], until: str) -> Sequence[Row]:
        if len(orders) == 1:
            one = _request(orders[0], self._instrument.symbol)
            row = self._wire.create_order(
                one["symbol"],
                one["type"],
                one["side"],
                one["amount"],
                one["price"],
                {**one["params"], "deadline": until},
            )
            return [row["info"]]
        requests = [_request(order, self._instrument.symbol) for order in orders]
        self._wire.create_orders(requests, {"deadline": until})
        rows: Sequence[Row] = self._wire.last_answer["result"]["orders"]
        if len(rows) != len(orders):
            raise ValueError(f"{len(rows)} answers to {len(orders)} orders")
        return rows

    def _failed(self, orders: Sequence[PlaceOrder], error: Exception) -> list[Receipt]:
        result = answer_in(error).get("result")
        rows = result.get("orders") if isinstance(result, dict) else None
        if isinstance(rows, list) and len(rows) == len(orders):
            return [_answered(*one) for one in zip(orders, rows, strict=True)]
        return [self._judged(order, error) for order in orders]

    def _tried(self, intent: Intent, call: Callable[[], Receipt]) -> Receipt:
        self._wire.timeout = WRITE_TIMEOUT_MS
        try:
            with localcontext():  # ccxt changes how the thread rounds
                return call()
        except Exception as error:  # noqa: BLE001 (whatever happened, it may have been done)
            return self._judged(intent, error)

    def _amend(self, change: RepriceOrder, deadline: int) -> Receipt:
        name = change.client_order_id
        self._wire.edit_order(
            self._memory.venue_order_id(name),
            self._instrument.symbol,
            "limit",
            None,
            written(change.size),
            written(change.price),
            {"clientOrderId": name, "postOnly": True, "deadline": written_time(deadline)},
        )
        self._memory.moved(name, change.revision)
        return Receipt(name, "accepted", venue_order_id=self._memory.venue_order_id(name))

    def _cancel(self, order: CancelOrder) -> Receipt:
        name = order.client_order_id
        venue_order_id = self._memory.venue_order_id(name)
        self._wire.cancel_order(venue_order_id, self._instrument.symbol, {"clientOrderId": name})
        result = self._wire.last_answer["result"]
        if not int(result["count"]) and not result.get("pending"):
            return _refused(order, Meaning.NOT_OPEN)
        return Receipt(name, "accepted", venue_order_id=venue_order_id)

    def _judged(self, intent: Intent, error: Exception) -> Receipt:
        meaning = meaning_of(error)
        if meaning is Meaning.NONCE:
            self._skip_nonces(SECOND)
        if meaning is Meaning.RATE_LIMIT and any("EOrder" in one for one in words_of(error)):
            self._engine.fill()
        if is_final(meaning):
            return _refused(intent, meaning)
        return _unknown(intent, f"{meaning}: {error}"[:300])

    def _note(self, receipt: Receipt) -> None:
        if receipt.outcome == "accepted":
            self._memory.accepted(receipt.client_order_id, receipt.venue_order_id)
        elif receipt.outcome == "refused":
            self._memory.refused(receipt.client_order_id)


def written(amount: Decimal) -> str:
    """Write an amount as the venue reads it: plain, exact."""
    return format(amount, "f")


def written_time(at: int) -> str:
    """Write a time in µs UTC as the venue reads it.

    >>> written_time(1_795_176_000_123_999)
    '2026-11-20T12:00:00.123Z'
    """
    moment = _EPOCH + timedelta(microseconds=at)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _request(order: PlaceOrder, symbol: str) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "type": "limit",
        "side": order.side.value,
        "amount": written(order.size),
        "price": written(order.price),
        "params": {
            "clientOrderId": order.client_order_id,
            **({"timeInForce": "IOC"} if order.takes else {"postOnly": True}),
            "oflags": IN_QUOTE,
        },
    }


def _answered(order: PlaceOrder, row: object) -> Receipt:
    said = row if isinstance(row, Mapping) else {}
    words, named = said.get("error"), said.get("txid")
    venue_order_id = named[0] if isinstance(named, list) and named else named
    if isinstance(words, str) and words and not venue_order_id:
        meaning = meaning_of_words(words)
        return _refused(order, meaning) if is_final(meaning) else _unknown(order, words)
    if isinstance(venue_order_id, str) and venue_order_id and _is_about(said, order):
        return Receipt(order.client_order_id, "accepted", venue_order_id=venue_order_id)
    return _unknown(order, "the answer does not name this order")


def _is_about(row: Row, order: PlaceOrder) -> bool:
    descr = row.get("descr")
    words = str(descr.get("order") if isinstance(descr, Mapping) else "").split()
    if len(words) < 2 or words[-2] != "limit":  # noqa: PLR2004 (… limit PRICE)
        return True
    return words[0] == order.side.value and words[-1].strip("0") == written(order.price).strip("0")


def _refused(intent: Intent, reason: str) -> Receipt:
    return Receipt(intent.client_order_id, "refused", str(reason))


def _unknown(intent: Intent, reason: str) -> Receipt:
    return Receipt(intent.client_order_id, "unknown", reason)
