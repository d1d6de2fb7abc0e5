"""Advise on the amount of entries where quote is shared, layers are added or speed counts.

A leg whose entry rests keeps its notional when it is moved; a leg whose exit rests is advised as if
that had filled, because it may enter again in the same step.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from holdfast.desk.closed import ClosedCycles
from holdfast.desk.desk import Desk
from holdfast.domain.market import Regime
from holdfast.domain.money import CENT, HUNDRED
from holdfast.domain.slots import BUY, EXIT, LEG_A, LEG_B, SELL, Leg, LegName, Slot
from holdfast.engine.advice import NO_ADVICE, Advice
from holdfast.engine.allocation import READY, Funds, resting
from holdfast.engine.sizing import ONE, sized
from holdfast.engine.throughput import Bucket, Paces, advised_multiple
from holdfast.telemetry import log


class AmountsWhenAsked(Mapping[LegName, Decimal]):
    """The amounts of one slot's legs, each worked out when an entry asks: most steps place none."""

    __slots__ = ("_adviser", "_now", "_slot")

    def __init__(self, adviser: "SizingAdviser", slot: Slot, now: int) -> None:
        self._adviser, self._slot, self._now = adviser, slot, now

    def __getitem__(self, name: LegName) -> Decimal:
        return self._adviser.amount(self._slot, name, self._now)

    def __iter__(self) -> Iterator[LegName]:
        return iter((LEG_A, LEG_B))

    def __len__(self) -> int:
        return 2


class SizingAdviser:
    """Shapes the entries of one desk by its sizing in force."""

    def __init__(
        self, desk: Desk, closed: ClosedCycles | None = None, *, logs: bool = False
    ) -> None:
        self._desk = desk
        self._closed = closed
        self._log = logs
        self._logged: dict[Bucket, Decimal] = {}

    def advise(self, slot: Slot, now: int) -> Advice:
        """Say what either leg may use; nothing in base sizing."""
        sizing = self._desk.sizing
        if sizing.base_sized or not (sizing.shaping or self._closed):
            return NO_ADVICE
        return Advice(amounts=AmountsWhenAsked(self, slot, now))

    def amount(self, slot: Slot, name: LegName, now: int) -> Decimal:
        """Say what one leg may use."""
        desk = self._desk
        leg = slot.a if name is LEG_A else slot.b
        order = leg.order
        if order is not None and order.role is not EXIT:
            return order.price * order.size
        funds, by = self.funds(slot, leg), self.multiple(name, now)
        return sized(desk.sizing, slot, name, desk.mark, desk.rules.instrument, funds, by)

    def funds(self, slot: Slot, leg: Leg) -> Funds:
        """Say what is free for a leg, and how many share it."""
        desk, accounts = self._desk, self._desk.books.accounts
        free, where = accounts.free_quote, desk.index.waiting.where
        ready = sum(name is LEG_B and why in READY for (_, name), why in where.items())
        if leg.name is LEG_B and where.get((slot.slot_id, LEG_B)) not in READY:
            ready += 1
            free += self._coming(leg)
        buys = sells = 0
        if desk.sizing.shaping is not None and desk.sizing.shaping.layering is not None:
            rest = resting(desk.books.slots.values())
            buys, sells = (
                sum(one.side is BUY for one in rest),
                sum(one.side is SELL for one in rest),
            )
        return Funds(
            free_quote=free,
            free_base=accounts.free_base,
            ready=ready,
            slots=len(desk.books.slots),
            buys=buys,
            sells=sells,
        )

    def multiple(self, name: LegName, now: int) -> Decimal:
        """Say by what the speed of its kind multiplies an entry of a leg."""
        closed, desk = self._closed, self._desk
        if closed is None:
            return ONE
        readings = desk.readings
        ready = readings is not None and readings.regime_ready
        regime = readings.regime if readings is not None and ready else Regime.RANGING
        paces, pressure = closed.table(
            desk.tick_number, now, desk.books.slots.values(), desk.books.accounts.free_base
        )
        if self._log:
            self._log_new(paces)
        return advised_multiple(closed.knobs, paces, pressure, regime, name).multiple

    def _log_new(self, paces: Paces) -> None:
        table = {bucket: pace.multiplier for bucket, pace in paces.buckets.items()}
        if table != self._logged:
            self._logged = table
            told = ", ".join(f"{r.value} {leg.value} x{by:.3f}" for (r, leg), by in table.items())
            log.info(f"sizes by speed, {paces.cycles} cycles: {told}")

    def _coming(self, leg: Leg) -> Decimal:
        order = leg.order
        if order is None or order.role is not EXIT or leg.name is LEG_A:
            return Decimal(0)
        fee = HUNDRED - self._desk.rules.instrument.maker_fee_pct
        return (order.size - order.filled) * order.price * fee * CENT
