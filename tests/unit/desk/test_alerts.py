"""Alerts: each at its bound, one rule for desk and Prometheus, and nothing left standing."""

import re
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

sys.path.insert(0, str(Path(__file__).parent))

from small_desk import House

from holdfast.clock import FixedClock
from holdfast.desk import holds
from holdfast.desk.alerts.alarms import Alarms
from holdfast.desk.alerts.evaluator import Evaluator
from holdfast.desk.alerts.expressions import Check, Increase, Value, metrics, promql, terms
from holdfast.desk.alerts.past import Past, labels_of
from holdfast.desk.alerts.registry import ALERTS, BY_ALERT, SEVERITIES, Alert
from holdfast.desk.status.metric_registry import BY_NAME
from holdfast.desk.tick import TickSummary

ROOT = Path(__file__).parents[3]
TICK = TickSummary(tick=1, over=False)
DAY = 86_400
# alert: series that just do not fire it, and series that just do, after it was looked at from zero
BOUNDS = {
    "DuplicateIntent": ({"intent_duplicate": 0}, {"intent_duplicate": 1}),
    "IllegalTransition": (
        {"intent_illegal_transition": 0},
        {"intent_illegal_transition": 1},
    ),
    "SubmitErrorRate": (
        {"orders_failed": 1, "orders_submitted": 200},
        {"orders_failed": 1, "orders_submitted": 199},
    ),
    "SubmitErrorRateLowVolume": (
        {"orders_failed": 2, "orders_submitted": 19},
        {"orders_failed": 3, "orders_submitted": 19},
    ),
    "UnknownIntent": (
        {"oldest_unknown_intent_seconds": 120},
        {"oldest_unknown_intent_seconds": 120.1},
    ),
    "OpenOrderDrift": ({"open_order_drift": -9}, {"open_order_drift": -10}),
    "HeadroomLow": ({"open_order_headroom": 20}, {"open_order_headroom": 19}),
    "HeadroomStop": ({"open_order_headroom": 10}, {"open_order_headroom": 9}),
    "RecoveryPressure": ({"recovery_pressure": 0}, {"recovery_pressure": 1}),
    "HeadroomGone": ({"open_order_headroom": 6}, {"open_order_headroom": 5}),
    "FeeDiffers": ({"fee_differs": 0}, {"fee_differs": 1}),
    "ModeFlapping": ({"mode_flips": 2}, {"mode_flips": 3}),
    "LiveWithDeadStore": (
        {"mode_effective": {("LIVE",): 1}, "mode_read_age_seconds": 20},
        {"mode_effective": {("CANARY_LIVE",): 1}, "mode_read_age_seconds": 20.1},
    ),
    "CanaryNotional": (
        {"order_notional_max_quote": 10, "order_notional_cap_quote": 10},
        {"order_notional_max_quote": 10.01, "order_notional_cap_quote": 10},
    ),
    "UnauthorizedSymbol": ({"orders_outside_allowlist": 0}, {"orders_outside_allowlist": 1}),
    "KeyRefused": ({"key_refused": 0}, {"key_refused": 1}),
    "DeskHeld": ({"mode": {("RUNNING",): 1}}, {"mode": {("PAUSED",): 1}}),
    "AnomalySeen": ({"anomalies": 0}, {"anomalies": 1}),
    "ReconDrift": ({"recon_drift_pct": -2}, {"recon_drift_pct": -2.01}),
    "DailyLossNear": (
        {"daily_loss_quote": 2.39, "daily_loss_limit_quote": 3},
        {"daily_loss_quote": 2.41, "daily_loss_limit_quote": 3},
    ),
    "DailyLossReached": (
        {"daily_loss_quote": 2.99, "daily_loss_limit_quote": 3},
        {"daily_loss_quote": 3, "daily_loss_limit_quote": 3},
    ),
    "VintageWarn": (
        {"oldest_exit_age_seconds": 259_199},
        {"oldest_exit_age_seconds": 259_200},
    ),
    "VintageCritical": (
        {"stuck_capital_pct": 50, "stuck_capital_limit_pct": 50},
        {"stuck_capital_pct": 50.01, "stuck_capital_limit_pct": 50},
    ),
    "ReleaseGateBlocked": ({"release_gate_blocked": 0}, {"release_gate_blocked": 1}),
    "StartupSlow": (
        {"startup_milliseconds": {("total",): 60_000}},
        {"startup_milliseconds": {("total",): 60_001}},
    ),
    "TickSilent": (
        {"last_success_timestamp": {("tick",): DAY - 30}, "tick_silence_limit_seconds": 30},
        {"last_success_timestamp": {("tick",): DAY - 31}, "tick_silence_limit_seconds": 30},
    ),
    "PriceStale": ({"price_age_seconds": 60}, {"price_age_seconds": 60.1}),
    "LedgerRefused": ({"ledger_write_errors": 0}, {"ledger_write_errors": 1}),
    "RegimeModelOverdue": ({"regime_model_overdue": 0}, {"regime_model_overdue": 1}),
    "MetricsSlow": (
        {"metrics_renders": {("slow",): 1, ("fast",): 99}},
        {"metrics_renders": {("slow",): 1, ("fast",): 98}},
    ),
    "BackupOld": (
        {"last_success_timestamp": {("backup",): 0}},
        {"last_success_timestamp": {("backup",): -1}},
    ),
}


