"""The verb by which a person names the regime in the detector's place."""

from holdfast.desk.control.verb_parameters import Arguments, BadPayload, shown
from holdfast.desk.desk import Desk
from holdfast.domain.bookkeeping import RegimeOverridden

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
