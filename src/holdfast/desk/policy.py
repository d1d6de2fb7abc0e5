"""Name what a desk may be equipped with beside its slots: advisers on entries, and policies.

A policy decides at times of its own: signals at the close of a candle, releases, repairs. It names
the market time at which it next has something to do, so that quiet steps are still passed over.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol, TypeVar

from holdfast.domain.slots import Slot
from holdfast.engine.advice import Advice

if TYPE_CHECKING:  # a turn holds its desk, and a desk its policies
    from holdfast.desk.turn import Turn

Seated = TypeVar("Seated")


def without(seated: Iterable[Seated], *kinds: type) -> tuple[Seated, ...]:
    """Leave out those of certain kinds: whoever seats newer ones begins with the rest.

    >>> without((1, "two", 3.0), int, float)
    ('two',)
    """
    return tuple(one for one in seated if not isinstance(one, kinds))


class Adviser(Protocol):
    """Whoever narrows or shapes the entries of a slot."""

    def advise(self, slot: Slot, now: int) -> Advice:
        """Say what holds for this slot's entries now; NO_ADVICE for nothing."""


class Policy(Protocol):
    """Whoever decides beside the slots, in the same step and the same transaction."""

    def due(self) -> int:
        """Return the market time at which there is next something to decide, NEVER for none."""

    def decide(self, turn: "Turn") -> None:
        """Look, and add what follows to the turn's events, notes and intents."""
