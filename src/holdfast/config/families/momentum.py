"""Deferring the entry on the wrong side of a move."""

from holdfast.config.knob import Knobs, knob


class MomentumKnobs(Knobs):
    """Deferring the entry on the wrong side of a move."""

    momentum_enabled: bool = knob(
        False, "Act on the crossing of the two averages", risk="up", on_stale="safe"
    )
    momentum_shadow_enabled: bool = knob(
        False, "Record what the momentum gate would have done", on_stale="safe"
    )
    momentum_max_defer_sec: int = knob(
        3600, "Longest time an entry may be deferred", "s", ge=60, le=86_400
    )
    momentum_ema_fast_bars: int = knob(
        5, "Bars of the fast average", "bars", ge=2, le=499, effect="restart"
    )
    momentum_ema_slow_bars: int = knob(
        20, "Bars of the slow average", "bars", ge=2, le=500, effect="restart"
    )
