"""Equip a desk for a real venue: its way out, its proofs, its agreement, and its duties between ticks."""

from collections.abc import Callable

import msgspec

from holdfast.desk.authority import Authority
from holdfast.desk.desk import Desk
from holdfast.desk.exchange.agree import Agreement
from holdfast.desk.exchange.booked import Booked
from holdfast.desk.exchange.dispatch import Care, Dispatch
from holdfast.desk.exchange.simulate import Simulation
from holdfast.desk.exchange.strays import Ended, Strays
from holdfast.desk.exchange.unknown import Resolver
from holdfast.desk.exchange.watchful import Watchful
from holdfast.desk.exchange.withdraw import withdraw
from holdfast.desk.turn import Turn

AGREE_SECONDS = 300.0
RETRY_SECONDS = 30.0  # after a comparison that could not be answered whole


class Gear(msgspec.Struct, frozen=True, kw_only=True):
    """What a desk on a real venue has beside a desk on paper."""

    watchful: Watchful
    booked: Booked
    dispatch: Dispatch
    resolver: Resolver
    agreement: Agreement
    simulation: Simulation


def equip(
    desk: Desk,
    watchful: Watchful,
    *,
    booked: Booked,
    ended: Ended,
    care: Care,
    authority: Authority,
    flows_since: int | None = None,
) -> Gear:
    """Join the parts to a desk whose venue is `watchful`."""
    exchange = watchful.inner
    dispatch = Dispatch(desk, exchange, care)
    desk.authority = authority
    desk.equipment.sender = dispatch
    desk.equipment.quiet = dispatch.is_quiet
    desk.equipment.strays = Strays(ended)
    return Gear(
        watchful=watchful,
        booked=booked,
        dispatch=dispatch,
        resolver=Resolver(desk, exchange),
        agreement=Agreement(desk, exchange, booked, ended, flows_since),
        simulation=Simulation(desk),
    )


class Duties:
    """What is due between two ticks, whether the venue answers or not."""

    def __init__(
        self, gear: Gear, simulates: Callable[[], bool], *, every: float = AGREE_SECONDS
    ) -> None:
        self._gear = gear
        self._simulates = simulates
        self._every = every
        self._agree_at: float | None = None

    def __call__(self, desk: Desk) -> None:
        """Do what is due: holds, withdrawals, proofs, comparison, simulation, the outbox."""
        gear, now = self._gear, desk.clock.monotonic()
        gear.watchful.hold_after_errors(desk)
        reason = desk.authority.withdraws()
        if reason:
            withdraw(desk, reason)
        gear.resolver()
        if self._agree_at is None:
            self._agree_at = now + self._every
        elif gear.dispatch.doubts or now >= self._agree_at:
            gear.dispatch.doubts = False
            gear.dispatch.forget()
            note = gear.agreement()
            self._agree_at = now + (self._every if note.complete else RETRY_SECONDS)
        if self._simulates():
            gear.simulation()
        else:
            gear.simulation.clear()
        if desk.outbox and desk.mark:
            gear.dispatch(Turn(desk, desk.now, desk.mark))
