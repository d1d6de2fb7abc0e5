"""A whole desk on the emulated exchange, each a process: arms, is compared, is stopped, is told of."""

import json

import pytest
from prometheus_client.parser import text_string_to_metric_families
from staged_world import Staged

from holdfast.desk.status.metric_registry import METRICS

pytestmark = [pytest.mark.crash, pytest.mark.timeout(600)]


@pytest.fixture
def staged(tmp_path):
    worlds = []

    def make(**settings):
        world = Staged(tmp_path, **settings)
        worlds.append(world)
        return world.start()

    yield make
    for world in worlds:
        world.end()


def metrics(world):
    text = world.api().get("/metrics").content.decode()
    return {
        sample.name: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.plan("004-064")
def test_a_live_desk_shows_every_metric_of_an_exchange(staged):
    world = staged(reconcile_interval_s=30).go_live()
    world.until(lambda: metrics(world).get("holdfast_reconcile_duration_seconds_count", 0) > 0)
    world.until(lambda: "holdfast_recon_drift_pct" in metrics(world))
    shown = metrics(world)
    names = {name.removesuffix("_bucket").removesuffix("_count") for name in shown}
    lacking = {spec.exposed for spec in METRICS if spec.only} - names
    assert lacking <= {"holdfast_mode_read_failures_total"}  # of a store that never failed
    assert shown["holdfast_intent_illegal_transition_total"] == 0
    assert shown["holdfast_intent_duplicate_total"] == 0
    assert shown["holdfast_orders_outside_allowlist_total"] == 0
    assert 0 < shown["holdfast_order_notional_max_quote"] <= 10
    assert shown["holdfast_order_notional_cap_quote"] == 10
    assert shown["holdfast_key_refused"] == 0
    assert shown["holdfast_recon_drift_pct"] == 0


@pytest.mark.plan("004-040")
def test_an_unarmed_staging_desk_decides_and_sends_nothing(staged):
    world = staged()
    world.until(lambda: metrics(world).get("holdfast_orders_simulated_total", 0) > 0)
    assert world.mode() == "DRY"
    audit = world.exchange.administrator().audit()
    assert audit["accepted"] == {}
    assert world.exchange.administrator().state(rows=False)["open"] == []
    assert json.loads(world.cli("reconcile", "--plan", "--json"))["result"] == "agreed"


def test_books_and_exchange_are_compared_through_the_desk_or_in_its_place(staged):
    world = staged().go_live()
    told = json.loads(world.cli("reconcile", "--plan", "--json"))
    assert (told["result"], told["applied"], told["foreign"]) == ("agreed", False, [])
    assert {one["verdict"] for one in told["orders"]} == {"agreed"}
    assert [one["asset"] for one in told["assets"]] == ["DOGE", "USD"]
    assert "agreed" in world.cli("reconcile", "--apply")

    world.stop_desk()
    mine = sorted(one["client_order_id"] for one in told["orders"])
    admin = world.exchange.administrator()
    admin.order(pair="DOGEUSD", type="buy", ordertype="limit", price="0.05", volume="100")
    resting = [one for one in mine if _is_open(world, one)]
    admin.cancel(cl_ord_id=resting[0])
    seen = world.cli("reconcile", "--plan", "--json", code=4)
    told = json.loads(seen)
    verdicts = {one["client_order_id"]: one["verdict"] for one in told["orders"]}
    assert verdicts[resting[0]] == "ended"
    assert len(told["foreign"]) == 1
    assert told["applied"] is False
    assert (
        json.loads(world.cli("reconcile", "--plan", "--json", code=4))["orders"] == told["orders"]
    )
    assert json.loads(world.cli("reconcile", "--apply", "--json"))["mended"]["ended"] >= 1
    assert json.loads(world.cli("reconcile", "--plan", "--json"))["result"] == "agreed"

    admin.faults({"kind": "http_5xx", "endpoints": ["OpenOrders"], "status": 503, "times": 50})
    told = json.loads(world.cli("reconcile", "--plan", "--json", code=5))
    assert (told["result"], told["orders"]) == ("unavailable", [])  # no answer is not "no orders"


def _is_open(world, name):
    resting = world.exchange.administrator().state()["open"]
    return any(one.get("cl_ord_id") == name for one in resting)


def test_a_stop_waits_for_no_tick_and_is_taken_back_step_by_step(staged):
    world = staged().go_live()
    world.running.clear()  # time stands still: the desk cannot tick
    answer = world.api().action({"action": "estop", "reason": "odd fills"})
    assert answer.ok, answer.message
    assert (world.place / "ESTOP").exists()
    world.running.set()
    world.until(lambda: world.mode() == "HALT")
    world.until(lambda: world.status()["exchange"]["entries"] == 0)
    refused = world.api().action({"action": "resume_live", "reason": "too early"})
    assert (refused.code, refused.ok) == (400, False)
    world.cli("mode", "clear", "--reason", "found it", "--actor", "ada")
    answer = world.api().action({"action": "resume_live", "reason": "found it"})
    assert answer.ok, answer.message
    world.until(lambda: world.mode() == "DRY")
    rows = world.api().post(
        "/api/ledger/query",
        {"sql": "select payload from event where type = 'CommandNoted' order by seq"},
    )
    noted = [json.loads(row[0]) for row in rows.body["rows"]]
    assert [(one["action"], one["accepted"]) for one in noted] == [
        ("estop", True),
        ("resume_live", False),
        ("resume_live", True),
    ]
    assert all(one["principal"] == "tester" for one in noted)
