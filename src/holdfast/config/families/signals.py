"""Signals from outside: whether they are listened to, from whom, and what they may ask."""

from holdfast.config.knob import Knobs, knob


class SignalKnobs(Knobs):
    """Signals from outside: whether they are listened to, from whom, and what they may ask."""

    signals_enabled: bool = knob(
        False,
        "Listen for signals from outside, on this machine only",
        effect="restart",
        env=False,
    )
    signals_port: int = knob(
        8610,
        "Port signals are listened for on; a taken port is refused, 0 takes any",
        "port",
        ge=0,
        le=65_535,
        effect="restart",
        env=False,
    )
    signal_sources: str | None = knob(
        None,
        "Who may send signals: source=principal, separated by commas; each has a secret of its own",
        effect="restart",
        env=False,
    )
    signals_may_open: bool = knob(
        False,
        "A signal may open a position; without it an open is rejected",
        risk="up",
        on_stale="safe",
        env=False,
    )
