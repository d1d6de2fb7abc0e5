"""Where the requested execution mode is kept, and how it is read."""

from typing import Literal

from holdfast.config.knob import Knobs, knob


class ExecutionKnobs(Knobs):
    """Where the requested execution mode is kept, and how it is read."""

    mode_store: Literal["file", "redis"] = knob(
        "file",
        "Where the requested mode is kept: the runtime's folder, or a Redis server",
        effect="restart",
        env=False,
    )
    mode_store_url: str | None = knob(
        None,
        "Address of the Redis server, without a password",
        effect="restart",
        env=False,
    )
    mode_account: str | None = knob(
        None,
        "Name under which desks share one requested mode; without it the runtime's name",
        effect="restart",
        env=False,
    )
    live_read_timeout_s: int = knob(
        2,
        "Longest read of the requested mode",
        "s",
        ge=1,
        le=30,
        risk="up",
        effect="restart",
        env=False,
    )
    estop_cancel_entries: bool = knob(
        True, "Let an emergency stop cancel resting entries", safe=True, env=False
    )
