"""Tell Prometheus what the desk counts, with few labels and under names that stay.

Gauges and counters are read off the newest snapshot when somebody asks, so that a tick pays for two
observations of time and nothing else. Counters are of this process.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import version
from typing import Any

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from holdfast.clock import Clock
from holdfast.desk.desk import Desk
from holdfast.desk.holds import NAMES
from holdfast.desk.status.board import Snapshot, StatusBoard
from holdfast.desk.tick import TickSummary

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
MODES = ("INIT", "RUNNING", "PAUSED", "HALTED")
TICK_BUCKETS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
COMMIT_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1)
_PREFIX = "holdfast_"
_COUNTED: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("submitted", "orders_submitted", "Orders decided and sent.", ("role", "side")),
    ("failed", "orders_submit_failed", "Orders the venue refused.", ("class",)),
    ("unknown", "orders_unknown", "Requests whose outcome was not known.", ()),
    ("fills", "fills_booked", "Executions booked.", ("role", "liquidity")),
    ("partial_cancel", "partial_fill_cancel", "Orders that ended with a part filled.", ()),
    ("amends", "amends", "Orders moved in place.", ("result",)),
    ("cancels", "cancels", "Cancels.", ("result",)),
    ("cycles", "cycles", "Round trips booked.", ("reason",)),
    ("reconciled", "reconcile_runs", "Comparisons with the venue.", ("result",)),
    ("reloads", "profile_reloads", "Edits of the profile that were seen.", ("result",)),
)
_PLAIN: tuple[tuple[str, str, Callable[[Mapping[str, Any]], Any]], ...] = (
    ("open_order_headroom", "Orders that may still rest.", lambda s: s["capacity_fill_health"]["open_order_headroom"]),
    ("price_age_seconds", "Machine time since the last look at the market.", lambda s: s["price_age_sec"]),
    ("price", "Price of the last look.", lambda s: s["price"]),
    ("equity_quote", "Worth of the account in quote.", lambda s: s["balance_health"]["equity_quote"]),
    ("realized_pnl_quote", "Net of all booked cycles.", lambda s: s["total_profit"]),
    ("unrealized_pnl_quote", "What open exits would give at the price, before fees.", lambda s: s["total_unrealized_profit"]),
    ("daily_loss_quote", "Losses of the UTC day of market time.", lambda s: s["daily_realized_loss_utc"]),
    ("daily_loss_limit_quote", "Loss of a day that holds the desk; 0 is off.", lambda s: s["daily_loss_limit"]),
    ("stuck_capital_pct", "Part of the account in exits that wait too long.", lambda s: s["slot_vintage"]["stuck_capital_pct"]),
    ("slots", "Slots of the desk.", lambda s: s["slot_count"]),
    ("pending_entries", "Entries that wait for their turn.", lambda s: s["entry_scheduler"]["pending_entries"]),
    ("ledger_sequence", "Last row of the ledger.", lambda s: s["ledger_sequence"]),
)  # fmt: skip


class Metrics:
    """One registry for one desk."""

    def __init__(self, board: StatusBoard, clock: Clock) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(_Snapshots(board))
        self._clock = clock
        self._begun = clock.monotonic()
        self._tick = Histogram(
            f"{_PREFIX}tick_duration_seconds",
            "Machine time of a tick.",
            buckets=TICK_BUCKETS,
            registry=self.registry,
        )
        self._commit = Histogram(
            f"{_PREFIX}ledger_commit_seconds",
            "Machine time of a commit.",
            buckets=COMMIT_BUCKETS,
            registry=self.registry,
        )

    def tick_begins(self, desk: Desk) -> None:
        """Start the watch; a hook before a tick."""
        del desk
        self._begun = self._clock.monotonic()

    def tick_ends(self, desk: Desk, summary: TickSummary) -> None:
        """Stop the watch; a hook after a tick."""
        del desk, summary
        self._tick.observe(self._clock.monotonic() - self._begun)

    def committed(self, seconds: float) -> None:
        """Take in how long a commit took."""
        self._commit.observe(seconds)

    def render(self) -> bytes:
        """Write everything as Prometheus text."""
        return generate_latest(self.registry)


class _Snapshots(Collector):
    def __init__(self, board: StatusBoard) -> None:
        self._board = board

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        snapshot = self._board.read()
        if snapshot is None:
            return
        yield from _counters(snapshot)
        yield from _gauges(snapshot)


def _counters(snapshot: Snapshot) -> Iterator[Metric]:
    counters = snapshot.counters
    ticks = CounterMetricFamily(f"{_PREFIX}ticks", "Ticks run.", labels=["result"])
    ticks.add_metric(["unorchestrated"], counters.unorchestrated)
    ticks.add_metric(["ok"], counters.ticks - counters.unorchestrated)
    yield ticks
    yield CounterMetricFamily(f"{_PREFIX}steps", "Steps decided.", value=counters.steps)
    yield CounterMetricFamily(
        f"{_PREFIX}anomalies", "Things seen that must not be.", value=counters.anomalies
    )
    for key, name, meaning, labels in _COUNTED:
        family = CounterMetricFamily(f"{_PREFIX}{name}", meaning, labels=labels)
        for told, count in snapshot.counts.items():
            if told[0] == key:
                family.add_metric([str(label) for label in told[1:]], count)
        if not family.samples and not labels:
            family.add_metric([], 0)
        yield family


def _gauges(snapshot: Snapshot) -> Iterator[Metric]:
    status = snapshot.status
    for name, meaning, read in _PLAIN:
        value = read(status)
        if value is not None:
            yield GaugeMetricFamily(f"{_PREFIX}{name}", meaning, value=float(value))
    health = status["capacity_fill_health"]
    yield _labelled(
        "open_orders", "Orders that rest.", "source", {"local": health["open_orders_current"]}
    )
    yield _labelled("slots_in_phase", "Slots by phase.", "phase", status["phases"])
    modes = {mode: int(mode == status["mode"]) for mode in MODES}
    yield _labelled("mode", "Mode of the desk, one of them 1.", "mode", modes)
    standing = {hold["name"] for hold in status["holds"]}
    yield _labelled(
        "hold", "Holds that stand.", "name", {name: int(name in standing) for name in NAMES}
    )
    yield GaugeMetricFamily(
        f"{_PREFIX}estop_active", "1 in an emergency stop.", value="estop" in standing
    )
    wall = {"tick": snapshot.ticked_at / 1_000_000}
    yield _labelled("last_success_timestamp", "Last success of each flow.", "flow", wall)
    balance = GaugeMetricFamily(
        f"{_PREFIX}balance", "What the books hold.", labels=["asset", "kind"]
    )
    for asset, kinds in status["balance_health"]["assets"].items():
        for kind, name in (("total", "total"), ("free", "free"), ("held", "reserved")):
            balance.add_metric([asset, name], float(kinds[kind]))
    yield balance
    build = GaugeMetricFamily(
        f"{_PREFIX}build_info", "What runs.", labels=["version", "profile_sha", "env", "symbol"]
    )
    facts = [version("holdfast"), status["profile_digest"][:12], status["env"], status["pair"]]
    build.add_metric(facts, 1)
    yield build


def _labelled(name: str, meaning: str, label: str, values: Mapping[str, Any]) -> Metric:
    family = GaugeMetricFamily(f"{_PREFIX}{name}", meaning, labels=[label])
    for key, value in values.items():
        family.add_metric([key], float(value))
    return family
