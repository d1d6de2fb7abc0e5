"""Hold the effective mode of one desk for all its threads, and remember its stops on disk.

Rules: the lock is held for the pure step only, never while a file or a store is touched, so no thread
waits for another's input or output; a stop counts in memory first, then on disk, and only then is it
acknowledged; notes wait here until the desk's own thread journals them.
"""

import copy
import threading
from collections import Counter
from collections.abc import Callable

import msgspec

from holdfast.clock import Clock
from holdfast.domain.bookkeeping import ModeNoted
from holdfast.domain.errors import HoldfastError
from holdfast.safety.kill import Latch, StopFiles
from holdfast.safety.mode_machine import step
from holdfast.safety.mode_state import (
    Changed,
    ClockJumped,
    Mode,
    ModeEvent,
    ModeNews,
    ModeRules,
    ModeState,
    PromotionBlocked,
    ReadRejected,
    ResumeAsked,
    ResumeRefused,
    Stopped,
    TimePassed,
)
from holdfast.telemetry import log

LONGEST_BREAK_GLASS_S = 300.0
_Kept = tuple[bool, int | None, int, int]


class StopNotDurable(HoldfastError):
    """The desk is stopped, but its memory of it could not be written: a restart would forget it."""


class Tallies(msgspec.Struct):
    """What was counted since the process started."""

    changes: Counter[tuple[str, str, str]]
    read_failures: Counter[str]
    flap_blocked: int = 0
    clock_jumps: int = 0
    last_cause: str = ""


class ExecutionMode:
    """The effective mode of one desk."""

    def __init__(
        self, rules: ModeRules, files: StopFiles, clock: Clock, profile_sha: Callable[[], str]
    ) -> None:
        self.rules = rules
        self.files = files
        self.clock = clock
        self.profile_sha = profile_sha
        self.tallies = Tallies(changes=Counter(), read_failures=Counter())
        self.latch_fault = ""
        self._state = ModeState(seen_epoch=files.seen())
        self._notes: list[ModeNoted] = []
        self._lock = threading.Lock()
        self._disk = threading.Lock()
        self._kill_stamp = 0
        self._written: _Kept = (False, None, 0, self._state.seen_epoch)
        self._glass_until = 0.0
        self._recall()

    def take(self, event: ModeEvent) -> ModeState:
        """Fold one event in at the present monotonic time, from any thread."""
        with self._lock:
            state, news = step(self._state, event, self.clock.monotonic(), self.rules)
            self._state = state
            for item in news:
                self._tell(item, state)
        if self._kept(state) != self._written:
            self._remember()
        return state

    def look(self) -> ModeState:
        """Let time pass and look at the kill file: what every write is judged by."""
        stamp = self.files.kill_stamp()
        if stamp is None or (self._state.latched and stamp == self._kill_stamp):
            return self.take(TimePassed())
        self._kill_stamp = stamp
        return self.take(Stopped("kill_file", self._state.seen_epoch or None))

    def stop(self, source: str) -> None:
        """Stop at once, from any thread; returns once a restart will remember it."""
        self.take(Stopped(source))
        if self.latch_fault:
            self._remember()
        if self.latch_fault:
            raise StopNotDurable(f"stopped, but not remembered: {self.latch_fault}")

    def resume(self) -> None:
        """Act on an operator's word, where one was left and nothing asks for the stop any more."""
        word = self.files.resumed()
        if word is None:
            return
        if self.files.killed() or not self._state.latched:
            self.files.forget_resume()
            return
        state = self.take(ResumeAsked(word.epoch))
        if state.latched and state.latched_epoch is not None and word.epoch <= state.latched_epoch:
            self.files.forget_resume()

    def break_glass(self, seconds: float, actor: str, reason: str) -> None:
        """Let exits pass an emergency stop for a short while, on a person's word."""
        if not 0 < seconds <= LONGEST_BREAK_GLASS_S:
            raise HoldfastError(f"the glass stays broken for 0 to {LONGEST_BREAK_GLASS_S:.0f} s")
        with self._lock:
            self._glass_until = self.clock.monotonic() + seconds
            mode = self._state.mode
            self._note(mode, mode, f"break_glass:{actor}:{reason}", self._state)

    @property
    def glass_broken(self) -> bool:
        """Say whether exits may pass an emergency stop now."""
        return self.clock.monotonic() < self._glass_until

    @property
    def state(self) -> ModeState:
        """Return the mode as last judged; `look` judges it anew."""
        return self._state

    def adopt(self, rules: ModeRules) -> None:
        """Take up the rules of an edited profile; what they tighten counts at the next look."""
        with self._lock:
            self.rules = rules

    def counted(self) -> Tallies:
        """Copy what was counted, whole."""
        with self._lock:
            return copy.deepcopy(self.tallies)

    def take_notes(self) -> tuple[ModeNoted, ...]:
        """Hand over what the desk's thread has to journal."""
        with self._lock:
            notes, self._notes = self._notes, []
        return tuple(notes)

    def _tell(self, news: ModeNews, state: ModeState) -> None:
        tallies = self.tallies
        match news:
            case Changed(before=before, after=after, cause=cause):
                if {before, after} & {Mode.LIVE, Mode.ESTOP}:
                    tallies.changes[before.value, after.value, cause] += 1
                self._note(before, after, cause, state)
                log.info(f"execution mode {before} -> {after}: {cause}")
            case ReadRejected(kind=kind):
                tallies.read_failures[kind] += 1
            case PromotionBlocked():
                tallies.flap_blocked += 1
                log.warning("mode_flap_blocked: LIVE is refused, the mode changed too often")
            case ClockJumped(seconds=seconds):
                tallies.clock_jumps += 1
                log.warning(f"the wall clock jumped by {seconds:.1f} s")
            case ResumeRefused(reason=reason):
                log.warning(f"the emergency stop stays: {reason}")

    def _note(self, before: Mode, after: Mode, cause: str, state: ModeState) -> None:
        self.tallies.last_cause = cause
        epoch = state.seen_epoch
        self._notes.append(
            ModeNoted(before=before.value, after=after.value, cause=cause, epoch=epoch)
        )

    def _recall(self) -> None:
        latch = self.files.latched()
        if latch is not None:
            self._kill_stamp = latch.kill_stamp
            self.take(Stopped(latch.source, latch.epoch))
        self.look()

    def _kept(self, state: ModeState) -> _Kept:
        stamp = self._kill_stamp if state.latched else 0
        return state.latched, state.latched_epoch, stamp, state.seen_epoch

    def _remember(self) -> None:
        with self._disk:
            state = self._state
            wanted = self._kept(state)
            try:
                if wanted[:3] != self._written[:3]:
                    self._write_latch(state)
                if wanted[3] != self._written[3]:
                    self.files.see(state.seen_epoch)
            except OSError as fault:
                self.latch_fault = fault.strerror or str(fault)
                log.error(f"the execution mode cannot be remembered: {self.latch_fault}")
                return
            self._written, self.latch_fault = wanted, ""

    def _write_latch(self, state: ModeState) -> None:
        if not state.latched:
            self.files.forget()
            return
        latch = Latch(
            source=state.stopped_by,
            reason=self.tallies.last_cause,
            at=self.clock.wall(),
            epoch=state.latched_epoch,
            kill_stamp=self._kill_stamp,
        )
        self.files.latch(latch)
