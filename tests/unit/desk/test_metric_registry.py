"""The metric table: names that stay, labels that stay few, and counts that anybody may add."""

import re
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

sys.path.insert(0, str(Path(__file__).parent))

from small_desk import House

from holdfast.clock import FixedClock, SystemClock
from holdfast.desk.status.board import StatusBoard
from holdfast.desk.status.counts import Counts
from holdfast.desk.status.metric_registry import BY_NAME, METRICS
from holdfast.desk.status.metric_spec import OTHER, Label
from holdfast.desk.status.metrics import Metrics
from holdfast.domain.bookkeeping import (
    AlertNoted,
    IntentResolved,
    ModeNoted,
    ReceiptsNoted,
    ReconcileNoted,
    RiskNoted,
    SignalNoted,
    SimulatedNoted,
)

MOST_SERIES = 600  # of one metric, were every label full
COUNTERS = [spec for spec in METRICS if spec.kind == "counter"]
# spec 4.5, by name; what we show under the words of the style page stands beside it
PLANNED = [
    "ticks", "tick_overrun", "orders_submitted", "orders_submit_failed", "orders_unknown",
    "orders_unknown_resolved", "intents_created", "intent_duplicate_suppressed",
    "intent_duplicate", "intent_conflict", "intent_illegal_transition", "fills_booked",
    "fills_replayed", "late_fill", "partial_fill_cancel", "amends", "cancels", "mode_changes",
    "mode_read_failures", "mode_flap_blocked", "mode_clock_jump", "risk_rejections",
    "signals_received", "reconcile_runs", "foreign_orders", "api_calls", "api_rate_limited",
    "ledger_write_errors", "secrets_redacted", "drill_runs", "profile_promotions", "migrations",
    "mode_effective", "mode_epoch", "mode_health_streak", "mode_read_age_seconds",
    "mode_lease_remaining_seconds", "estop_active", "open_orders", "open_order_drift",
    "open_order_headroom", "intents_in_state", "oldest_unknown_intent_seconds",
    "price_age_seconds", "balance", "recon_drift_pct", "equity_quote", "realized_pnl_quote",
    "unrealized_pnl_quote", "daily_loss_quote", "daily_loss_limit_quote", "exposure_quote",
    "exposure_cap_quote", "order_notional_max_quote", "stage_index", "regime",
    "regime_confidence", "regime_tier", "subsidy_balance_quote", "positions_in_band",
    "stuck_capital_pct", "last_success_timestamp", "build_info", "tick_duration_seconds",
    "api_latency_seconds", "submit_to_ack_seconds", "order_to_fill_seconds",
    "reconcile_duration_seconds", "ledger_commit_seconds",
]  # fmt: skip


@pytest.mark.parametrize("name", PLANNED)
def test_every_metric_that_was_planned_is_declared(name):
    assert name in BY_NAME


@pytest.mark.parametrize("spec", METRICS, ids=lambda spec: spec.name)
def test_a_metric_is_named_as_prometheus_wants_it(spec):
    assert re.fullmatch(r"[a-z][a-z0-9_]*", spec.name)
    assert not spec.name.endswith("_total")
    assert spec.meaning.endswith(".")
    assert len({label.name for label in spec.labels}) == len(spec.labels)
    assert bool(spec.buckets) == (spec.kind == "histogram")
    assert list(spec.buckets) == sorted(spec.buckets)
    for unit, ending in (("seconds", ("_seconds", "_timestamp")), ("quote", ("_quote", "price"))):
        assert (spec.unit == unit) <= spec.name.endswith(ending)


def test_names_are_there_once():
    assert len(BY_NAME) == len(METRICS)


@pytest.mark.parametrize("spec", METRICS, ids=lambda spec: spec.name)
def test_a_metric_can_never_have_many_series(spec):
    assert spec.bound <= MOST_SERIES, spec.bound
    assert "slot" not in {label.name for label in spec.labels}


@given(st.lists(st.text(max_size=60), max_size=120))
def test_whatever_comes_a_label_stays_within_its_bound(words):
    open_label, closed = Label("code", most=4), Label("side", ("buy", "sell"))
    seen = set()
    shown = {open_label.takes(word, seen) for word in words}
    assert len(shown) <= open_label.bound == 5
    assert shown <= {*words, OTHER}
    assert {closed.takes(word, set()) for word in words} <= {"buy", "sell", OTHER}


@given(
    st.lists(
        st.tuples(st.sampled_from(COUNTERS), st.lists(st.text(max_size=50), min_size=4)),
        max_size=200,
    )
)
def test_counters_keep_their_sum_and_their_bound_under_any_labels(asked):
    counts = Counts()
    for spec, words in asked:
        counts.add(spec.name, *words[: len(spec.labels)])
    told = counts.told()
    assert sum(told.values()) == len(asked)
    for spec in COUNTERS:
        assert len([key for key in told if key[0] == spec.name]) <= spec.bound