def series(values, times=1):
    """Make series; counters have grown so many times over."""
    found = {}
    for name, value in values.items():
        by_label = value if isinstance(value, dict) else {("x",) * len(labels_of(name)): value}
        factor = times if BY_NAME[name].kind == "counter" else 1
        found[name] = {labels: factor * each for labels, each in by_label.items()}
    return found


def looked(alert, values):
    """Look at a desk from its start on until the alert had its time."""
    evaluator, found, hold = Evaluator([alert]), [], alert.hold_seconds
    for times, now in enumerate(range(0, hold + 1, min(60, hold) or 1), 1):
        found += evaluator.look(series(values, times), wall=DAY, now=float(now))
    return [transition.state for transition in found]


@pytest.mark.plan("004-042", "004-044")
@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_an_alert_fires_above_its_bound_and_not_at_it(alert):
    below, above = BOUNDS[alert.name]
    assert looked(alert, below) == []
    assert looked(alert, above) == ["began"]
    assert looked(alert, {}) == []


def test_every_alert_has_its_bound_tried_and_a_runbook_of_its_own():
    assert set(BOUNDS) == set(BY_ALERT)
    assert len({alert.runbook for alert in ALERTS}) == len(ALERTS)
    page = (ROOT / "docs/runbooks/alerts.md").read_text()
    headings = re.findall(r"^## (\w+)$", page, re.MULTILINE)
    assert headings[0] == "DeskUnreachable"  # which no desk can see of itself
    assert set(headings[1:]) == set(BY_ALERT)
    assert BY_ALERT["SubmitErrorRate"].runbook == "docs/runbooks/alerts.md#submiterrorrate"
    assert {alert.severity for alert in ALERTS} <= set(SEVERITIES)
    for alert in ALERTS:
        assert not alert.summary.endswith(".")
        assert (alert.answer == "") or alert.severity == "critical"


@pytest.mark.parametrize(
    ("failed", "sent", "fires"), [(1, 19, False), (1, 20, True), (0, 20, False)]
)
def test_an_error_rate_is_a_rate_only_from_twenty_orders_on(failed, sent, fires):
    values = {"orders_failed": failed, "orders_submitted": sent}
    assert looked(BY_ALERT["SubmitErrorRate"], values) == ["began"] * fires
    low = {"orders_failed": 3, "orders_submitted": 20}
    assert looked(BY_ALERT["SubmitErrorRateLowVolume"], low) == []


def test_a_limit_of_nothing_is_no_limit():
    for name in ("DailyLossNear", "DailyLossReached"):
        values = {"daily_loss_quote": 0, "daily_loss_limit_quote": 0}
        assert looked(BY_ALERT[name], values) == []
    cap = {"order_notional_max_quote": 5, "order_notional_cap_quote": 0}
    assert looked(BY_ALERT["CanaryNotional"], cap) == []


def test_nothing_divided_by_nothing_never_fires():
    assert looked(BY_ALERT["MetricsSlow"], {"metrics_renders": {("fast",): 0}}) == []


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_an_alert_reads_only_metrics_of_the_table_and_says_which_are_to_come(alert):
    used = metrics(alert.when)
    assert used
    assert used <= set(BY_NAME)
    waits = any(BY_NAME[name].since for name in used)
    assert waits <= bool(alert.since)
    for term in terms(alert.when):
        if isinstance(term, Increase):
            spec = BY_NAME[term.metric]
            assert spec.kind == "counter"
            assert not spec.labels or spec.seeded, "Prometheus sees no increase in what appears"
        if isinstance(term, Value):
            assert BY_NAME[term.metric].kind == "gauge"
        for name, values in getattr(term, "where", ()):
            fixed = next(one for one in BY_NAME[term.metric].labels if one.name == name).values
            assert not fixed or set(values) <= set(fixed)


