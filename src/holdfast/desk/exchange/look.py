"""Read all of one look at a venue, whole or not at all: what rests, traded, ended, and is held.

Once, where the venue did more than the books know, what ended before this life is listed too: of a
ledger that came back from a backup, orders of ours may be among it.
"""

from collections.abc import Mapping, Sequence

import msgspec

from holdfast.desk.desk import Desk
from holdfast.desk.exchange.as_it_was import Claim
from holdfast.desk.exchange.booked import LOOK_BACK, Booked
from holdfast.desk.exchange.recall import Recall, Told
from holdfast.domain.intents import PlaceOrder
from holdfast.venue.port import Balance, Exchange, VenueOrder


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What the venue said, all of one look; `found` are the orders of the books it knows."""

    resting: Sequence[VenueOrder]
    executions: Told
    found: Mapping[str, VenueOrder]
    claims: Mapping[str, Claim]
    balances: Mapping[str, Balance]


class Look:
    """The looks of one desk at its venue."""

    def __init__(self, desk: Desk, exchange: Exchange, booked: Booked, recall: Recall) -> None:
        self._desk, self._exchange = desk, exchange
        self._booked, self._recall = booked, recall
        self._looked_back = False

    def __call__(self, since: int) -> Seen:
        """Look once; raise VenueUnavailable where a question was not answered."""
        desk, exchange = self._desk, self._exchange
        resting = exchange.open_orders()
        executions = exchange.executions(since)
        there = {row.client_order_id: row for row in resting}
        past = self._past({*there}, executions)
        found = {**there, **self._missing(there, past)}
        claims = self._recall.match([*past, *resting])
        waiting = {one.client_order_id for one in desk.outbox if isinstance(one, PlaceOrder)}
        forgotten = [one.row for one in claims.values()]
        forgotten += [found[name] for name in waiting & found.keys()]
        if forgotten:
            exchange.claim(forgotten)
            executions = exchange.executions(since)
        return Seen(
            resting=resting,
            executions=executions,
            found=found,
            claims=claims,
            balances=exchange.balances(),
        )

    def _past(self, there: set[str], executions: Told) -> Sequence[VenueOrder]:
        known = self._desk.books.orders.keys()
        news = any(one.fill_id not in self._booked for _, one in executions)
        if self._looked_back or not (news or there ^ known):
            return ()
        past = self._exchange.ended(self._desk.now - LOOK_BACK)
        self._looked_back = True
        return past

    def _missing(
        self, there: Mapping[str, VenueOrder], past: Sequence[VenueOrder]
    ) -> Mapping[str, VenueOrder]:
        """Look up what is live in the books and does not rest."""
        missing = self._desk.books.orders.keys() - there.keys()
        told = {row.client_order_id: row for row in past if row.client_order_id in missing}
        left = sorted(missing - told.keys())
        return {**told, **self._exchange.find(left, self._desk.now - LOOK_BACK)} if left else told
