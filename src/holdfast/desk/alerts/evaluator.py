"""Turn looks at the series into alerts that begin and end.

Rules: an alert begins when its condition has held at every look for its time, on the monotonic clock,
and ends at the first look at which it does not. What stood when the process started stands on until a
look says otherwise, so that nothing begins twice and nothing is left standing.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from holdfast.desk.alerts.expressions import Increase, holds, terms
from holdfast.desk.alerts.past import Past, Watched
from holdfast.desk.alerts.registry import Alert
from holdfast.desk.status.series import Series

State = Literal["began", "ended"]


class Transition(msgspec.Struct, frozen=True):
    """An alert began or ended; `detail` is what was found."""

    alert: Alert
    state: State
    detail: str = ""


class Evaluator:
    """Keeps what holds since when; one thread uses it."""

    def __init__(self, alerts: Sequence[Alert], standing: Iterable[str] = ()) -> None:
        self._alerts = tuple(alerts)
        names = {alert.name for alert in self._alerts}
        self._standing = {name: "it stood before this start" for name in standing if name in names}
        self._held: dict[str, float] = {}
        self._past = Past(_windows(self._alerts))

    def look(self, series: Series, *, wall: float, now: float) -> list[Transition]:
        """Take in a look; return what began and what ended with it."""
        self._past.take(series, wall=wall, now=now)
        return [
            transition
            for alert in self._alerts
            if (transition := self._judge(alert, now)) is not None
        ]

    def standing(self) -> list[Transition]:
        """List the alerts that stand, as they began."""
        return [
            Transition(alert, "began", self._standing[alert.name])
            for alert in self._alerts
            if alert.name in self._standing
        ]

    def _judge(self, alert: Alert, now: float) -> Transition | None:
        name = alert.name
        if not holds(alert.when, self._past):
            self._held.pop(name, None)
            if self._standing.pop(name, None) is None:
                return None
            return Transition(alert, "ended")
        since = self._held.setdefault(name, now)
        if name in self._standing or now - since < alert.hold_seconds:
            return None
        detail = "; ".join(check.told(self._past) for check in alert.when)
        self._standing[name] = detail
        return Transition(alert, "began", detail)


def _windows(alerts: Iterable[Alert]) -> dict[Watched, float]:
    windows: dict[Watched, float] = {}
    for alert in alerts:
        for term in terms(alert.when):
            if isinstance(term, Increase):
                watched = (term.metric, term.where)
                windows[watched] = max(windows.get(watched, 0.0), term.minutes * 60.0)
    return windows
