"""Say what a profile asks to be done about readings; everything is off where nothing is said."""

from decimal import Decimal

import msgspec

from holdfast.desk.desk import Desk
from holdfast.domain.bookkeeping import RegimeHinted
from holdfast.domain.market import MINUTE, SECOND, Regime
from holdfast.domain.money import ZERO
from holdfast.engine.readings import Band, Readings
from holdfast.engine.regime import Leaning, TierRules

CERTAIN = {"BULLISH": Decimal(1), "BEARISH": Decimal(-1)}
ENTRY_PCT = {
    Band.CHOPPY: Decimal("0.25"),
    Band.NORMAL: Decimal("0.35"),
    Band.TRENDING: Decimal("0.50"),
}


class Stance(msgspec.Struct, frozen=True, kw_only=True):
    """What is acted upon, what is only watched, and by which thresholds; times are microseconds."""

    act: bool = False
    shadow: bool = False
    bands: bool = False
    momentum_act: bool = False
    momentum_shadow: bool = False
    tiers: TierRules = TierRules()
    override: str = "NONE"
    override_confidence: Decimal = Decimal("0.75")
    hints: bool = False
    least_confidence: Decimal = Decimal("0.15")
    interval: int = 300 * SECOND
    fast: int = MINUTE
    longest: int = 3600 * SECOND


class Held:
    """The stance in force; an edited profile puts another in its place."""

    def __init__(self, stance: Stance) -> None:
        self.stance = stance
        self.changes = 0

    def adopt(self, stance: Stance) -> None:
        """Take another stance from now on."""
        self.stance = stance
        self.changes += 1


def overridden(desk: Desk, stance: Stance) -> str:
    """Name the regime a person set: by the verb, else by the profile; NONE for neither."""
    said = desk.books.regime_override
    return said if said in CERTAIN else stance.override


def hint_of(desk: Desk, stance: Stance) -> RegimeHinted | None:
    """Return the hint that counts now: where hints are taken, until its time is over."""
    hint = desk.books.regime_hint
    return hint if hint is not None and stance.hints and desk.now < hint.until else None


def leaning(desk: Desk, stance: Stance) -> Leaning:
    """Say which way the market leans: as a person says, else a hint, else as the detector read it."""
    return leaning_by(desk, stance, desk.readings)


def leaning_by(desk: Desk, stance: Stance, seen: Readings | None) -> Leaning:
    """Say which way the market leans where the detector read it so."""
    said = overridden(desk, stance)
    if said in CERTAIN:
        return Leaning(
            regime=Regime(said.lower()),
            confidence=stance.override_confidence,
            bias=CERTAIN[said],
            ready=True,
        )
    hint = hint_of(desk, stance)
    if hint is not None:
        sure = min(hint.confidence, stance.override_confidence)
        sign = CERTAIN.get(hint.regime.value.upper(), ZERO)
        return Leaning(regime=hint.regime, confidence=sure, bias=sign * sure, ready=True)
    if seen is None or not seen.regime_ready:
        return Leaning()
    return Leaning(regime=seen.regime, confidence=seen.confidence, bias=seen.bias, ready=True)
