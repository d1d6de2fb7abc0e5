"""Turn Ctrl-C into a request to end in good order; pressed again, it interrupts as ever.

Rules: the first press raises nothing and so cannot be lost; where Ctrl-C was switched off for this
process, it stays off; the handler before is put back.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

HEARD = b"\nholdfast: stopping after the look in hand; press Ctrl-C again to stop at once\n"


@contextmanager
def first_press(ask: Callable[[], None]) -> Iterator[None]:
    """Call `ask` at the first Ctrl-C inside."""
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:
        yield
        return

    def heard(number: int, frame: FrameType | None) -> None:
        del number, frame
        signal.signal(signal.SIGINT, before)
        ask()
        with suppress(OSError):  # unbuffered: a stream may be in the middle of a write of its own
            os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, HEARD)

    signal.signal(signal.SIGINT, heard)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
