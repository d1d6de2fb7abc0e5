"""Send messages to one address from a thread of its own, so that nobody waits for it.

Rules: the queue is bounded, and what does not fit is dropped and counted; a message is tried three
times; neither a failure nor its reason names the address, which may hold a secret.
"""

import queue
import threading
from typing import Protocol

from holdfast.clock import Clock
from holdfast.desk.notify.admission import Admission
from holdfast.desk.notify.messages import Message
from holdfast.desk.status.counts import Counts
from holdfast.telemetry import log

QUEUED = 64
PAUSES = (2.0, 10.0)


class Target(Protocol):
    """An address that takes messages."""

    def deliver(self, message: Message) -> bool:
        """Send one; say whether it arrived."""


class Outlet:
    """One address, its queue and its thread; `number` is its place in the profile."""

    def __init__(
        self,
        number: int,
        target: Target,
        admission: Admission,
        counts: Counts,
        clock: Clock,
        *,
        queued: int = QUEUED,
        pauses: tuple[float, ...] = PAUSES,
    ) -> None:
        self._number = number
        self._target = target
        self._admission = admission
        self._counts = counts
        self._clock = clock
        self._pauses = pauses
        self._queue: queue.Queue[Message | None] = queue.Queue(queued)
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"notify-{number}", daemon=True)

    def offer(self, message: Message) -> None:
        """Take a message in where it is worth one; returns at once, called from any thread."""
        with self._lock:
            verdict = self._admission.judge(message, self._clock.monotonic())
        if verdict == "limited":
            self._counts.add("notifications", "limited")
        if verdict != "send":
            return
        try:
            self._queue.put_nowait(message)
        except queue.Full:
            self._lost(message, "dropped")

    def start(self) -> None:
        """Start to send."""
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Send what waits if that takes no longer than so many seconds; else leave it."""
        self._stopping.set()
        try:
            self._queue.put_nowait(None)
        except queue.Full:
            log.warning(f"address {self._number} of notify_urls: messages were left unsent")
        if self._thread.is_alive():
            self._thread.join(seconds)
        self._over.set()

    def _run(self) -> None:
        while (message := self._queue.get()) is not None:
            self._send(message)
            if self._over.is_set() or (self._stopping.is_set() and self._queue.empty()):
                return

    def _send(self, message: Message) -> None:
        for pause in (*self._pauses, None):
            if self._tried(message):
                self._counts.add("notifications", "sent")
                return
            if pause is None or self._stopping.wait(pause):
                break
        self._lost(message, "failed")
        log.warning(
            f"address {self._number} of notify_urls did not take {message.key} {message.state}"
        )

    def _tried(self, message: Message) -> bool:
        try:
            return self._target.deliver(message)
        except Exception as error:  # noqa: BLE001 (a plugin may raise anything; the desk goes on)
            log.warning(f"address {self._number} of notify_urls: {type(error).__name__}")
            return False

    def _lost(self, message: Message, result: str) -> None:
        with self._lock:
            self._admission.forget(message)
        self._counts.add("notifications", result)
