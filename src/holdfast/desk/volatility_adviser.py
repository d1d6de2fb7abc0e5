"""Advise the profit target of new exits by the usual move of the market, once it has been read."""

from decimal import Decimal

from holdfast.desk.desk import Desk
from holdfast.domain.slots import Slot
from holdfast.engine.advice import NO_ADVICE, Advice
from holdfast.engine.volatility import VolatilityTarget, profit_target


class VolatilityAdviser:
    """Moves the target of one desk's slots; a slot with a target of its own keeps it."""

    def __init__(self, desk: Desk, knobs: VolatilityTarget) -> None:
        self._desk = desk
        self.knobs = knobs

    def advise(self, slot: Slot, now: int) -> Advice:
        """Say the target; nothing before the market was read."""
        del now
        target = self.target()
        if slot.profit_pct or target == self._desk.rules.profit_pct:
            return NO_ADVICE
        return Advice(profit_pct=target)

    def target(self) -> Decimal:
        """Say the target in force, in percent."""
        rules, readings = self._desk.rules, self._desk.readings
        ready = readings is not None and readings.volatility_ready
        move = readings.volatility if readings is not None and ready else None
        return profit_target(self.knobs, rules.profit_pct, move, rules.instrument.maker_fee_pct)
