"""Write docs/metrics.md: every metric and every alert, from their tables."""

from collections.abc import Iterator

from holdfast.desk.alerts.expressions import promql
from holdfast.desk.alerts.registry import ALERTS, Alert
from holdfast.desk.status.metric_registry import METRICS
from holdfast.desk.status.metric_spec import MetricSpec

_HEAD = """# Metrics and alerts

Written from the code by `python tools/observability_files.py`; do not edit.

A running desk answers `GET /metrics` as Prometheus text. A label takes fixed words, or a few that come up
first, and then `other`. What stands under *waits for* is declared, and not emitted yet.

| metric | kind | labels | unit | what | waits for |
|---|---|---|---|---|---|
"""
_MIDDLE = """
## Alerts

The desk judges every alert itself, after its ticks, and notes beginnings and ends in the ledger; the
watchdog is a thread of its own. The same rules, but for those that wait, are in
`observability/prometheus/alerts.yml`. `DeskUnreachable`, which no desk can see of itself, is only there.

| alert | severity | for | judged by | answer | what | runbook | waits for |
|---|---|---|---|---|---|---|---|
"""
_RULES = """
## Conditions

"""


def render() -> str:
    """Write the page."""
    return "".join(
        [_HEAD, *map(_metric, METRICS), _MIDDLE, *map(_alert, ALERTS), _RULES, *_conditions()]
    )


def _metric(spec: MetricSpec) -> str:
    labels = ", ".join(f"`{label.name}`" for label in spec.labels)
    cells = (f"`{spec.exposed}`", spec.kind, labels, spec.unit, spec.meaning, spec.since)
    return f"| {' | '.join(cells)} |\n"


def _alert(alert: Alert) -> str:
    cells = (
        f"`{alert.name}`",
        alert.severity,
        f"{alert.hold_seconds} s" if alert.hold_seconds else "at once",
        alert.judge,
        alert.answer,
        alert.summary,
        f"`{alert.runbook}`",
        alert.since,
    )
    return f"| {' | '.join(cells)} |\n"


def _conditions() -> Iterator[str]:
    for alert in ALERTS:
        yield f"- {alert.name}: `{promql(alert.when)}`\n"