def test_a_label_takes_the_last_word_that_fits_and_not_the_next():
    label, seen = Label("code", most=2), set()
    assert [label.takes(word, seen) for word in ("a", "b", "c", "a")] == ["a", "b", OTHER, "a"]
    assert label.takes("x" * 40, set()) == "x" * 40
    assert label.takes("x" * 41, set()) == OTHER
    assert label.takes("token=1 2", set()) == OTHER


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda counts: counts.add("nonsense"), "is no counter"),
        (lambda counts: counts.add("mode_epoch"), "is no counter"),
        (lambda counts: counts.set("orders_unknown", 1), "is no gauge"),
        (lambda counts: counts.add("orders_submitted", "entry"), "takes 2 labels, 1 were given"),
        (lambda counts: counts.ask("mode_epoch", lambda: 1, "x"), "takes 0 labels"),
    ],
)
def test_what_the_table_does_not_declare_cannot_be_counted(call, problem):
    counts = Counts()
    with pytest.raises(ValueError, match=problem):
        call(counts)
    assert counts.told() == {}


def test_many_threads_count_without_losing_one():
    counts = Counts()

    def work():
        for _ in range(2_000):
            counts.add("api_calls", "AddOrder", "ok")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts.told() == {("api_calls", "AddOrder", "ok"): 8_000}


def test_gauges_are_set_asked_and_let_go():
    counts = Counts()
    ages = iter([1.5, None])
    counts.ask("mode_read_age_seconds", lambda: next(ages))
    counts.set("mode_epoch", 3)
    assert counts.told() == {("mode_epoch",): 3, ("mode_read_age_seconds",): 1.5}
    counts.drop("mode_epoch")
    counts.drop("mode_epoch")
    assert counts.told() == {}


def samples(house):
    families = text_string_to_metric_families(house.metrics.render().decode())
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


def test_what_the_desk_notes_is_counted_and_shown():
    house = House(slots=1).ticks(1)
    house.desk.note(
        ModeNoted(before="DRY", after="LIVE", cause="armed", epoch=1),
        RiskNoted(
            slot=0, leg="A", code="order_rate", codes=("order_rate",), limit="1", observed="2",
            policy="stage",
        ),
        SignalNoted(source="tv", signal_id="1", payload_sha="a", kind="open", state="rejected"),
        SimulatedNoted(slot=0, leg="A", role="entry", side="sell", price="1", size="1"),
        IntentResolved(client_order_id="x", outcome="NOT_PLACED", evidence="two looks"),
        ReceiptsNoted(repriced=("a", "b"), unknown=("c",)),
        ReconcileNoted(resent=0, adopted=0, filled=2, ended=0, foreign=("f",), agreed=False),
        AlertNoted(name="PriceStale", severity="warning", state="began", detail=""),
    )  # fmt: skip
    house.status()
    read = samples(house)
    assert read["holdfast_mode_changes_total", "DRY", "LIVE", "armed"] == 1
    assert read["holdfast_mode_flips_total",] == 1
    assert read["holdfast_risk_rejections_total", "order_rate"] == 1
    assert read["holdfast_signals_received_total", "rejected", "tv"] == 1
    assert read["holdfast_orders_simulated_total", "entry", "sell"] == 1
    assert read["holdfast_orders_unknown_resolved_total", "NOT_PLACED"] == 1
    assert read["holdfast_amends_total", "accepted"] == 2
    assert read["holdfast_orders_unknown_total",] == 1
    assert read["holdfast_fills_replayed_total",] == 2
    assert read["holdfast_foreign_orders_total",] == 1
    assert read["holdfast_reconcile_runs_total", "differs"] == 1
    assert read["holdfast_alert_standing", "PriceStale"] == 1
    house.desk.note(AlertNoted(name="PriceStale", severity="warning", state="ended", detail=""))
    house.status()
    assert samples(house)["holdfast_alert_standing", "PriceStale"] == 0


def test_a_counter_without_labels_is_zero_from_the_start_and_a_planned_one_is_absent():
    read = samples(House(slots=1).ticks(1))
    for spec in METRICS:
        mine = [key for key in read if key[0] == spec.exposed]
        if spec.since:
            assert mine == [], spec.name
        for zero in spec.zeros:
            assert (spec.exposed, *sorted(zero)) in read


def test_a_duration_reaches_its_histogram_and_a_planned_one_appears_with_its_first():
    metrics = Metrics(StatusBoard(), FixedClock(), Counts())
    assert b"holdfast_api_latency_seconds_count" not in metrics.render()
    metrics.counts.time("api_latency_seconds", 0.2, "AddOrder")
    metrics.counts.time("order_to_fill_seconds", 61.0)
    text = metrics.render().decode()
    assert 'holdfast_api_latency_seconds_count{endpoint="AddOrder"} 1.0' in text
    assert 'holdfast_order_to_fill_seconds_bucket{le="600.0"} 1.0' in text


def test_a_slow_answer_to_a_scraper_is_counted_as_one():
    class Slow(FixedClock):
        def monotonic(self):
            self.sleep(0.4 if self.wall() < 1_000_000 else 0.6)
            return super().monotonic()

    metrics = Metrics(StatusBoard(), Slow(), Counts())
    metrics.render()
    metrics.render()
    told = metrics.counts.told()
    assert told["metrics_renders", "slow"] == 1
    assert told["metrics_renders", "fast"] == 1


def test_order_to_fill_is_timed_on_a_trading_desk():
    house = House(slots=4).ticks(300)
    read = samples(house)
    assert read["holdfast_order_to_fill_seconds_count",] > 0


def test_durations_go_nowhere_while_nobody_keeps_them():
    counts = Counts()
    counts.time("order_to_fill_seconds", 1.0)
    assert counts.told() == {}
    assert Metrics(StatusBoard(), SystemClock(), counts).counts is counts
