"""Advise on entries by the regime's tier, the trend's band and momentum, where a profile acts on them.

Advice narrows or shapes entries and never touches an exit. What is only watched advises nothing.
"""

from msgspec.structs import replace

from holdfast.desk.desk import Desk
from holdfast.desk.regime.stance import ENTRY_PCT, Held, Stance, hint_of, leaning
from holdfast.domain.money import ZERO
from holdfast.domain.slots import LEG_A, Block, LegName, Slot
from holdfast.domain.tiers import BIASED
from holdfast.engine.advice import NO_ADVICE, Advice
from holdfast.engine.momentum import deferred, overdue
from holdfast.engine.readings import Band
from holdfast.engine.regime import cooling, spacing, suppressed
from holdfast.engine.rules import Rules

WAITS = (Block.REGIME, Block.PACING)  # legs that a bootstrap or a repair would bring back
SUPPRESSED = {name: Advice(blocks={name: Block.REGIME}) for name in LegName}
DEFERRED = {name: Advice(blocks={name: Block.MOMENTUM}) for name in LegName}


class TierAdviser:
    """Keeps the suppressed side of tier 2 from entering, and its repair during the cooldown."""

    def __init__(self, desk: Desk, held: Held) -> None:
        self._desk = desk
        self._held = held

    def advise(self, slot: Slot, now: int) -> Advice:
        """Block the side that the tiers are against."""
        stance, tier = self._held.stance, self._desk.books.tier
        if not stance.act:
            return NO_ADVICE
        side = suppressed(tier, stance.tiers, now)
        if side is not None:
            return SUPPRESSED[side]
        side = cooling(tier, stance.tiers, now)
        if side is None or (slot.a if side is LEG_A else slot.b).block not in WAITS:
            return NO_ADVICE
        return SUPPRESSED[side]


class SpacingAdviser:
    """Moves entries apart by the band of the trend, and off the bias from tier 1 on."""

    def __init__(self, desk: Desk, held: Held) -> None:
        self._desk = desk
        self._held = held
        self._shaped: tuple[object, Advice] = ((), NO_ADVICE)

    def advise(self, slot: Slot, now: int) -> Advice:
        """Give rules with other entry distances, and the regime to write on what is entered."""
        del slot, now
        desk, stance = self._desk, self._held.stance
        seen, rules = desk.readings, desk.rules
        said = desk.books.regime_override, hint_of(desk, stance)
        key = (seen, rules, self._held.changes, desk.books.tier, said)
        if self._shaped[0] != key:
            self._shaped = key, self._advice(rules, stance)
        return self._shaped[1]

    def _advice(self, rules: Rules, stance: Stance) -> Advice:
        desk, seen = self._desk, self._desk.readings
        band = Band.UNKNOWN if seen is None or not stance.bands else seen.band
        wide = ENTRY_PCT.get(band, rules.entry_pct)
        a = b = wide
        if stance.act and desk.books.tier.tier >= BIASED:
            more_a, more_b = spacing(leaning(desk, stance), stance.least_confidence)
            a, b = (rules.entry_pct_a or wide) * more_a, (rules.entry_pct_b or wide) * more_b
        elif wide == rules.entry_pct:
            a = b = ZERO
        regime = seen.regime if seen is not None and seen.regime_ready else None
        if not a and regime is None:
            return NO_ADVICE
        shaped = replace(rules, entry_pct=wide, entry_pct_a=a, entry_pct_b=b) if a else None
        return Advice(rules=shaped, regime=regime)


class MomentumAdviser:
    """Defers entries against a move of the market, each for so long at most."""

    def __init__(self, desk: Desk, held: Held) -> None:
        self._desk = desk
        self._held = held

    def advise(self, slot: Slot, now: int) -> Advice:
        """Block the leg that the move is against, unless it was deferred for long enough."""
        stance, seen = self._held.stance, self._desk.readings
        if not stance.momentum_act or seen is None or not seen.momentum_ready:
            return NO_ADVICE
        if stance.bands and seen.band is Band.CHOPPY:
            return NO_ADVICE
        name = deferred(seen.momentum)
        if name is None or overdue(slot.a if name is LEG_A else slot.b, stance.longest, now):
            return NO_ADVICE
        return DEFERRED[name]


ADVISERS = (TierAdviser, SpacingAdviser, MomentumAdviser)
