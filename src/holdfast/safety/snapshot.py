"""Show the execution mode to status, metrics and people: one immutable look from any thread."""

from datetime import datetime

import msgspec

from holdfast.safety.execution import ExecutionMode
from holdfast.safety.mode_state import Mode, ModeRules, ModeState, effective_level


class ChangeCount(msgspec.Struct, frozen=True):
    """How often the mode went from one state to another for one cause."""

    before: str
    after: str
    cause: str
    count: int


class ModeSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """How the mode stands; seconds are of the monotonic clock, None where nothing is known."""

    effective: str
    state: str
    last_cause: str
    epoch: int
    requested: str | None
    requested_by: str | None
    requested_for: str | None
    expires_at: datetime | None
    streak: int
    arm_reads: int
    read_age_s: float | None
    lease_remaining_s: float | None
    estop_active: bool
    stopped_by: str
    latched_epoch: int | None
    latch_fault: str
    highest: str
    cap: str
    capped_by: str
    unmet: tuple[str, ...]
    open_orders: int
    flap_blocked: bool
    flap_clear_in_s: float
    changes: tuple[ChangeCount, ...]
    read_failures: dict[str, int]
    flap_blocked_total: int
    clock_jumps_total: int


def snapshot(execution: ExecutionMode) -> ModeSnapshot:
    """Look at the mode as it stands at this moment."""
    state, rules = execution.look(), execution.rules
    now, tallies, record = execution.clock.monotonic(), execution.counted(), state.record
    leased = state.mode is Mode.LIVE or state.streak > 0
    return ModeSnapshot(
        effective=effective_level(state, rules),
        state=state.mode.value,
        last_cause=tallies.last_cause,
        epoch=state.seen_epoch,
        requested=record.requested if record else None,
        requested_by=record.actor if record else None,
        requested_for=record.reason if record else None,
        expires_at=record.expires_at if record else None,
        streak=state.streak,
        arm_reads=rules.arm_reads,
        read_age_s=None if state.last_good is None else now - state.last_good,
        lease_remaining_s=max(0.0, state.lease_until - now) if leased else None,
        estop_active=state.latched,
        stopped_by=state.stopped_by,
        latched_epoch=state.latched_epoch,
        latch_fault=execution.latch_fault,
        highest=rules.most,
        cap=state.cap,
        capped_by=state.capped_by,
        unmet=state.unmet,
        open_orders=state.open_orders,
        flap_blocked=state.flap_blocked,
        flap_clear_in_s=_flap_clear(state, rules, now),
        changes=tuple(ChangeCount(*key, count) for key, count in sorted(tallies.changes.items())),
        read_failures=dict(tallies.read_failures),
        flap_blocked_total=tallies.flap_blocked,
        clock_jumps_total=tallies.clock_jumps,
    )


def _flap_clear(state: ModeState, rules: ModeRules, now: float) -> float:
    recent = [edge for edge in state.edges if now - edge < rules.flap_window_s]
    if len(recent) < rules.flap_changes:
        return 0.0
    return recent[len(recent) - rules.flap_changes] + rules.flap_window_s - now
