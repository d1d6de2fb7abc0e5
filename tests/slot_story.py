"""Tell the story of one slot: feed the reducer, and hold its promises at every step.

Each step is reduced twice (pure), its input compared with what it was before (unchanged), and its
events are folded into the old slot (they are the whole effect).
"""

from decimal import Decimal

import msgspec
from strategies import SECOND, TWO_USD, rules_with

from holdfast.domain.money import fee_of
from holdfast.domain.observations import End, Execution
from holdfast.domain.slots import Block, Leg, LegName, Slot
from holdfast.engine.fold import evolve
from holdfast.engine.inputs import CancelWanted, EntryWanted, ExitWanted, MarkMoved, TimeCame
from holdfast.engine.reducer import reduce
from holdfast.engine.rules import Terms

_ENCODE = msgspec.json.Encoder().encode


class SlotStory:
    """A slot, the market around it, and everything that happened."""

    def __init__(self, *, sticky=True, mark="0.1", sizing=TWO_USD, slot_id=0, **rules):
        self.rules = rules_with(**rules)
        self.sizing = sizing
        self.mark = Decimal(mark)
        self.now = 1000 * SECOND
        self.history = []
        self.fills = 0
        self.slot = Slot(
            slot_id=slot_id,
            sticky=sticky,
            created_at=self.now,
            a=Leg(name=LegName.A, block=Block.PACING, blocked_at=self.now),
            b=Leg(name=LegName.B, block=Block.PACING, blocked_at=self.now),
        )

    def terms(self, **changes):
        given = {"rules": self.rules, "now": self.now, "mark": self.mark, "sizing": self.sizing}
        return Terms(**{**given, **changes})

    def do(self, seen, **terms):
        """Feed one input; return the events it caused."""
        before, text, known = self.slot, _ENCODE(self.slot), self.terms(**terms)
        step = reduce(before, seen, known)
        again = reduce(before, seen, known)
        assert (step.slot, step.events) == (again.slot, again.events), "reduce is pure"
        assert _ENCODE(before) == text, "reduce leaves its input alone"
        folded = before
        for event in step.events:
            folded = evolve(folded, event, self.now)
        assert folded == step.slot, "events are the whole effect"
        self.slot = step.slot
        self.history += step.events
        return step.events

    def wait(self, seconds):
        self.now += int(seconds * SECOND)
        return self

    def at(self, mark):
        self.mark = Decimal(mark)
        return self

    def leg(self, name):
        return self.slot.a if name == "A" else self.slot.b

    def enter(self, *names, **terms):
        events = []
        for name in names or ("B", "A"):
            wanted = EntryWanted(leg=LegName(name), reason="bootstrap")
            events += self.do(wanted, **terms)
        return events

    def order(self, name):
        """Find the order of a leg ("A", "B") or of a recovery ("r1")."""
        if name.startswith("r"):
            wanted = int(name[1:])
            found = next(one for one in self.slot.recoveries if one.recovery_id == wanted)
            return found.order
        return self.leg(name).order

    def fill(self, name, size=None, *, price=None, fee=None, **terms):
        """Let an order trade, whole or in part."""
        order = self.order(name)
        size = order.size - order.filled if size is None else Decimal(size)
        price = order.price if price is None else Decimal(price)
        cost = price * size
        rate, step = self.rules.instrument.maker_fee_pct, self.rules.instrument.fee_step
        self.fills += 1
        seen = Execution(
            client_order_id=order.client_order_id,
            fill_id=f"f{self.fills}",
            price=price,
            size=size,
            cost=cost,
            fee=fee_of(cost, rate, step) if fee is None else Decimal(fee),
            liquidity="maker",
        )
        return self.do(seen, **terms)

    def end(self, name, status="canceled", reason="", **terms):
        """Let an order end at the venue."""
        order_id = self.order(name).client_order_id
        return self.do(End(client_order_id=order_id, status=status, reason=reason), **terms)

    def moved(self, **terms):
        return self.do(MarkMoved(), **terms)

    def timed(self, **terms):
        return self.do(TimeCame(), **terms)

    def owed(self, **terms):
        return self.do(ExitWanted(), **terms)

    def withdraw(self, reason="operator", **terms):
        return self.do(CancelWanted(reason=reason), **terms)


def kinds(events):
    """Name events by their types."""
    return [type(event).__name__ for event in events]
