"""Write the Grafana dashboard and its provisioning from the declared panels."""

import json
from typing import Any

import yaml

from holdfast.desk.alerts.panels import ROWS, UNITS, Query

HEAD = "# Written from the metric table by `python tools/observability_files.py`; do not edit.\n"
SOURCE = {"type": "prometheus", "uid": "holdfast-prometheus"}
ACROSS, WIDTH, HEIGHT = 3, 8, 7
DASHBOARDS = "/etc/grafana/dashboards"


def dashboard() -> str:
    """Write dashboards/holdfast.json."""
    document = {
        "uid": "holdfast-desk",
        "title": "holdfast desk",
        "tags": ["holdfast"],
        "schemaVersion": 39,
        "version": 1,
        "editable": False,
        "timezone": "utc",
        "refresh": "15s",
        "time": {"from": "now-6h", "to": "now"},
        "panels": _panels(),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def data_source() -> str:
    """Write provisioning/datasources/prometheus.yml."""
    source = {
        "name": "Prometheus",
        "uid": SOURCE["uid"],
        "type": SOURCE["type"],
        "access": "proxy",
        "url": "http://127.0.0.1:9090",
        "isDefault": True,
        "editable": False,
    }
    return _yaml({"apiVersion": 1, "datasources": [source]})


def provider() -> str:
    """Write provisioning/dashboards/holdfast.yml."""
    return _yaml(
        {
            "apiVersion": 1,
            "providers": [
                {
                    "name": "holdfast",
                    "type": "file",
                    "disableDeletion": True,
                    "allowUiUpdates": False,
                    "options": {"path": DASHBOARDS},
                }
            ],
        }
    )


def _panels() -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    top = 0
    for title, panels in ROWS:
        shown = [
            (name, told)
            for name, queries in panels
            if (told := [query for query in queries if not query.spec.since])
        ]
        if not shown:
            continue
        place = {"h": 1, "w": ACROSS * WIDTH, "x": 0, "y": top}
        made.append({"id": len(made) + 1, "type": "row", "title": title, "gridPos": place})
        top += 1
        for number, (name, queries) in enumerate(shown):
            down, across = divmod(number, ACROSS)
            place = {"h": HEIGHT, "w": WIDTH, "x": across * WIDTH, "y": top + down * HEIGHT}
            made.append(_panel(len(made) + 1, name, queries, place))
        top += -(-len(shown) // ACROSS) * HEIGHT
    return made


def _panel(number: int, title: str, queries: list[Query], place: dict[str, int]) -> dict[str, Any]:
    first = queries[0].spec
    return {
        "id": number,
        "type": "timeseries",
        "title": title,
        "description": " ".join(query.spec.meaning for query in queries),
        "datasource": SOURCE,
        "gridPos": place,
        "fieldConfig": {
            "defaults": {"unit": UNITS.get(first.unit, "short"), "min": _least(queries)},
            "overrides": [],
        },
        "targets": [
            {
                "refId": chr(ord("A") + index),
                "datasource": SOURCE,
                "expr": query.expression,
                "legendFormat": query.legend,
            }
            for index, query in enumerate(queries)
        ],
    }


def _least(queries: list[Query]) -> int | None:
    signed = {"unrealized_pnl_quote", "realized_pnl_quote", "recon_drift_pct", "open_order_drift"}
    return None if any(query.spec.name in signed for query in queries) else 0


def _yaml(document: object) -> str:
    return HEAD + yaml.safe_dump(document, sort_keys=False, width=1_000)
