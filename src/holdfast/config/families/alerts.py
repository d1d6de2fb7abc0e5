"""Who is told of what the desk sees, and who may ask it by chat."""

from typing import Literal

from holdfast.config.knob import Knobs, knob


class AlertsKnobs(Knobs):
    """Who is told of what the desk sees, and who may ask it by chat."""

    notify_enabled: bool = knob(False, "Send messages to people", effect="restart")
    notify_urls: str | None = knob(
        None,
        "Where messages go, separated by commas: secret references, or addresses without a secret",
        effect="restart",
        env=False,
    )
    notify_min_severity: Literal["info", "warning", "critical", "page"] = knob(
        "warning", "Mildest alert that is sent", effect="restart"
    )
    notify_repeat_min: int = knob(
        240, "Time before a standing alert is sent again", "min", ge=1, le=10_080, effect="restart"
    )
    notify_per_hour: int = knob(
        30,
        "Most messages an hour to one address, for alerts that are critical and for others each",
        "messages",
        ge=1,
        le=1000,
        effect="restart",
    )
    daily_summary_enabled: bool = knob(
        True, "Send a summary once a day, where messages are sent", effect="restart"
    )
    daily_summary_hour_utc: int = knob(
        0, "Hour of the daily summary", "h", ge=0, le=23, effect="restart"
    )
    chat_enabled: bool = knob(
        False, "Obey commands sent by chat", risk="up", effect="restart", env=False
    )
    chat_token: str | None = knob(
        None, "Secret reference of the chat bot's token", effect="restart", env=False
    )
    chat_allowed_users: str | None = knob(
        None,
        "Numbers of the users who may command, separated by commas",
        effect="restart",
        env=False,
    )
    chat_base_url: str | None = knob(
        None, "Where the Bot API answers; without it the public one", effect="restart", env=False
    )
    chat_poll_sec: int = knob(
        25, "How long one question for news waits", "s", ge=1, le=50, effect="restart"
    )
    chat_confirm_stops: bool = knob(
        False,
        "Ask for a code before pause and stop too, and not only before what loosens",
        effect="restart",
        env=False,
    )
