"""Rules, scrape configuration and dashboard as files: well formed, fresh, and about metrics that are."""

import json
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

sys.path.insert(0, str(Path(__file__).parent))

from small_desk import ROOT, House

from holdfast.clock import SystemClock
from holdfast.desk.alerts import dashboard_file, page, rule_files
from holdfast.desk.alerts.panels import ROWS
from holdfast.desk.alerts.registry import ALERTS
from holdfast.desk.control.app import create_app
from holdfast.desk.control.scrape import TARGETS, TOKEN, ScrapeFiles
from holdfast.desk.control.server import ControlServer
from holdfast.desk.status.metric_registry import METRICS
from holdfast.desk.status.metric_spec import PREFIX

TOOL = ROOT / "tools" / "observability_files.py"
DURATION = re.compile(r"\d+(s|m|h)")
EXPOSED = {spec.exposed for spec in METRICS}
BUILT = {spec.exposed for spec in METRICS if not spec.since}
QUERIES = [query for _, panels in ROWS for _, told in panels for query in told]


def test_the_files_in_the_repository_are_fresh():
    done = subprocess.run(
        [sys.executable, TOOL, "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_a_stale_file_is_named_and_written_again(tmp_path):
    tool = tmp_path / "tools" / TOOL.name
    tool.parent.mkdir()
    shutil.copy(TOOL, tool)
    shutil.copytree(ROOT / "observability", tmp_path / "observability")
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "metrics.md", tmp_path / "docs")
    rules = tmp_path / "observability" / "prometheus" / "alerts.yml"
    rules.write_text("groups: []\n")
    said = subprocess.run(
        [sys.executable, tool, "--check"], capture_output=True, text=True, check=False
    )
    assert said.returncode == 1
    assert said.stdout.startswith("observability/prometheus/alerts.yml is stale")
    assert subprocess.run([sys.executable, tool], check=False).returncode == 0
    assert rules.read_text() == rule_files.alert_rules()


def test_the_rule_file_has_the_shape_prometheus_takes():
    groups = yaml.safe_load(rule_files.alert_rules())
    assert groups.keys() == {"groups"}
    (group,) = groups["groups"]
    assert group.keys() == {"name", "rules"}
    names = [rule["alert"] for rule in group["rules"]]
    assert len(set(names)) == len(names)
    for rule in group["rules"]:
        assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}
        assert re.fullmatch(r"[A-Z][A-Za-z]+", rule["alert"])
        assert rule["expr"].count("(") == rule["expr"].count(")")
        assert DURATION.fullmatch(rule.get("for", "0s"))
        assert rule["labels"]["severity"] in {"info", "warning", "critical", "page"}
        assert all(isinstance(value, str) for value in rule["annotations"].values())


def test_no_rule_waits_for_a_metric_nobody_emits():
    text = rule_files.alert_rules()
    assert set(re.findall(r"holdfast_\w+", text)) <= BUILT
    names = {rule["alert"] for rule in yaml.safe_load(text)["groups"][0]["rules"]}
    assert names == {alert.name for alert in ALERTS if not alert.since} | {"DeskUnreachable"}


def test_the_page_names_every_metric_and_every_alert():
    told = page.render()
    for spec in METRICS:
        assert told.count(f"| `{spec.exposed}` |") == 1
    for alert in ALERTS:
        assert f"| `{alert.name}` |" in told
        assert f"- {alert.name}: `" in told


def test_the_scraper_looks_where_a_desk_says_it_is():
    told = yaml.safe_load(rule_files.configuration())
    (job,) = told["scrape_configs"]
    assert job["authorization"]["credentials_file"] == f"/scrape/{TOKEN}"
    assert job["file_sd_configs"][0]["files"] == [f"/scrape/{TARGETS}"]
    assert told["rule_files"] == ["alerts.yml"]
    assert job["job_name"] == "holdfast"


