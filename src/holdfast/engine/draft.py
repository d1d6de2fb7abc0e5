"""Collect the events of one reduction while folding each into the slot at once."""

from decimal import Decimal

import msgspec

from holdfast.domain.events import Event, LegBlocked, OrderFilled, OrderPlaced
from holdfast.domain.ids import client_order_id
from holdfast.domain.money import ZERO, held_for_buy
from holdfast.domain.slots import BUY, LEG_A, Block, Leg, LegName, Order, Role, Side, Slot
from holdfast.engine.fold import FOLDS, rested
from holdfast.engine.rules import Terms
from holdfast.engine.whole import turned


class Draft(msgspec.Struct, gc=False):
    """A slot on its way from one state to the next, with what happened on the way."""

    slot: Slot
    terms: Terms
    events: list[Event]
    spare_base: Decimal | None = None
    spare_quote: Decimal | None = None

    def emit(self, event: Event) -> None:
        """Take an event in."""
        self.slot = FOLDS[type(event)](self.slot, event, self.terms.now)
        self.events.append(event)

    def leg(self, name: LegName) -> Leg:
        """Pick a leg as it is now."""
        return self.slot.a if name is LEG_A else self.slot.b

    def block(self, name: LegName, why: Block, until: int = 0) -> None:
        """Note why a leg has no entry, once."""
        if self.leg(name).block is not why:
            self.emit(LegBlocked(slot=self.slot.slot_id, leg=name, block=why, until=until))

    def hold_of(self, side: Side, price: Decimal, size: Decimal) -> Decimal:
        """Say what an order of ours holds back."""
        return held_for_buy(price, size, self.terms.rules.instrument) if side is BUY else size

    def affords(self, side: Side, hold: Decimal, freed: Decimal = ZERO) -> bool:
        """Take a hold out of what is spare; say no, and take nothing, where it does not fit."""
        if side is BUY:
            if self.spare_quote is None:
                return True
            left = (self.spare_quote + freed if freed else self.spare_quote) - hold
            if left < ZERO:
                return False
            self.spare_quote = left
            return True
        if self.spare_base is None:
            return True
        left = (self.spare_base + freed if freed else self.spare_base) - hold
        if left < ZERO:
            return False
        self.spare_base = left
        return True

    def place(
        self,
        leg: LegName,
        role: Role,
        side: Side,
        cycle: int,
        attempt: int,
        price: Decimal,
        size: Decimal,
        hold: Decimal,
        reason: str,
        recovery_id: int = 0,
        fill: OrderFilled | None = None,
    ) -> None:
        """Decide one order; one for a `fill` takes that into the slot with itself."""
        slot, terms = self.slot, self.terms
        rules, slot_id, local_id, now = terms.rules, slot.slot_id, slot.next_local_id, terms.now
        name = client_order_id(
            rules.genesis, rules.instrument.symbol, slot_id, leg, cycle, role, attempt
        )
        event = OrderPlaced(
            slot_id,
            leg,
            role,
            side,
            name,
            local_id,
            cycle,
            attempt,
            price,
            size,
            hold,
            reason,
            terms.mark,
            rules.digest,
            recovery_id,
        )
        order = Order(name, local_id, role, side, cycle, attempt, price, size, now, reason, hold)
        self.slot = rested(slot, event, order) if fill is None else turned(slot, fill, order)
        self.events.append(event)
