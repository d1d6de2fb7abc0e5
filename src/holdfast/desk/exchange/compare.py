"""Compare books and venue without changing either: what `reconcile --plan` shows.

The answer has three states: agreed, differs, unavailable. A question the venue did not answer makes the
whole look unavailable; it is never taken for "no orders".
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal

import msgspec

from holdfast.desk.desk import Desk
from holdfast.desk.exchange.agree import LEAST
from holdfast.desk.exchange.booked import LOOK_BACK, Booked
from holdfast.desk.exchange.recall import Recall
from holdfast.domain.bookkeeping import ReconcileNoted
from holdfast.domain.errors import VenueUnavailable
from holdfast.domain.money import ZERO
from holdfast.domain.slots import Order
from holdfast.engine.parts import order_of
from holdfast.venue.port import Balance, Exchange, VenueOrder

Result = Literal["agreed", "differs", "unavailable"]
Verdict = Literal["agreed", "executed", "moved", "ended", "unknown", "unsent", "absent"]
WHOLE = Decimal(100)


class OrderVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """One order of the books beside what the venue says of it."""

    client_order_id: str
    slot_id: int
    verdict: Verdict
    books: str
    venue: str


class AssetDrift(msgspec.Struct, frozen=True, kw_only=True):
    """One asset: what the venue holds, what the books say, and how far they are apart."""

    asset: str
    venue: Decimal
    books: Decimal
    drift: Decimal
    drift_pct: Decimal


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """One look at both; after an agreement `applied` is true and `mended` says what it did.

    `forgotten` are resting orders that are ours by their ids, of a time the ledger has lost.
    """

    result: Result
    applied: bool = False
    detail: str = ""
    calls: int = 0
    missed_fills: int = 0
    orders: tuple[OrderVerdict, ...] = ()
    foreign: tuple[str, ...] = ()
    forgotten: tuple[str, ...] = ()
    assets: tuple[AssetDrift, ...] = ()
    mended: ReconcileNoted | None = None

    @property
    def sentence(self) -> str:
        """Say it in one line."""
        if self.result == "unavailable":
            return f"unavailable: {self.detail}"
        apart = [one for one in self.orders if one.verdict != "agreed"]
        drifts = [f"{one.asset} {one.drift:+f}" for one in self.assets if abs(one.drift) > LEAST]
        words = [
            f"{len(self.orders)} orders, {len(apart)} apart",
            f"{self.missed_fills} missed fills",
        ]
        words += [f"{len(self.foreign)} foreign"] if self.foreign else []
        words += [f"{len(self.forgotten)} of a lost time"] if self.forgotten else []
        words += [f"drift {', '.join(drifts)}"] if drifts else []
        return f"{self.result}: {'; '.join(words)}"


def compare(desk: Desk, exchange: Exchange, booked: Booked) -> Comparison:
    """Read everything, whole or not at all, and say where books and venue differ."""
    begun, since = exchange.calls, max(0, desk.now - LOOK_BACK)
    try:
        resting = exchange.open_orders()
        executions = exchange.executions(since)
        there = {row.client_order_id: row for row in resting}
        missing = [name for name in desk.books.orders if name not in there]
        found = {**there, **(exchange.find(missing, since) if missing else {})}
        balances = exchange.balances()
    except VenueUnavailable as error:
        return Comparison(result="unavailable", detail=str(error), calls=exchange.calls - begun)
    orders = tuple(_orders(desk, found))
    missed = len(booked.new(one for _, one in executions))
    assets = tuple(_assets(desk, balances))
    apart = any(one.verdict != "agreed" for one in orders)
    forgotten = Recall(desk).match(resting)
    drifts = any(abs(one.drift) > LEAST for one in assets)
    return Comparison(
        result="differs" if apart or missed or drifts or forgotten else "agreed",
        calls=exchange.calls - begun,
        missed_fills=missed,
        orders=orders,
        foreign=tuple(name for name in _strangers(desk, resting) if name not in forgotten),
        forgotten=tuple(sorted(forgotten)),
        assets=assets,
    )


def after(before: Comparison, note: ReconcileNoted) -> Comparison:
    """Say what an agreement made of what was seen before it."""
    result: Result = "agreed" if note.agreed else "differs" if note.complete else "unavailable"
    detail = "; ".join(note.gaps) or ("" if note.complete else "the venue did not answer whole")
    return msgspec.structs.replace(
        before,
        result=result,
        applied=True,
        detail=detail,
        calls=before.calls + note.calls,
        mended=note,
    )


def _orders(desk: Desk, found: Mapping[str, VenueOrder]) -> list[OrderVerdict]:
    told = []
    for name, slot_id in sorted(desk.books.orders.items()):
        order, row = order_of(desk.books.slots[slot_id], name), found.get(name)
        told.append(
            OrderVerdict(
                client_order_id=name,
                slot_id=slot_id,
                verdict=_verdict(desk, order, row),
                books=f"{order.side} {order.size:f} at {order.price:f}, filled {order.filled:f}",
                venue=""
                if row is None
                else f"{row.status}, {row.size:f} at {row.price:f}, filled {row.filled:f}",
            )
        )
    return told


def _verdict(desk: Desk, order: Order, row: VenueOrder | None) -> Verdict:
    name, books = order.client_order_id, desk.books
    if row is None:
        if name in books.submissions:
            return "unknown"
        return "unsent" if name in books.unanswered else "absent"
    if row.filled > order.filled:
        return "executed"
    if row.status != "open":
        return "ended"
    return "agreed" if (row.price, row.size) == (order.price, order.size) else "moved"


def _assets(desk: Desk, balances: Mapping[str, Balance]) -> list[AssetDrift]:
    accounts = desk.books.accounts
    told = []
    for asset in (accounts.base, accounts.quote):
        theirs = balances.get(asset, Balance(ZERO, ZERO)).total
        ours = accounts.total(asset)
        drift = theirs - ours
        part = drift / ours * WHOLE if ours else (WHOLE if drift else ZERO)
        told.append(
            AssetDrift(
                asset=asset,
                venue=theirs,
                books=ours,
                drift=drift,
                drift_pct=part.quantize(Decimal("0.0001")),
            )
        )
    return told


def _strangers(desk: Desk, resting: Sequence[VenueOrder]) -> list[str]:
    return [row.client_order_id for row in resting if row.client_order_id not in desk.books.orders]
