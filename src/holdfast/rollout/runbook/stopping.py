"""Let a person end a run before its time.

Rules: asking sets a flag and raises nothing, because what a signal raises is dropped where it meets a
destructor or a callback; the walk looks at the flag before every step and look, and all through a wait.
"""

from holdfast.clock import Clock

SLICE = 0.2  # of a wait, in seconds: how late the flag may be seen


class Stop:
    """Whether a run was asked to end."""

    def __init__(self) -> None:
        self.asked = False

    def ask(self) -> None:
        """Ask the run to end."""
        self.asked = True

    def wait(self, clock: Clock, seconds: float) -> None:
        """Wait, and no longer than until it is asked."""
        left = seconds
        while left > 0 and not self.asked:
            clock.sleep(min(left, SLICE))
            left -= SLICE
