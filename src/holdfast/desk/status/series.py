"""Read a snapshot as series: the one reading that exporter and alerts share."""

from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from typing import Any

from holdfast.desk.holds import NAMES
from holdfast.desk.status.board import Snapshot
from holdfast.desk.status.metric_registry import METRICS, MODES

Values = dict[tuple[str, ...], float]
Series = dict[str, Values]
REGIMES = ("bearish", "ranging", "bullish")
_VERSION = version("holdfast")
_PLAIN: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "open_order_headroom": lambda s: s["capacity_fill_health"]["open_order_headroom"],
    "projected_headroom": lambda s: s["capacity_fill_health"]["projection"]["worst_case_headroom"],
    "entries_resting": lambda s: s["capacity_fill_health"]["projection"]["entries_resting"],
    "fee_differs": lambda s: s["sizing"]["fee_tier"]["differs"],
    "price_age_seconds": lambda s: s["price_age_sec"],
    "price": lambda s: s["price"],
    "equity_quote": lambda s: s["balance_health"]["equity_quote"],
    "realized_pnl_quote": lambda s: s["total_profit"],
    "unrealized_pnl_quote": lambda s: s["total_unrealized_profit"],
    "daily_loss_quote": lambda s: s["daily_realized_loss_utc"],
    "daily_loss_limit_quote": lambda s: s["daily_loss_limit"],
    "stuck_capital_pct": lambda s: s["slot_vintage"]["stuck_capital_pct"],
    "stuck_capital_limit_pct": lambda s: s["release_health"]["max_stuck_pct"],
    "waiting_exits": lambda s: s["slot_vintage"]["waiting_exits"],
    "oldest_exit_age_seconds": lambda s: s["slot_vintage"]["oldest_exit_age_sec"],
    "release_gate_blocked": lambda s: s["release_health"]["recon_hard_gate_blocked"],
    "recovery_pressure": lambda s: s["legacy"]["recovery_pressure"],
    "slots": lambda s: s["slot_count"],
    "pending_entries": lambda s: s["entry_scheduler"]["pending_entries"],
    "ledger_sequence": lambda s: s["ledger_sequence"],
    "regime_confidence": lambda s: s["hmm_regime"]["confidence"] or 0,
    "regime_tier": lambda s: s["regime_directional"]["tier"],
    "regime_model_overdue": lambda s: s["hmm_data_pipeline"]["overdue"],
    "adx": lambda s: s["trend"]["adx"] or 0,
}
_ZEROS: Series = {
    spec.name: dict.fromkeys(spec.zeros, 0.0) for spec in METRICS if spec.zeros
}  # what is there before anything was counted


def read(snapshot: Snapshot) -> Series:
    """Return every series of a snapshot: name without prefix, label values in their order, value."""
    series: Series = {name: dict(zeros) for name, zeros in _ZEROS.items()}
    status = snapshot.status
    told = (*_counted(snapshot), *_status(status), *_one_sided(status), *_facts(snapshot))
    for name, labels, value in told:
        series.setdefault(name, {})[labels] = float(value)
    return series


def _counted(snapshot: Snapshot) -> Iterator[tuple[str, tuple[str, ...], float]]:
    counters = snapshot.counters
    yield "ticks", ("unorchestrated",), counters.unorchestrated
    yield "ticks", ("ok",), counters.ticks - counters.unorchestrated
    yield "steps", (), counters.steps
    yield "anomalies", (), counters.anomalies
    for (name, *labels), value in snapshot.counts.items():
        yield name, tuple(labels), value


def _status(status: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...], Any]]:
    for name, ask in _PLAIN.items():
        value = ask(status)
        if value is not None:
            yield name, (), value
    yield "open_orders", ("local",), status["capacity_fill_health"]["open_orders_current"]
    for phase, count in status["phases"].items():
        yield "slots_in_phase", (phase,), count
    for mode in MODES:
        yield "mode", (mode,), mode == status["mode"]
    yield from _regime(status)
    standing = {hold["name"] for hold in status["holds"]}
    for name in NAMES:
        yield "hold", (name,), name in standing
    yield "estop_active", (), "estop" in standing
    for part in ("reconcile", "replay", "bootstrap", "total"):
        if status[f"startup_{part}_ms"] is not None:
            yield "startup_milliseconds", (part,), status[f"startup_{part}_ms"]
    yield from _balances(status)


def _balances(status: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...], Any]]:
    for basis in ("mark_to_market", "quote_only"):
        yield "idle_quote_ratio", (basis,), status["rebalancer"][f"idle_ratio_{basis}"]
    for asset, kinds in status["balance_health"]["assets"].items():
        for kind, name in (("total", "total"), ("free", "free"), ("held", "reserved")):
            yield "balance", (asset, name), kinds[kind]


def _one_sided(status: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...], float]]:
    for side, sources in status["bring_up"]["by_source"].items():
        for source in {"balance", "regime", *sources}:
            yield "one_sided_slots", (side, source), sources.get(source, 0)


def _regime(status: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...], Any]]:
    for regime in REGIMES:
        yield "regime", (regime,), status["hmm_regime"]["regime"] == regime.upper()
    yield "gate_shadowed_entries", ("regime",), status["regime_directional"]["shadowed_entries"]
    yield "gate_shadowed_entries", ("momentum",), status["trend"]["momentum_shadowed_entries"]


def _facts(snapshot: Snapshot) -> Iterator[tuple[str, tuple[str, ...], float]]:
    status = snapshot.status
    facts = (_VERSION, status["profile_digest"][:12], status["env"], status["pair"])
    yield "build_info", facts, 1
    yield "tick_silence_limit_seconds", (), snapshot.silence
    if snapshot.ticked_at:
        yield "last_success_timestamp", ("tick",), snapshot.ticked_at / 1_000_000
