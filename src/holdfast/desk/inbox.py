"""Take commands from other threads to the one thread that may touch the desk, between steps."""

import queue
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from holdfast.desk.desk import Desk

Command = Callable[[Desk], Any]


class Inbox:
    """Commands in the order in which they came; each is answered through a future."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[tuple[Command, Future[Any]]] = queue.SimpleQueue()

    def ask(self, command: Command) -> Future[Any]:
        """Hand a command over; called from any thread."""
        answer: Future[Any] = Future()
        self._queue.put((command, answer))
        return answer

    def drain(self, desk: Desk) -> int:
        """Run what has come; called from the desk's thread."""
        done = 0
        while not self._queue.empty():
            self._run(desk, *self._queue.get())
            done += 1
        return done

    def wait(self, desk: Desk, seconds: float) -> None:
        """Run commands as they come until `seconds` have passed."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                command, answer = self._queue.get(timeout=left)
            except queue.Empty:
                return
            self._run(desk, command, answer)

    def _run(self, desk: Desk, command: Command, answer: "Future[Any]") -> None:
        if not answer.set_running_or_notify_cancel():
            return
        try:
            answer.set_result(command(desk))
        except Exception as error:  # noqa: BLE001 (the asker gets it, whatever it is)
            answer.set_exception(error)
        finally:
            desk.watch_again()
