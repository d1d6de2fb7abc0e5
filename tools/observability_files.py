"""Write observability/ and docs/metrics.md from the tables; with --check, only look at them."""

import sys
from pathlib import Path

from holdfast.desk.alerts import dashboard_file, page, rule_files

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "observability"


def generated() -> dict[Path, str]:
    """Make the text of every file."""
    grafana = FOLDER / "grafana"
    return {
        ROOT / "docs" / "metrics.md": page.render(),
        FOLDER / "prometheus" / "alerts.yml": rule_files.alert_rules(),
        FOLDER / "prometheus" / "prometheus.yml": rule_files.configuration(),
        grafana / "provisioning" / "datasources" / "prometheus.yml": dashboard_file.data_source(),
        grafana / "provisioning" / "dashboards" / "holdfast.yml": dashboard_file.provider(),
        grafana / "dashboards" / "holdfast.json": dashboard_file.dashboard(),
    }


def main(arguments: list[str]) -> int:
    """Write the files, or with --check compare them."""
    stale = [
        path for path, text in generated().items() if not path.exists() or path.read_text() != text
    ]
    if "--check" in arguments:
        for path in stale:
            name = path.relative_to(ROOT)
            print(f"{name} is stale; do: python tools/observability_files.py")
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(generated()[path])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
