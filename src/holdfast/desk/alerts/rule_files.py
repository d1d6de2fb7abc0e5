"""Write the files Prometheus starts with, from the alert registry; what waits for a capability is left out."""

from typing import Any

import yaml

from holdfast.desk.alerts.expressions import promql
from holdfast.desk.alerts.registry import ALERTS, Alert
from holdfast.desk.control.scrape import PATH, TARGETS, TOKEN

HEAD = "# Written from the alert registry by `python tools/observability_files.py`; do not edit.\n"
JOB = "holdfast"
SCRAPE_FOLDER = "/scrape"
EVERY = "15s"


def alert_rules() -> str:
    """Write alerts.yml."""
    rules = [_rule(alert) for alert in ALERTS if not alert.since]
    return _yaml({"groups": [{"name": JOB, "rules": [_unreachable(), *rules]}]})


def configuration() -> str:
    """Write prometheus.yml: one job, whose target and token a running desk keeps in two files."""
    return _yaml(
        {
            "global": {"scrape_interval": EVERY, "evaluation_interval": EVERY},
            "rule_files": ["alerts.yml"],
            "scrape_configs": [
                {
                    "job_name": JOB,
                    "metrics_path": PATH,
                    "authorization": {
                        "type": "Bearer",
                        "credentials_file": f"{SCRAPE_FOLDER}/{TOKEN}",
                    },
                    "file_sd_configs": [
                        {"files": [f"{SCRAPE_FOLDER}/{TARGETS}"], "refresh_interval": "30s"}
                    ],
                }
            ],
        }
    )


def _rule(alert: Alert) -> dict[str, Any]:
    labels = {"severity": alert.severity}
    return {
        "alert": alert.name,
        "expr": promql(alert.when),
        **({"for": f"{alert.hold_seconds}s"} if alert.hold_seconds else {}),
        "labels": labels | ({"answer": alert.answer} if alert.answer else {}),
        "annotations": {"summary": alert.summary, "runbook": alert.runbook},
    }


def _unreachable() -> dict[str, Any]:
    # The one thing no desk can see of itself: that its process is gone.
    return {
        "alert": "DeskUnreachable",
        "expr": f'up{{job="{JOB}"}} == 0',
        "for": "60s",
        "labels": {"severity": "page"},
        "annotations": {
            "summary": "The desk's process does not answer",
            "runbook": "docs/runbooks/alerts.md#deskunreachable",
        },
    }


def _yaml(document: object) -> str:
    return HEAD + yaml.safe_dump(document, sort_keys=False, width=1_000)
