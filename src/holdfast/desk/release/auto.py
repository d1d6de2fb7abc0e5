"""Give exits up without an operator, as far as the profile's tiers allow (core 3.4, C-25).

It looks once a tick, and rests while nothing can be called for: until a lot comes of age or the mark
reaches a bound, both worked out anew with every fill; then it looks with the next tick. The panic tier
is latched in the ledger until the stuck share has come down to its target. A gate whose data is missing
keeps everything closed, and the ledger says so when that begins.
A release that came to nothing is tried again after ten minutes, for each try costs the exit its place.
"""

from decimal import Decimal

from msgspec.structs import replace

from holdfast.config.settings import Settings
from holdfast.desk.desk import Desk
from holdfast.desk.release.begin import begin, hindrance
from holdfast.desk.release.look import Look, exits_of, look_at, release_rules, set_aside
from holdfast.desk.turn import Turn
from holdfast.domain.bookkeeping import ReleaseTierNoted
from holdfast.domain.market import SECOND
from holdfast.domain.money import ZERO
from holdfast.domain.slots import LegName, Lot
from holdfast.engine.calm import Calm, calm_of
from holdfast.engine.gates import Plan, Tier, Waiting, plan
from holdfast.engine.rules import NEVER

AGAIN = 600 * SECOND
REASONS = {Tier.GATED: "tier1", Tier.PANIC: "tier2"}


class AutoRelease:
    """The policy of automatic release."""

    def __init__(self, desk: Desk, settings: Settings, seconds: float) -> None:
        self._desk = desk
        self._settings = settings
        self._every = max(1, round(seconds * SECOND))
        self._rules = release_rules(settings)
        self._acts = self._rules.tiers is not Tier.NONE
        self._next = self._after(desk.now)
        self._said = ""
        self._tried: dict[tuple[int, LegName, int], int] = {}
        self._calm: Calm | None = None
        self._owned = (ZERO, ZERO)  # of quote and base, when it was last known to be calm

    def due(self) -> int:
        """Return the tick of the next look, NEVER while the profile allows no tier."""
        desk, calm = self._desk, self._calm
        if not (self._acts or desk.books.panic_latched):
            return NEVER
        if calm is None:
            return self._next
        if self._own() != self._owned:
            calm = self._rest(desk.now, [one.lot for one in exits_of(desk)])
        if calm.below is None or desk.mark < calm.below:
            return max(self._next, self._after(calm.until - 1))
        self._calm = None
        self._next = max(self._next, self._after(desk.now))
        return self._next

    def wakes_above(self) -> Decimal | None:
        """Return the mark from which the rest is over; None where no mark ends it."""
        return None if self._calm is None else self._calm.below

    def decide(self, turn: Turn) -> None:
        """Give up what the tier in force allows."""
        self._next, self._calm = self._after(turn.at), None
        desk = turn.desk
        look = look_at(desk, self._settings, turn.mark, turn.at)
        exits = exits_of(desk)
        planned = plan(
            exits,
            look.worth,
            turn.mark,
            turn.at,
            look.strength,
            look.rules,
            latched=desk.books.panic_latched,
            aside=set_aside(desk),
            may=lambda one: self._may(one, look),
        )
        if min(look.mark, look.worth) <= 0:  # without either there is no share to arm or drain by
            planned = replace(planned, latched=desk.books.panic_latched)
        why = closed_by(planned, look)
        self._say(turn, planned, why)
        if not why:
            self._give_up(turn, planned, look)
        if planned.tier is Tier.NONE and not planned.latched:
            self._rest(turn.at, [one.lot for one in exits])

    def _rest(self, now: int, lots: list[Lot]) -> Calm:
        self._owned = quote, base = self._own()
        lots += set_aside(self._desk)
        self._calm = calm_of(lots, now, quote, base, self._rules)
        return self._calm

    def _own(self) -> tuple[Decimal, Decimal]:
        accounts = self._desk.books.accounts
        return accounts.total(accounts.quote), accounts.total(accounts.base)

    def _may(self, one: Waiting, look: Look) -> bool:
        tried = self._tried.get((one.slot, one.leg, one.lot.cycle))
        if tried is not None and look.now - tried < AGAIN:
            return False
        return not hindrance(self._desk, one, look, self._settings.release_close)

    def _give_up(self, turn: Turn, planned: Plan, look: Look) -> None:
        desk = turn.desk
        self._tried = {key: at for key, at in self._tried.items() if look.now - at < AGAIN}
        for one in planned.chosen:
            if desk.counters.calls_used >= desk.limits.calls_per_tick:
                return
            self._tried[one.slot, one.leg, one.lot.cycle] = look.now
            begin(turn, one, self._settings.release_close, REASONS[planned.tier])

    def _say(self, turn: Turn, planned: Plan, why: str) -> None:
        said = f"{planned.tier}|{planned.latched}|{why.partition(':')[0]}"
        unheard = not self._said and not turn.desk.books.panic_latched
        if said == self._said or (unheard and said == "0|False|"):
            return
        self._said = said
        turn.notes.append(
            ReleaseTierNoted(
                tier=planned.tier.name.lower(),
                latched=planned.latched,
                stuck_pct=f"{planned.stuck_pct:.4f}",
                closed=why,
            )
        )

    def _after(self, at: int) -> int:
        return (at // self._every + 1) * self._every


def closed_by(planned: Plan, look: Look) -> str:
    """Say what keeps automatic release closed where a tier calls for it; empty where nothing does."""
    if planned.tier is Tier.NONE:
        return ""
    if look.recon.closed:
        return look.recon.reason
    if look.mark <= 0:
        return "the price is stale or not known yet"
    if planned.tier is Tier.GATED and look.strength is None:
        return "the trend strength is not known: too few closed candles"
    return ""
