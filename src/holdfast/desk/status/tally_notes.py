"""Count what the desk notes about itself: each kind of note, and the counters it moves."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from holdfast.desk.status.counts import Counts
from holdfast.domain.bookkeeping import (
    AlertNoted,
    EvidenceNoted,
    IntentResolved,
    ModeNoted,
    ReceiptsNoted,
    ReconcileNoted,
    ReloadNoted,
    RiskNoted,
    SignalNoted,
    SimulatedNoted,
)


def _answered(counts: Counts, note: ReceiptsNoted) -> None:
    for name, ids in (("amends", note.repriced), ("cancels", note.canceled)):
        if ids:
            counts.add(name, "accepted", by=len(ids))
    if note.unknown:
        counts.add("orders_unknown", by=len(note.unknown))


def _reconciled(counts: Counts, note: ReconcileNoted) -> None:
    counts.add("reconcile_runs", "agreed" if note.agreed else "differs")
    counts.add("fills_replayed", by=note.filled)
    counts.add("foreign_orders", by=len(note.foreign))


def _reloaded(counts: Counts, note: ReloadNoted) -> None:
    counts.add("profile_reloads", note.result)


def _resolved(counts: Counts, note: IntentResolved) -> None:
    counts.add("orders_unknown_resolved", note.outcome)


def _simulated(counts: Counts, note: SimulatedNoted) -> None:
    counts.add("orders_simulated", note.role, note.side)


def _mode(counts: Counts, note: ModeNoted) -> None:
    counts.add("mode_changes", note.before, note.after, note.cause)
    if "LIVE" in {note.before, note.after}:  # to arm takes steps of its own, which are no flapping
        counts.add("mode_flips")


def _refused(counts: Counts, note: RiskNoted) -> None:
    counts.add("risk_rejections", note.code)


def _signal(counts: Counts, note: SignalNoted) -> None:
    counts.add("signals_received", note.source, note.state)


def _alert(counts: Counts, note: AlertNoted) -> None:
    counts.add("alerts", note.name, note.state)
    counts.set("alert_standing", float(note.state == "began"), note.name)


def _evidence(counts: Counts, note: EvidenceNoted) -> None:
    if note.kind == "drill" and not note.step:
        counts.add("drill_runs", note.name, note.verdict)


NOTES: Mapping[type, Callable[[Counts, Any], None]] = MappingProxyType(
    {
        ReceiptsNoted: _answered,
        ReconcileNoted: _reconciled,
        ReloadNoted: _reloaded,
        IntentResolved: _resolved,
        SimulatedNoted: _simulated,
        ModeNoted: _mode,
        RiskNoted: _refused,
        SignalNoted: _signal,
        AlertNoted: _alert,
        EvidenceNoted: _evidence,
    }
)
