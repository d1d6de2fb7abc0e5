"""Run ticks until told to stop: the desk's main thread.

The stop flag is looked at between ticks, so the write in hand is always finished. The wait between
candles is spent on commands. `speed` changes only that wait.
"""

import signal
from collections.abc import Callable, Sequence
from decimal import Decimal
from types import FrameType

from holdfast.desk.desk import Desk
from holdfast.desk.inbox import Inbox
from holdfast.desk.session import Orchestrator
from holdfast.desk.settle import settle
from holdfast.desk.startup import retire_flat
from holdfast.desk.tick import TickSummary, close_tick, minute_over, tick
from holdfast.domain.bookkeeping import OrchestrationNoted, SessionStopped

AfterTick = Callable[[Desk, TickSummary], None]
EXIT_SECONDS = 5.0
RESTART_CODE = 75


class Loop:
    """The life of a desk between its start and its stop."""

    def __init__(
        self,
        desk: Desk,
        inbox: Inbox,
        orchestrator: Orchestrator,
        *,
        candle_seconds: int,
        speed: Decimal,
        candles: int | None = None,
        between: Sequence[Callable[[Desk], None]] = (),
        after: Sequence[AfterTick] = (),
        wait: Callable[[float], None] | None = None,
    ) -> None:
        self.desk = desk
        self.inbox = inbox
        self.orchestrator = orchestrator
        self.pause = float(candle_seconds / speed) if speed > 0 else 0.0
        self.left = candles
        self.between = between
        self.after = after
        self.stop_reason: str | None = None
        self.exit_code = 0
        self._wait = wait
        self._state = "none"

    def stop(self, reason: str, exit_code: int = 0) -> None:
        """Ask the loop to end after the tick in hand; the first reason counts."""
        if self.stop_reason is None:
            self.stop_reason = reason
            self.exit_code = exit_code

    def own_signals(self) -> None:
        """Stop cleanly on SIGTERM and SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def run(self) -> int:
        """Run until stopped or until the candles are over; return the exit code."""
        self.orchestrator.attach()
        changed = True
        while self.stop_reason is None:
            started = self.desk.clock.monotonic()
            summary = self._turn(changed_last=changed)
            changed = summary.last_sequence >= summary.first_sequence
            if summary.over:
                self.stop("process exit")
                break
            if self.left is not None:
                self.left -= 1
                if self.left <= 0:
                    self.stop("process exit")
            self._rest(started)
        return self.exit_code

    def finish(self) -> None:
        """Leave nothing in flight and note the stop; the ledger is closed by who opened it."""
        if not self.desk.venue.endless:  # there, what is in flight is proven by the next start
            settle(self.desk)
        self.desk.running = False
        self.desk.note(
            SessionStopped(epoch=self.desk.books.epoch, reason=self.stop_reason or "process exit")
        )

    def _turn(self, *, changed_last: bool) -> TickSummary:
        desk, orchestrator = self.desk, self.orchestrator
        self.inbox.drain(desk)
        for hook in self.between:
            hook(desk)
        if orchestrator.wants(minute_over=minute_over(desk), changed_last=changed_last):
            done = orchestrator.bracket(desk.tick_number + 1, lambda: tick(desk, self.inbox))
            summary = done.summary
            close_tick(desk, summary, orchestrated=done.orchestrated, task_run=done.task_run)
            desk.counters.unorchestrated += not done.orchestrated
        else:
            summary = tick(desk, self.inbox)
            close_tick(desk, summary, orchestrated=False, task_run="")
        self._note_orchestrator()
        retire_flat(desk)
        for tell in self.after:
            tell(desk, summary)
        if orchestrator.stop_asked():
            self.stop("orchestrator")
        return summary

    def _note_orchestrator(self) -> None:
        state = self.orchestrator.state()
        if state != self._state:
            self._state = state
            self.desk.note(OrchestrationNoted(state=state, detail=""))

    def _rest(self, started: float) -> None:
        left = self.pause - (self.desk.clock.monotonic() - started)
        if self._wait is not None:
            if left > 0 and self.stop_reason is None:
                self._wait(left)
            return
        while left > 0 and self.stop_reason is None:
            self.inbox.wait(self.desk, min(left, 0.25))
            left = self.pause - (self.desk.clock.monotonic() - started)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        del frame
        self.stop(f"signal {number}")
