"""Hold what policies tell a desk of the steps to come, beside the times at which they are due."""

from collections.abc import Callable
from decimal import Decimal


class Outlook:
    """What is suppressed when, which mark is waited for, and the step that was spared."""

    __slots__ = ("passed", "suppressed", "suppression", "wakes_above")

    def __init__(self) -> None:
        self.suppression: Callable[[int], object] | None = None  # what is suppressed at a time
        self.suppressed: object = None  # what it last said; None before it was asked
        self.wakes_above: Callable[[], Decimal | None] | None = None  # a mark a policy waits for
        self.passed: Callable[[int], None] | None = None  # catches up with a step that was spared
