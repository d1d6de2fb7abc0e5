"""The verbs by which a person names the regime in the detector's place, and a source hints at one.

A hint is weaker than a person's word: it counts only where a profile takes hints and a tier looks at
them, for a time, with no more confidence than a person's, and never against one.
"""

from holdfast.config.settings import Settings
from holdfast.desk.control.verb_parameters import Arguments, BadPayload, shown
from holdfast.desk.desk import Desk
from holdfast.domain.bookkeeping import RegimeHinted, RegimeOverridden
from holdfast.domain.errors import CommandRefused
from holdfast.domain.market import SECOND, Regime

NAMES = ("NONE", "BULLISH", "BEARISH")


def override_regime(desk: Desk, given: Arguments) -> str:
    """Name the regime until NONE is said; the tiers look at it in the next step."""
    regime = str(given["regime"]).upper()
    if regime not in NAMES:
        raise BadPayload(f"regime {shown(given['regime'])} is not one of {', '.join(NAMES)}")
    desk.note(RegimeOverridden(regime=regime, reason=given["reason"] or "set by an operator"))
    desk.watch_again()
    if regime == "NONE":
        return "the profile's word, or the detector, names the regime again"
    return f"the regime is {regime} until NONE is said; tiers move only where a profile lets them"


def set_regime_hint(desk: Desk, given: Arguments, settings: Settings) -> str:
    """Take a hint in for as long as the profile says; refuse it where nothing would listen."""
    named = str(given["regime"]).lower()
    if named not in {one.value for one in Regime}:
        known = ", ".join(Regime)
        raise BadPayload(f"regime {shown(given['regime'])} is not one of {known}")
    if not settings.regime_hint_sec:
        raise CommandRefused("this desk takes no regime hints (regime_hint_sec is 0)")
    if not (settings.regime_directional_enabled or settings.regime_shadow_enabled):
        raise CommandRefused("no tier of this desk looks at the regime; the hint would not count")
    most, said = settings.regime_manual_confidence, given["confidence"]
    note = RegimeHinted(
        regime=Regime(named),
        confidence=most if said is None else min(said, most),
        until=desk.now + settings.regime_hint_sec * SECOND,
        principal=given["actor"],
        reason=given["reason"],
    )
    desk.note(note)
    desk.watch_again()
    over = "; a person's word stands over it" if desk.books.regime_override in NAMES[1:] else ""
    return f"{named} counts as {note.confidence} for {settings.regime_hint_sec} s{over}"
