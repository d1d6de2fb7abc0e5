"""Read the requested mode again and again, and tell the machine; a hanging store holds nobody up.

Rules: on a desk of the machine's own time the reads happen in a daemon thread, under lock-step time
they happen in `tick`; an answer that came too late is no answer; a read that hangs is told as failed by
whoever looks next. Only a LIVE desk renews, only the same grant, and a lost race is left alone.
"""

import threading

import msgspec

from holdfast.domain.bookkeeping import ModeNoted
from holdfast.safety.caps import OverrideFile, cap_of_holds, lowest
from holdfast.safety.execution import ExecutionMode
from holdfast.safety.mode_record import ModeRecord, RecordRejected, moment, parse
from holdfast.safety.mode_state import (
    Booted,
    Capped,
    Measured,
    Mode,
    OrdersCounted,
    ReadFailed,
    ReadGood,
)
from holdfast.safety.mode_store import EpochConflict, ModeStore, StoreFault
from holdfast.telemetry import log

RENEWED = "lease renewed: "


class DeskFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the desk tells the mode each tick.

    `open_orders` counts its own orders that rest, are unknown, or are exits it owes.
    """

    open_orders: int
    unmet: tuple[str, ...]
    holds: frozenset[str] = frozenset()


class ModeReader:
    """The desk's look at the requested mode."""

    def __init__(self, store: ModeStore, execution: ExecutionMode, override: OverrideFile) -> None:
        self.store = store
        self.execution = execution
        self._override = override
        self._clock = execution.clock
        self._began: float | None = None
        self._late = False
        self._last: float | None = None
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def booted(self) -> None:
        """Say that start-up reconciliation is over."""
        self.execution.take(Booted())

    def tick(self, facts: DeskFacts) -> tuple[ModeNoted, ...]:
        """Take in what the desk knows, judge the mode, and return what the desk has to journal.

        The desk's facts come before the read: what hinders a read to count must be of this tick.
        """
        self._report(facts)
        if self._thread is None:
            self.poll()
        else:
            self._overdue()
        self.execution.look()
        return self.execution.take_notes()

    def poll(self) -> None:
        """Read, if a read is due."""
        now = self._clock.monotonic()
        if self._last is None or now - self._last >= self.execution.rules.read_interval_s:
            self.read()

    def read(self) -> None:
        """Read once, and act on what is there."""
        began = self._clock.monotonic()
        self._last, self._late, self._began = began, False, began
        try:
            event = self._answer()
        finally:
            self._began = None
        if self._clock.monotonic() - began > self.execution.rules.read_timeout_s:
            event = ReadFailed(kind="timeout", wall=self._clock.wall())
        if not self._late:
            self.execution.take(event)
        self.execution.look()
        self.execution.resume()
        if isinstance(event, ReadGood) and not self._late:
            self._renew(event.record)

    def start(self) -> None:
        """Read in a daemon thread from now on."""
        self._thread = threading.Thread(target=self._run, name="mode-reader", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop reading; a read that hangs is left to its daemon thread."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(self.execution.rules.read_timeout_s)
        self.store.close()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self.read()
            except Exception:  # noqa: BLE001 (a thread that died would read as health)
                log.exception("a read of the requested mode failed in an unknown way")
                self.execution.take(ReadFailed(kind="exception", wall=self._clock.wall()))
            self._ended.wait(self.execution.rules.read_interval_s)

    def _answer(self) -> ReadGood | ReadFailed:
        try:
            raw = self.store.read()
            wall = self._clock.wall()
            if raw is None:
                return ReadFailed(kind="missing", wall=wall)
            sha = self.execution.profile_sha()
            return ReadGood(record=parse(raw), wall=wall, profile_sha=sha)
        except (StoreFault, RecordRejected) as fault:
            return ReadFailed(kind=fault.kind, wall=self._clock.wall())

    def _overdue(self) -> None:
        began, limit = self._began, self.execution.rules.read_timeout_s
        if began is not None and not self._late and self._clock.monotonic() - began > limit:
            self._late = True
            self.execution.take(ReadFailed(kind="timeout", wall=self._clock.wall()))

    def _report(self, facts: DeskFacts) -> None:
        state = self.execution.state
        level, by = lowest((self._override.cap(), cap_of_holds(facts.holds)))
        if facts.open_orders != state.open_orders:
            self.execution.take(OrdersCounted(facts.open_orders))
        if facts.unmet != state.unmet:
            self.execution.take(Measured(facts.unmet))
        if (level, by) != (state.cap, state.capped_by):
            self.execution.take(Capped(level, by))

    def _renew(self, record: ModeRecord) -> None:
        state, rules = self.execution.state, self.execution.rules
        due = min(rules.renew_after_s, rules.live_lease_s / 3)
        if (
            state.mode is not Mode.LIVE
            or self._clock.monotonic() - state.lease_seen < due
            or state.grant_until <= state.lease_until
        ):
            return
        reason = RENEWED + record.reason.removeprefix(RENEWED)
        renewed = msgspec.structs.replace(
            record,
            epoch=record.epoch + 1,
            issued_at=moment(self._clock.wall()),
            reason=reason[:500],
        )
        try:
            self.store.compare_and_set(record.epoch, renewed)
        except (StoreFault, EpochConflict) as fault:
            log.warning(f"the lease of LIVE was not renewed: {fault}")
