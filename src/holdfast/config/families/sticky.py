"""Slots that keep their exits for as long as it takes."""

from holdfast.config.knob import Knobs, knob


class StickyKnobs(Knobs):
    """Slots that keep their exits for as long as it takes."""

    sticky_mode_enabled: bool = knob(False, "Slots without an own override are sticky", risk="up")
    sticky_target_slots: int = knob(
        80, "Sticky slots the rollout works towards", "slots", ge=1, le=10_000, risk="up"
    )
    sticky_max_target_slots: int = knob(
        100,
        "Largest target an operator may set",
        "slots",
        ge=1,
        le=10_000,
        risk="up",
    )
    sticky_compounding_reason: str | None = knob(
        None, "Why sticky slots do not compound: what `fixed` beside them needs", env=False
    )
