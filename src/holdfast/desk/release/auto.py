"""Give exits up without an operator, as far as the profile's tiers allow (core 3.4, C-25).

It looks once a tick. The panic tier is latched in the ledger until the stuck share has come down to its
target. A gate whose data is missing keeps everything closed, and the ledger says so when that begins.
A release that came to nothing is tried again after ten minutes, for each try costs the exit its place.
"""

from msgspec.structs import replace

from holdfast.config.settings import Settings
from holdfast.desk.desk import Desk
from holdfast.desk.release.begin import begin, hindrance
from holdfast.desk.release.look import Look, exits_of, look_at, release_rules, set_aside
from holdfast.desk.turn import Turn
from holdfast.domain.bookkeeping import ReleaseTierNoted
from holdfast.domain.market import SECOND
from holdfast.domain.slots import LegName
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
        self._acts = release_rules(settings).tiers is not Tier.NONE
        self._next = self._after(desk.now)
        self._said = ""
        self._tried: dict[tuple[int, LegName, int], int] = {}

    def due(self) -> int:
        """Return the next tick, or NEVER while the profile allows no tier."""
        return self._next if self._acts or self._desk.books.panic_latched else NEVER

    def decide(self, turn: Turn) -> None:
        """Give up what the tier in force allows."""
        self._next = self._after(turn.at)
        desk = turn.desk
        look = look_at(desk, self._settings, turn.mark, turn.at)
        planned = plan(
            exits_of(desk),
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
