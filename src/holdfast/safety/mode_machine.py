"""Decide the effective mode: one pure function of state, event and monotonic time.

Rules: time is judged before the event, so a late event never finds a stale LIVE; whatever tightens
happens at once and is never damped; LIVE is entered in one place, `_promote`, after spaced good reads;
nothing but an operator's resume leaves ESTOP, and it leads to DRY.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from holdfast.safety.mode_record import ModeRecord
from holdfast.safety.mode_state import (
    Booted,
    Capped,
    Changed,
    ClockJumped,
    FlapAcknowledged,
    Measured,
    Mode,
    ModeEvent,
    ModeNews,
    ModeRules,
    ModeState,
    OrdersCounted,
    PromotionBlocked,
    ReadFailed,
    ReadGood,
    ReadRejected,
    ResumeAsked,
    ResumeRefused,
    Stopped,
    TimePassed,
)

MOST_STREAK = 999
_LIVE_LEVELS = ("CANARY_LIVE", "LIVE")
_ARMABLE = (Mode.DRY, Mode.ARMING, Mode.DRAIN)


def step(
    state: ModeState, event: ModeEvent, now: float, rules: ModeRules
) -> tuple[ModeState, tuple[ModeNews, ...]]:
    """Fold one event into the mode, and tell what came of it."""
    turn = _Turn(state, now, rules)
    turn.judge_time()
    if not isinstance(event, TimePassed):
        TAKES[type(event)](turn, event)
    turn.settle_drain()
    return turn.state, tuple(turn.news)


class _Turn:
    def __init__(self, state: ModeState, now: float, rules: ModeRules) -> None:
        self.state = state
        self.now = now
        self.rules = rules
        self.news: list[ModeNews] = []

    def boot(self, _: Booted) -> None:
        if self.state.mode is Mode.BOOT:
            self._move(Mode.DRY, "boot")

    def cap(self, event: Capped) -> None:
        self._set(cap=event.level, capped_by=event.by)
        if event.level not in _LIVE_LEVELS:
            self._demote(f"capped:{event.by}")

    def read_failed(self, event: ReadFailed) -> None:
        self._watch_clocks(event.wall)
        self._fail(event.kind)

    def count_orders(self, event: OrdersCounted) -> None:
        self._set(open_orders=event.count)

    def measure(self, event: Measured) -> None:
        self._set(unmet=event.unmet)

    def acknowledge(self, _: FlapAcknowledged) -> None:
        self._set(flap_acknowledged=self.state.flap_blocked)

    def judge_time(self) -> None:
        state = self.state
        if state.mode is not Mode.LIVE and not state.streak:
            return
        if state.last_good is None or self.now - state.last_good > self.rules.max_read_age_s:
            self._demote("stale")
        elif self.now > state.lease_until:
            self._demote("lease_expired")
        elif self.rules.most not in _LIVE_LEVELS:
            self._demote("capped:profile")

    def settle_drain(self) -> None:
        if self.state.mode is Mode.DRAIN and self.state.open_orders == 0:
            self._move(Mode.ARMING if self.state.streak else Mode.DRY, "drained")

    def read(self, event: ReadGood) -> None:
        record, state = event.record, self.state
        if record.env != self.rules.env:
            self._watch_clocks(event.wall)
            self._fail("wrong_env")
            return
        if record.estop:
            self.stop(Stopped("store", record.epoch))
        jumped = self._watch_clocks(event.wall)
        if record.epoch < state.seen_epoch:
            self._fail("older_epoch")
        elif state.record and state.record.epoch == record.epoch and state.record != record:
            self._fail("epoch_conflict")
        else:
            self._accept(event, jumped=jumped)

    def _accept(self, event: ReadGood, *, jumped: bool) -> None:
        record = event.record
        if self.state.latched and self.state.latched_epoch is None:
            self._set(latched_epoch=record.epoch)
        self._take_up(record, event.wall)
        if record.requested != "LIVE":
            self._set(last_good=self.now)
            self._demote("requested_dry")
        elif record.expires_us <= event.wall or self.now > self.state.lease_until:
            self._fail("expired")
        elif record.profile_sha != event.profile_sha:
            self._fail("profile_mismatch")
        else:
            self._set(last_good=self.now)
            self._live_read(jumped=jumped)

    def _take_up(self, record: ModeRecord, wall: int) -> None:
        """Anchor the lease of a new epoch; the same grant renewed never reaches beyond itself."""
        state, before = self.state, self.state.record
        if before is not None and before.epoch == record.epoch:
            return
        grant = state.grant_until
        if before is None or before.expires_at != record.expires_at:
            grant = self.now + (record.expires_us - wall) / 1_000_000
            if state.flap_blocked and record.requested == "LIVE":
                self._set(flap_acknowledged=True)
        self._set(
            record=record,
            seen_epoch=record.epoch,
            lease_seen=self.now,
            lease_until=min(self.now + self.rules.live_lease_s, grant),
            grant_until=grant,
        )

    def _live_read(self, *, jumped: bool) -> None:
        mode = self.state.mode
        if mode is Mode.LIVE:
            self._set(streak=min(self.state.streak + 1, MOST_STREAK))
        elif mode in _ARMABLE:
            hindrance = self._hindrance()
            if hindrance:
                self._demote(hindrance)
            elif not jumped:
                self._count()

    def _hindrance(self) -> str:
        if self.rules.most not in _LIVE_LEVELS:
            return "capped:profile"
        if self.state.cap not in _LIVE_LEVELS:
            return f"capped:{self.state.capped_by}"
        return f"precondition:{self.state.unmet[0]}" if self.state.unmet else ""

    def _count(self) -> None:
        state = self.state
        if not state.streak:
            self._set(streak=1, first_counted=self.now, last_counted=self.now)
            if state.mode is Mode.DRY:
                self._move(Mode.ARMING, "requested_live")
            return
        if self.now - state.last_counted >= self.rules.arm_spacing_s:
            streak = min(state.streak + 1, MOST_STREAK)
            self._set(streak=streak, last_counted=self.now)
        span = self.now - self.state.first_counted
        if self.state.streak >= self.rules.arm_reads and span >= self.rules.arm_min_span_s:
            self._promote()

    def _promote(self) -> None:
        state, rules = self.state, self.rules
        recent = tuple(edge for edge in state.edges if self.now - edge < rules.flap_window_s)
        if len(recent) >= rules.flap_changes and not state.flap_acknowledged:
            if not state.flap_blocked:
                self.news.append(PromotionBlocked())
            self._set(flap_blocked=True)
            return
        self._set(flap_blocked=False, flap_acknowledged=False)
        self._move(Mode.LIVE, "armed")

    def _fail(self, kind: str) -> None:
        self.news.append(ReadRejected(kind))
        self._demote(f"read_{kind}")

    def _demote(self, cause: str) -> None:
        self._set(streak=0)
        if self.state.mode is Mode.LIVE:
            self._move(Mode.DRAIN if self.state.open_orders else Mode.DRY, cause)
        elif self.state.mode is Mode.ARMING:
            self._move(Mode.DRY, cause)

    def stop(self, event: Stopped) -> None:
        state = self.state
        known = max(state.seen_epoch, event.epoch or 0, state.latched_epoch or 0)
        first = not state.latched
        if first or event.epoch is not None:
            self._set(latched=True, latched_epoch=known or None, streak=0)
        if first:
            self._set(stopped_by=event.source)
        if state.mode is not Mode.ESTOP:
            self._move(Mode.ESTOP, f"estop:{event.source}")

    def resume(self, event: ResumeAsked) -> None:
        reason = self._still_stopped(event.epoch)
        if reason:
            self.news.append(ResumeRefused(reason))
            return
        self._set(latched=False, latched_epoch=None, stopped_by="", streak=0)
        self._move(Mode.DRY, "resume")

    def _still_stopped(self, epoch: int) -> str:
        state = self.state
        if state.mode is not Mode.ESTOP:
            return "there is no emergency stop"
        if state.record is None or state.last_good is None:
            return "no record of the requested mode was read"
        if self.now - state.last_good > self.rules.max_read_age_s:
            return "the last good read is too old"
        if state.record.estop:
            return "the record still asks for the stop"
        if state.latched_epoch is None or state.record.epoch <= state.latched_epoch:
            return f"the record's epoch {state.record.epoch} is not above {state.latched_epoch}"
        if epoch != state.record.epoch:
            return f"the operator saw epoch {epoch}, the record has {state.record.epoch}"
        return ""

    def _watch_clocks(self, wall: int) -> bool:
        before = self.state.clocks
        self._set(clocks=(wall, self.now))
        if before is None:
            return False
        apart = (wall - before[0]) / 1_000_000 - (self.now - before[1])
        if abs(apart) <= self.rules.clock_jump_s:
            return False
        self.news.append(ClockJumped(apart))
        if self.state.mode is Mode.LIVE:
            self._set(streak=0)
        else:
            self._demote("clock_jump")
        return True

    def _move(self, to: Mode, cause: str) -> None:
        before = self.state.mode
        if before is to:
            return
        self._set(mode=to)
        if Mode.LIVE in (before, to):
            window = self.rules.flap_window_s
            kept = tuple(edge for edge in self.state.edges if self.now - edge < window)
            self._set(edges=(*kept, self.now))
        self.news.append(Changed(before, to, cause))

    def _set(self, **fields: object) -> None:
        self.state = msgspec.structs.replace(self.state, **fields)


TAKES: Mapping[type, Callable[[_Turn, Any], None]] = MappingProxyType(
    {
        ReadGood: _Turn.read,
        ReadFailed: _Turn.read_failed,
        Booted: _Turn.boot,
        OrdersCounted: _Turn.count_orders,
        Measured: _Turn.measure,
        Capped: _Turn.cap,
        Stopped: _Turn.stop,
        ResumeAsked: _Turn.resume,
        FlapAcknowledged: _Turn.acknowledge,
    }
)