@pytest.mark.plan("004-064")
def test_every_metric_of_an_alert_is_emitted_by_a_running_desk_or_still_to_come():
    house = House(slots=4, candles=400, open_order_cap="pro").ticks(60)
    families = text_string_to_metric_families(house.metrics.render().decode())
    emitted = {sample.name for family in families for sample in family.samples}
    for alert in ALERTS:
        for name in metrics(alert.when):
            spec = BY_NAME[name]
            shown = spec.exposed in emitted or bool(spec.only)  # proven by a desk on an exchange
            assert shown or alert.since, (alert.name, name)
            assert shown or spec.since, name


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_an_alert_in_promql_is_whole_and_keeps_desks_apart(alert):
    text = promql(alert.when)
    assert text.count("(") == text.count(")")
    exposed = set(re.findall(r"holdfast_[a-z0-9_]+", text))
    assert exposed == {BY_NAME[name].exposed for name in metrics(alert.when)}
    assert len(re.findall(r"by \(job, instance\)", text)) >= len(exposed)


def test_a_rule_reads_the_same_for_desk_and_prometheus():
    assert promql(BY_ALERT["SubmitErrorRate"].when) == (
        "(sum by (job, instance) (increase(holdfast_orders_failed_total[5m]))"
        " / sum by (job, instance) (increase(holdfast_orders_submitted_total[5m])) > 0.005)"
        " and (sum by (job, instance) (increase(holdfast_orders_submitted_total[5m])) >= 20)"
    )
    assert promql(BY_ALERT["LiveWithDeadStore"].when) == (
        '(sum by (job, instance) (holdfast_mode_effective{mode=~"CANARY_LIVE|LIVE"}) >= 1)'
        " and (sum by (job, instance) (holdfast_mode_read_age_seconds) > 20)"
    )
    assert promql(BY_ALERT["TickSilent"].when) == (
        '(time() - max by (job, instance) (holdfast_last_success_timestamp{flow="tick"})'
        " > sum by (job, instance) (holdfast_tick_silence_limit_seconds))"
    )


GROUND = Alert(
    name="Ground",
    when=(Check(Value("price_age_seconds"), ">", 1),),
    hold_seconds=5,
    severity="warning",
    summary="x",
)


@given(st.lists(st.tuples(st.integers(1, 4), st.booleans()), max_size=60))
def test_an_alert_begins_when_its_condition_has_held_for_its_time_and_ends_at_once(looks):
    evaluator, now, held, standing = Evaluator([GROUND]), 0, None, False
    for after, holds_now in looks:
        now += after
        values = series({"price_age_seconds": 2 if holds_now else 1})
        told = [one.state for one in evaluator.look(values, wall=0, now=float(now))]
        held = (held if held is not None else now) if holds_now else None
        stood, standing = standing, holds_now and (standing or now - held >= 5)
        assert told == (["began"] if standing and not stood else ["ended"] * (stood > standing))
        assert bool(evaluator.standing()) is standing


@given(st.lists(st.tuples(st.integers(1, 120), st.integers(0, 3)), min_size=1, max_size=80))
def test_growth_is_what_a_reading_of_all_looks_would_say(looks):
    past = Past({("anomalies", ()): 300.0})
    now, total, kept = 0, 0, []
    for after, more in looks:
        now, total = now + after, total + more
        past.take({"anomalies": {(): float(total)}}, wall=0, now=float(now))
        before = [value for at, value in kept if at <= now - 300]
        kept.append((now, total))
        assert past.grown("anomalies", (), 300.0) == total - (before[-1] if before else 0)
    assert len(past._looks["anomalies", ()]) <= len(looks) + 1


def test_what_stood_at_a_start_ends_or_stands_on_but_never_begins_twice():
    bad, good = series({"price_age_seconds": 9}), series({"price_age_seconds": 0})
    again = Evaluator([GROUND], standing=["Ground", "Gone"])
    assert [one.alert.name for one in again.standing()] == ["Ground"]
    assert again.look(bad, wall=0, now=0.0) == []
    assert again.look(bad, wall=0, now=9.0) == []
    assert [one.state for one in again.look(good, wall=0, now=10.0)] == ["ended"]
    assert again.standing() == []


