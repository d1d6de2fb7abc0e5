"""Remember what counters were, so that a desk can say by how much they grew.

A baseline is the newest look that is at least a window old, else the first one of the process, where
every counter stood at zero.
"""

from collections import deque

from holdfast.desk.status.metric_registry import BY_NAME
from holdfast.desk.status.series import Series

Where = tuple[tuple[str, tuple[str, ...]], ...]
Watched = tuple[str, Where]


class Past:
    """The newest series, the time they are of, and what the watched counters were before."""

    def __init__(self, windows: dict[Watched, float]) -> None:
        self.series: Series = {}
        self.wall = 0.0
        self._windows = windows
        self._now = 0.0
        self._looks: dict[Watched, deque[tuple[float, float]]] = {
            watched: deque() for watched in windows
        }

    def take(self, series: Series, *, wall: float, now: float) -> None:
        """Take in a look: wall time and monotonic time in seconds."""
        self.series, self.wall, self._now = series, wall, now
        for watched, looks in self._looks.items():
            value = self.total(*watched)
            if value is None:
                continue
            if not looks:
                looks.append((now, 0.0))
            looks.append((now, value))
            while len(looks) > 1 and looks[1][0] <= now - self._windows[watched]:
                looks.popleft()

    def total(self, metric: str, where: Where) -> float | None:
        """Add up the series of a metric that have these label values; None where there is none."""
        found = self.found(metric, where)
        return sum(found) if found else None

    def found(self, metric: str, where: Where) -> list[float]:
        """List the values of a metric whose labels are as wanted."""
        names = labels_of(metric)
        wanted = [(names.index(name), values) for name, values in where]
        return [
            value
            for labels, value in self.series.get(metric, {}).items()
            if all(labels[place] in values for place, values in wanted)
        ]

    def grown(self, metric: str, where: Where, window: float) -> float | None:
        """Say by how much a counter grew within a window that is watched."""
        looks = self._looks[metric, where]
        if not looks:
            return None
        first = looks[0][1]
        for at, value in looks:
            if at > self._now - window:
                break
            first = value
        return looks[-1][1] - first


def labels_of(metric: str) -> tuple[str, ...]:
    """Name the labels of a metric, in their order."""
    return tuple(label.name for label in BY_NAME[metric].labels)
