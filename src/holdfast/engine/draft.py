"""Collect the events of one reduction while folding each into the slot at once."""

from decimal import Decimal

from holdfast.domain.events import Event, LegBlocked, OrderPlaced
from holdfast.domain.ids import client_order_id
from holdfast.domain.money import held_for_buy
from holdfast.domain.slots import Block, Leg, LegName, Role, Side, Slot
from holdfast.engine.fold import FOLDS
from holdfast.engine.rules import Terms


class Draft:
    """A slot on its way from one state to the next, with what happened on the way."""

    __slots__ = ("events", "slot", "spare_base", "spare_quote", "terms")

    def __init__(self, slot: Slot, terms: Terms) -> None:
        self.slot = slot
        self.terms = terms
        self.events: list[Event] = []
        self.spare_base = terms.spare_base
        self.spare_quote = terms.spare_quote

    def emit(self, event: Event) -> None:
        """Take an event in."""
        self.slot = FOLDS[type(event)](self.slot, event, self.terms.now)
        self.events.append(event)

    def leg(self, name: LegName) -> Leg:
        """Pick a leg as it is now."""
        return self.slot.a if name is LegName.A else self.slot.b

    def block(self, name: LegName, why: Block, until: int = 0) -> None:
        """Note why a leg has no entry, once."""
        if self.leg(name).block is not why:
            self.emit(LegBlocked(slot=self.slot.slot_id, leg=name, block=why, until=until))

    def hold_of(self, side: Side, price: Decimal, size: Decimal) -> Decimal:
        """Say what an order of ours holds back."""
        return held_for_buy(price, size, self.terms.rules.instrument) if side is Side.BUY else size

    def affords(self, side: Side, hold: Decimal, freed: Decimal = Decimal(0)) -> bool:
        """Take a hold out of what is spare; say no, and take nothing, where it does not fit."""
        if side is Side.BUY:
            if self.spare_quote is None:
                return True
            left = self.spare_quote + freed - hold
            if left < 0:
                return False
            self.spare_quote = left
            return True
        if self.spare_base is None:
            return True
        left = self.spare_base + freed - hold
        if left < 0:
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
    ) -> None:
        """Decide one order."""
        slot, terms = self.slot, self.terms
        rules, slot_id = terms.rules, slot.slot_id
        event = OrderPlaced(
            slot=slot_id,
            leg=leg,
            role=role,
            side=side,
            client_order_id=client_order_id(
                rules.genesis, rules.instrument.symbol, slot_id, leg, cycle, role, attempt
            ),
            local_id=slot.next_local_id,
            cycle=cycle,
            attempt=attempt,
            price=price,
            size=size,
            hold=hold,
            reason=reason,
            recovery_id=recovery_id,
            mark=terms.mark,
            rules=rules.digest,
        )
        self.emit(event)
