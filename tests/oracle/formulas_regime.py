"""Answer the recorded formulas of signals."""

from recorded import Json

from holdfast.signals.strength import straightness


def _strength(given: Json) -> float:
    return straightness([price for _, price in given["price_history"]], given["period"])


FORMULAS = {"trend_strength_proxy": _strength}
