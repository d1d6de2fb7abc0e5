"""Count what no status document holds: calls, refusals, changes of mode; any thread may count.

Rules: only what the metric table declares can be counted; a label's value is bounded there. Counts are
of this process. Durations go on to whoever keeps the histograms, and nowhere while nobody does.
"""

import threading
from collections.abc import Callable, Mapping

from holdfast.desk.status.metric_registry import BY_NAME
from holdfast.desk.status.metric_spec import Kind, MetricSpec

Key = tuple[str, ...]
Ask = Callable[[], float | None]
Timer = Callable[..., None]


class Counts:
    """Counters and gauges by name and label values."""

    def __init__(self) -> None:
        self.timer: Timer | None = None
        self._lock = threading.Lock()
        self._values: dict[Key, float] = {}
        self._asked: dict[Key, Ask] = {}
        self._seen: dict[tuple[str, str], set[str]] = {}

    def add(self, name: str, *labels: str, by: int = 1) -> None:
        """Count up."""
        spec = _known(name, "counter", labels)
        with self._lock:
            key = self._key(spec, labels)
            self._values[key] = self._values.get(key, 0) + by

    def set(self, name: str, value: float, *labels: str) -> None:
        """Set a gauge."""
        spec = _known(name, "gauge", labels)
        with self._lock:
            self._values[self._key(spec, labels)] = value

    def drop(self, name: str, *labels: str) -> None:
        """Let a gauge go that has no value any more."""
        spec = _known(name, "gauge", labels)
        with self._lock:
            self._values.pop(self._key(spec, labels), None)

    def ask(self, name: str, read: Ask, *labels: str) -> None:
        """Read a gauge whenever a status is made, in the desk's thread; None leaves it out."""
        spec = _known(name, "gauge", labels)
        with self._lock:
            self._asked[self._key(spec, labels)] = read

    def time(self, name: str, seconds: float, *labels: str) -> None:
        """Hand one duration to a histogram."""
        if self.timer is not None:
            self.timer(name, seconds, *labels)

    def told(self) -> Mapping[Key, float]:
        """Return everything as it is now, by name and label values."""
        with self._lock:
            values, asked = dict(self._values), dict(self._asked)
        for key, read in asked.items():
            value = read()
            if value is not None:
                values[key] = value
        return values

    def _key(self, spec: MetricSpec, labels: tuple[str, ...]) -> Key:
        shown = (
            label.takes(str(word), self._seen.setdefault((spec.name, label.name), set()))
            for label, word in zip(spec.labels, labels, strict=True)
        )
        return (spec.name, *shown)


def _known(name: str, kind: Kind, labels: tuple[str, ...]) -> MetricSpec:
    spec = BY_NAME.get(name)
    if spec is None or spec.kind != kind:
        raise ValueError(f"{name} is no {kind} of the metric table")
    if len(labels) != len(spec.labels):
        raise ValueError(f"{name} takes {len(spec.labels)} labels, {len(labels)} were given")
    return spec
