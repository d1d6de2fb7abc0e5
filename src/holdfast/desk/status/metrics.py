"""Tell Prometheus what the desk counts, with few labels and under names that stay.

Gauges and counters are read off the newest snapshot when somebody asks, so that a tick pays for two
observations of time and nothing else. What exists is in the metric table and nowhere else.
"""

import threading
from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from holdfast.clock import Clock
from holdfast.desk.desk import Desk
from holdfast.desk.status.board import StatusBoard
from holdfast.desk.status.counts import Counts
from holdfast.desk.status.metric_registry import BY_NAME, METRICS
from holdfast.desk.status.metric_spec import PREFIX, MetricSpec
from holdfast.desk.status.series import Values, read
from holdfast.desk.tick import TickSummary

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SLOW_SECONDS = 0.5
TIMED = tuple(spec for spec in METRICS if spec.kind == "histogram")


class Metrics:
    """One registry for one desk; `counts` sends it durations, and hears how quickly it answered."""

    def __init__(self, board: StatusBoard, clock: Clock, counts: Counts | None = None) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(_Snapshots(board))
        self.counts = counts or Counts()
        self.counts.timer = self.observe
        self._clock = clock
        self._begun = clock.monotonic()
        self._lock = threading.Lock()
        self._seen: dict[tuple[str, str], set[str]] = {}
        self._histograms = {spec.name: self._made(spec) for spec in TIMED if not spec.since}

    def tick_begins(self, desk: Desk) -> None:
        """Start the watch; a hook before a tick."""
        del desk
        self._begun = self._clock.monotonic()

    def tick_ends(self, desk: Desk, summary: TickSummary) -> None:
        """Stop the watch; a hook after a tick."""
        del desk, summary
        self.observe("tick_duration_seconds", self._clock.monotonic() - self._begun)

    def committed(self, seconds: float) -> None:
        """Take in how long a commit took."""
        self.observe("ledger_commit_seconds", seconds)

    def observe(self, name: str, seconds: float, *labels: str) -> None:
        """Take in one duration of a histogram of the table; any thread may."""
        spec = BY_NAME[name]
        with self._lock:
            histogram = self._histograms.get(name)
            if histogram is None:
                histogram = self._histograms[name] = self._made(spec)
            shown = [
                label.takes(word, self._seen.setdefault((name, label.name), set()))
                for label, word in zip(spec.labels, labels, strict=True)
            ]
        (histogram.labels(*shown) if shown else histogram).observe(seconds)

    def render(self) -> bytes:
        """Write everything as Prometheus text."""
        begun = self._clock.monotonic()
        text = generate_latest(self.registry)
        slow = self._clock.monotonic() - begun > SLOW_SECONDS
        self.counts.add("metrics_renders", "slow" if slow else "fast")
        return text

    def _made(self, spec: MetricSpec) -> Histogram:
        return Histogram(
            f"{PREFIX}{spec.name}",
            spec.meaning,
            labelnames=[label.name for label in spec.labels],
            buckets=spec.buckets,
            registry=self.registry,
        )


class _Snapshots(Collector):
    def __init__(self, board: StatusBoard) -> None:
        self._board = board

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        snapshot = self._board.read()
        if snapshot is None:
            return
        series = read(snapshot)
        for spec in METRICS:
            values = series.get(spec.name)
            if values:
                yield _family(spec, values)


def _family(spec: MetricSpec, values: Values) -> Metric:
    kind = CounterMetricFamily if spec.kind == "counter" else GaugeMetricFamily
    labels = [label.name for label in spec.labels]
    family = kind(f"{PREFIX}{spec.name}", spec.meaning, labels=labels)
    for told, value in values.items():
        family.add_metric(told, value)
    return family