def test_the_dashboard_has_the_shape_grafana_takes():
    told = json.loads(dashboard_file.dashboard())
    assert told["uid"]
    assert told["schemaVersion"] >= 36
    numbers = [panel["id"] for panel in told["panels"]]
    assert len(set(numbers)) == len(numbers)
    places = [panel["gridPos"] for panel in told["panels"]]
    covered = set()
    for place in places:
        assert place["x"] + place["w"] <= 24
        cells = {
            (place["x"] + across, place["y"] + down)
            for across in range(place["w"])
            for down in range(place["h"])
        }
        assert not covered & cells, "two panels lie on each other"
        covered |= cells
    source = yaml.safe_load(dashboard_file.data_source())["datasources"][0]
    for panel in told["panels"]:
        for target in panel.get("targets", ()):
            assert target["datasource"]["uid"] == source["uid"]
            assert target["expr"]


@pytest.mark.plan("004-064")
def test_every_metric_of_a_panel_is_emitted_by_a_running_desk_or_still_to_come():
    house = House(slots=4, candles=400, open_order_cap="pro").ticks(200)
    house.tally.counts.add("risk_rejections", "order_rate")
    house.tally.counts.add("orders_submit_failed", "rate_limit")
    house.tally.counts.add("reconcile_runs", "agreed")
    house.tally.counts.add("profile_reloads", "taken")
    house.tally.counts.set("alert_standing", 0, "DeskHeld")
    house.status()
    families = text_string_to_metric_families(house.metrics.render().decode())
    emitted = {
        sample.name.removesuffix("_bucket") for family in families for sample in family.samples
    }
    for query in QUERIES:
        shown = query.spec.exposed
        assert shown in emitted or query.spec.since or query.spec.only, shown
    told = json.dumps(json.loads(dashboard_file.dashboard()))
    named = {name.removesuffix("_bucket") for name in re.findall(rf"{PREFIX}\w+", told)}
    assert named <= BUILT <= EXPOSED
    assert named == {query.spec.exposed for query in QUERIES if not query.spec.since}


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.spec.name)
def test_a_panel_is_drawn_by_labels_its_metric_has(query):
    assert set(query.by) <= {label.name for label in query.spec.labels}
    assert query.expression.count("(") == query.expression.count(")")


def test_the_scrape_files_open_the_metrics_and_nothing_else(tmp_path):
    house = House(slots=1).ticks(1)
    files = ScrapeFiles(tmp_path / "scrape")
    parts = house.parts(scrape_token=files.token)
    server = ControlServer(
        lambda token: create_app(parts, token),
        path=tmp_path / "control.json",
        runtime="paper",
        clock=SystemClock(),
    )
    address = server.start()
    try:
        files.write(address.url, {"runtime": "paper"})
        (target,) = json.loads((tmp_path / "scrape" / TARGETS).read_bytes())
        token = (tmp_path / "scrape" / TOKEN).read_text()
        for path in (tmp_path / "scrape").iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        url = f"http://{target['targets'][0]}"
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=url, headers=headers, trust_env=False) as client:
            assert b"holdfast_ticks_total" in client.get("/metrics").content
            assert client.get("/api/status").status_code == 401
            assert client.post("/api/action", json={"action": "pause"}).status_code == 401
            wrong = {"Authorization": "Bearer x"}
            assert client.get("/metrics", headers=wrong).status_code == 401
            own = {"Authorization": f"Bearer {address.token}"}
            assert client.get("/metrics", headers=own).status_code == 200
    finally:
        server.stop()
    assert target["labels"] == {"runtime": "paper"}
    assert address.token != token


def test_scrape_files_go_with_their_own_desk_only(tmp_path):
    old, new = ScrapeFiles(tmp_path), ScrapeFiles(tmp_path)
    old.write("http://127.0.0.1:1", {})
    new.write("http://127.0.0.1:2", {})
    old.remove()
    assert (tmp_path / TOKEN).read_text() == new.token
    new.remove()
    new.remove()
    assert list(tmp_path.iterdir()) == []


def test_without_a_token_of_its_own_the_scraper_needs_the_desks(tmp_path):
    with House(slots=1).ticks(1).served(tmp_path) as client:
        assert client.get("/metrics", headers={"Authorization": "Bearer x"}).status_code == 401
        assert client.get("/metrics").status_code == 200
