"""Tell the ends of orders until they have been heard.

Rules: an end shown with a step counts as heard when the desk comes back for the next step of the same
walk. A walk that was left, or a process that died, may not have heard it: then it is shown again.
"""

from holdfast.domain.observations import End


class Ends:
    """The ends that wait to be heard, oldest first."""

    __slots__ = ("_shown", "heard", "waiting")

    def __init__(self, waiting: tuple[End, ...] = ()) -> None:
        self.waiting = list(waiting)
        self.heard = 0  # since this was last written down
        self._shown = 0

    def add(self, end: End) -> None:
        """Let an end wait."""
        self.waiting.append(end)

    def show(self) -> tuple[End, ...]:
        """Hand over all that wait."""
        self._shown = len(self.waiting)
        return tuple(self.waiting)

    def come_back(self) -> None:
        """Take what was shown as heard."""
        if self._shown:
            self.drop(self._shown)
            self.heard += self._shown
            self._shown = 0

    def drop(self, count: int) -> None:
        """Forget the oldest."""
        del self.waiting[:count]