def alarmed(house, **options):
    told = []
    alarms = Alarms(house.board, house.clock, tell=told.append, every=0.0, **options)
    return alarms, told


def test_a_hold_on_a_real_desk_is_noted_as_an_alert_and_so_is_its_end():
    house = House(slots=1).ticks(1)
    alarms, told = alarmed(house)
    alarms(house.desk, TICK)
    assert told == []
    holds.put_up(house.desk, "venue", "maintenance")
    house.status()
    alarms(house.desk, TICK)
    alarms(house.desk, TICK)
    assert {(one.alert.name, one.state) for one in told} == {("DeskHeld", "began")}
    assert len(told) == 3, "told once, and offered again while it stands"
    holds.take_down(house.desk, "venue", "over")
    house.status()
    alarms(house.desk, TICK)
    assert told[-1].state == "ended"
    noted = [(note.name, note.severity, note.state) for note in house.notes("AlertNoted")]
    assert noted == [("DeskHeld", "warning", "began"), ("DeskHeld", "warning", "ended")]
    assert "fires at >= 1" in house.notes("AlertNoted")[0].detail


def test_an_answer_is_given_once_when_its_alert_begins():
    house, answered = House(slots=1).ticks(1), []
    alarms, _ = alarmed(house, respond=lambda _, one: answered.append(one.alert.answer))
    alarms(house.desk, TICK)
    house.tally.counts.add("intent_duplicate")
    house.status()
    alarms(house.desk, TICK)
    alarms(house.desk, TICK)
    assert answered == ["dry"]


def test_looks_are_no_more_frequent_than_asked_however_quick_the_ticks():
    house = House(slots=1).ticks(1)
    house.clock = FixedClock(10**12)
    alarms = Alarms(house.board, house.clock, tell=lambda _: None, every=1.0)
    taken = []
    alarms._evaluator.look = lambda *_, now, **__: taken.append(now) or []
    for _ in range(100):
        house.clock.sleep(0.1)
        alarms(house.desk, TICK)
    assert 9 <= len(taken) <= 11


def test_a_tick_pays_nothing_for_what_nobody_asks(monkeypatch):
    read, made = [], []
    house = House(slots=2).ticks(1)
    alarms = Alarms(house.board, FixedClock(10**12), tell=lambda _: None, every=1.0)
    monkeypatch.setattr("holdfast.desk.alerts.alarms.read", lambda _: read.append(1) or {})
    monkeypatch.setattr("holdfast.desk.status.metrics.read", lambda _: made.append(1) or {})
    for _ in range(50):
        house.ticks(1)
        alarms(house.desk, TICK)
    assert (len(read), len(made)) == (1, 0)
    house.metrics.render()
    assert len(made) == 1


def test_silence_is_told_by_the_watchdog_and_noted_by_the_next_tick():
    house = House(slots=1).ticks(1)
    ticked = house.board.read().ticked_at
    clock, told = FixedClock(ticked), []
    alarms = Alarms(house.board, clock, tell=told.append)
    clock.sleep(30)
    alarms.watch()
    assert told == []
    clock.sleep(1)
    alarms.watch()
    alarms.watch()
    assert {(one.alert.name, one.state) for one in told} == {("TickSilent", "began")}
    assert house.notes("AlertNoted") == []
    house.ticks(1)
    alarms(house.desk, TICK)
    assert [note.state for note in house.notes("AlertNoted")] == ["began"]
    clock._wall = house.board.read().ticked_at
    alarms.watch()
    alarms(house.desk, TICK)
    assert [note.state for note in house.notes("AlertNoted")] == ["began", "ended"]


def test_the_watchdog_runs_on_its_own_and_stops():
    house, told = House(slots=1).ticks(1), []
    alarms = Alarms(house.board, FixedClock(10**18), tell=told.append)
    alarms.start()
    deadline = time.monotonic() + 10
    while not told and time.monotonic() < deadline:
        time.sleep(0.02)
    alarms.stop()
    assert told[0].alert.name == "TickSilent"
    house.desk.running = False
    house.status()
    told.clear()
    alarms.watch()
    assert told == [], "a desk that stopped on purpose is not silent"
