"""Reduce what happened in a forgotten time so that the exits it asks for are those the venue has.

The reducer decides the exit an entry owes by what it is told now; the venue knows which one rested.
No entry is decided here: those that were made are rested as the venue tells them.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from msgspec.structs import replace

from holdfast.domain.bookkeeping import RiskNoted
from holdfast.domain.events import Event, OrderPlaced, PositionOpened
from holdfast.domain.money import Instrument, held_for_buy
from holdfast.domain.slots import BUY, EXIT, Block, LegName, Side, Slot
from holdfast.engine.derived import Seat
from holdfast.engine.draft import Draft
from holdfast.engine.fold import evolve
from holdfast.engine.inputs import Input
from holdfast.engine.reducer import reduce
from holdfast.engine.rules import NO_BLOCKS, Terms
from holdfast.venue.port import VenueOrder

RECOVERED = "recovered"


class Claim(NamedTuple):
    """An order of ours the ledger has forgotten: where it belongs, and what the venue says of it."""

    seat: Seat
    row: VenueOrder


class AsItWas:
    """A judge of steps that gives exits the names, prices and sizes the venue knows."""

    def __init__(self, claims: Mapping[str, Claim]) -> None:
        self._exits = sorted(one for one in claims.values() if one.seat.role is EXIT)

    def __call__(self, slot: Slot, seen: Input, terms: Terms) -> tuple[Draft, list[RiskNoted]]:
        """Reduce one input without deciding any entry."""
        step = reduce(slot, seen, replace(terms, block=Block.HOLD, blocks=NO_BLOCKS))
        prices: dict[tuple[LegName, int], Decimal] = {}
        events = [self._as_there(event, terms.rules.instrument, prices) for event in step.events]
        if not prices:
            return step, []
        for event in events:
            slot = evolve(slot, event, terms.now)
        return Draft(slot, terms, events), []

    def _as_there(
        self, event: Event, instrument: Instrument, prices: dict[tuple[LegName, int], Decimal]
    ) -> Event:
        if isinstance(event, OrderPlaced):
            claim = self._claim(event)
            if claim is None:
                return event
            prices[event.leg, event.cycle] = claim.row.price
            return _rested(event, claim, instrument)
        if isinstance(event, PositionOpened) and (price := prices.get((event.leg, event.cycle))):
            return replace(event, exit_price=price)
        return event

    def _claim(self, event: OrderPlaced) -> Claim | None:
        """Find the first attempt at this exit, from the one that is due on, that reached the venue."""
        for claim in self._exits:
            seat = claim.seat
            same = (seat.slot, seat.leg, seat.cycle) == (event.slot, event.leg, event.cycle)
            if same and seat.attempt >= event.attempt and claim.row.size <= event.size:
                return claim
        return None


def _rested(event: OrderPlaced, claim: Claim, instrument: Instrument) -> OrderPlaced:
    row = claim.row
    return replace(
        event,
        client_order_id=row.client_order_id,
        attempt=claim.seat.attempt,
        price=row.price,
        size=row.size,
        hold=held(event.side, row, instrument),
        reason=RECOVERED,
    )


def held(
    side: Side, row: VenueOrder, instrument: Instrument, traded: Decimal | None = None
) -> Decimal:
    """Say what an order of the venue's list holds back, less what had traded."""
    left = row.size if traded is None else row.size - traded
    return held_for_buy(row.price, left, instrument) if side is BUY else left
