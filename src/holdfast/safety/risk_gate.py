"""Judge what the reducer decided, before it becomes an intent.

The caller asks `judge` for an `OrderPlaced` it has not taken into the books yet, inside the step whose
commit will hold the intent, and takes an allowed one in before it asks again: so two orders never both
fit into the last of an exposure. Refusals are to be noted once per change; `changed` says when.
"""

from decimal import Decimal
from typing import Protocol

from holdfast.domain.bookkeeping import RiskNoted
from holdfast.domain.events import OrderPlaced, OrderRepriced
from holdfast.domain.money import ZERO
from holdfast.domain.slots import ENTRY, LEG_A, LegName, Order, Side, Slot
from holdfast.safety.risk import Decision, evaluate
from holdfast.safety.risk_policy import RiskPolicy
from holdfast.safety.risk_request import RiskRequest
from holdfast.safety.risk_state import RiskState


class RiskFacts(Protocol):
    """What a desk has to say about itself at this very moment."""

    def state(self) -> RiskState:
        """Say how the desk stands, with everything that was allowed before in this step."""

    def price_at(self) -> int:
        """Say when the price that is decided on was seen, in the clock of `state().at`."""


class RiskGate:
    """A policy beside the facts of one step, and what was refused last."""

    def __init__(self, policy: RiskPolicy, facts: RiskFacts, refused: "RefusedLegs") -> None:
        self.policy = policy
        self._facts = facts
        self._refused = refused

    def judge(self, slot: Slot, placed: OrderPlaced, *, signal_at: int | None = None) -> Decision:
        """Allow or refuse one new order; `slot` is as the reducer left it, with what it owes."""
        state = self._facts.state()
        reduces = placed.role is not ENTRY
        request = RiskRequest(
            env=state.env,
            symbol=state.symbol,
            side=placed.side.value,
            role=placed.role.value,
            price=placed.price,
            size=placed.size,
            price_at=self._facts.price_at(),
            held=owed_by(slot, placed.leg, placed.cycle) if reduces else ZERO,
            cost=placed.hold if placed.side is Side.BUY else None,
            signal_at=signal_at,
        )
        return evaluate(request, self.policy, state)

    def judge_change(self, order: Order, moved: OrderRepriced) -> Decision:
        """Allow or refuse a move of a resting entry; what it frees counts for it."""
        state = self._facts.state()
        left = order.size - order.filled
        request = RiskRequest(
            env=state.env,
            symbol=state.symbol,
            side=order.side.value,
            role="entry",
            price=moved.price,
            size=moved.size,
            price_at=self._facts.price_at(),
            action="amend",
            replaces=order.price * left,
        )
        return evaluate(request, self.policy, state)

    def changed(self, slot_id: int, leg: LegName, decision: Decision) -> RiskNoted | None:
        """Make the note of a refusal, where this leg was not refused for the same reasons last."""
        return self._refused.changed(slot_id, leg, decision)


class RefusedLegs:
    """Which legs were refused last, and why; it outlives the steps."""

    def __init__(self) -> None:
        self._codes: dict[tuple[int, LegName], tuple[str, ...]] = {}

    def changed(self, slot_id: int, leg: LegName, decision: Decision) -> RiskNoted | None:
        """Remember a decision; return a note where it refuses, and for other reasons than before."""
        key = (slot_id, leg)
        if decision.allow:
            self._codes.pop(key, None)
            return None
        if self._codes.get(key) == decision.codes:
            return None
        self._codes[key] = decision.codes
        return RiskNoted(
            slot=slot_id,
            leg=leg.value,
            code=decision.code,
            codes=decision.codes,
            limit=decision.limit,
            observed=decision.observed,
            policy=decision.policy_version,
        )


def owed_by(slot: Slot, leg: LegName, cycle: int) -> Decimal:
    """Say how much base the lot of a cycle of a leg still owes an exit for."""
    lots = [slot.a.lot if leg is LEG_A else slot.b.lot]
    lots += [one.lot for one in slot.recoveries if one.leg is leg]
    return sum((lot.size - lot.closed for lot in lots if lot and lot.cycle == cycle), ZERO)
