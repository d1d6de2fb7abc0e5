"""Tell people what began and what ended, and how the day went.

Everything here returns at once; what waits for the world is in the outlets' threads.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, cast

from holdfast.clock import Clock
from holdfast.config.errors import ConfigError
from holdfast.config.settings import Settings
from holdfast.desk.alerts.evaluator import Transition
from holdfast.desk.notify.admission import Admission
from holdfast.desk.notify.messages import Message, about
from holdfast.desk.notify.outlet import Outlet, Target
from holdfast.desk.status.counts import Counts

Resolve = Callable[[str], str]
"""Turn a secret reference into the secret."""
STOP_SECONDS = 2.0


class Notifier:
    """All outlets of a desk, which calls itself `name` in what it says."""

    def __init__(self, name: str, outlets: Sequence[Outlet]) -> None:
        self._name = name
        self._outlets = tuple(outlets)

    def __call__(self, transition: Transition) -> None:
        """Tell of an alert; it may be offered again as long as it stands."""
        self.say(about(transition, self._name))

    def say(self, message: Message) -> None:
        """Offer a message to every address."""
        for outlet in self._outlets:
            outlet.offer(message)

    def start(self) -> None:
        """Start to send."""
        for outlet in self._outlets:
            outlet.start()

    def stop(self) -> None:
        """Send what waits, as far as that is quick."""
        for outlet in self._outlets:
            outlet.stop(STOP_SECONDS)


def open_notifier(
    settings: Settings, name: str, resolve: Resolve, counts: Counts, clock: Clock
) -> Notifier | None:
    """Make the notifier of a profile, or None where it is off; refuse an address that is none."""
    if not settings.notify_enabled:
        return None
    listed = [one.strip() for one in (settings.notify_urls or "").split(",")]
    outlets = [
        Outlet(
            number,
            _target(number, resolve(one) if one.startswith("secret://") else one),
            Admission(
                least=settings.notify_min_severity,
                repeat=settings.notify_repeat_min * 60.0,
                per_hour=settings.notify_per_hour,
            ),
            counts,
            clock,
        )
        for number, one in enumerate(listed, 1)
    ]
    return Notifier(name, outlets)


def _target(number: int, address: str) -> Target:
    # apprise takes a quarter of a second to import, so a desk that tells nobody does without it
    made = import_module("holdfast.desk.notify.target").AppriseTarget
    try:
        return cast("Target", made(address))
    except ValueError:
        raise ConfigError(
            f"address {number} is not one that apprise knows",
            key="settings.notify_urls",
            allowed="an address as apprise writes it, behind a secret reference",
            hint="correct what the reference leads to",
        ) from None


def day_message(name: str, status: Mapping[str, Any], day: str) -> Message:
    """Say how a desk stands, once a day."""
    health = status["balance_health"]
    holds = ", ".join(hold["name"] for hold in status["holds"]) or "none"
    lines = (
        f"mode {status['mode']}, holds {holds}",
        f"price {status['price']:f}, equity {health['equity_quote']:.2f}",
        f"round trips of the day {status['today_round_trips']}, net {status['today_net_profit']:.4f}",
        f"loss of the day {status['daily_realized_loss_utc']:.4f}, in all {status['total_profit']:.4f}",
        f"open orders {status['capacity_fill_health']['open_orders_current']}, slots {status['slot_count']}",
    )
    return Message(
        key="day",
        state="summary",
        severity="info",
        title=f"{name}: {day}",
        body="\n".join(lines),
    )
