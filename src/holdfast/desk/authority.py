"""Say what kinds of writes may leave now; a desk on paper has a free hand.

An authority only answers. It is asked before a decision is taken, so that nothing is decided that may
not be sent; the venue's boundary asks again in the moment a request leaves.
"""

from typing import Final, Literal, Protocol

Write = Literal["entry", "exit", "cancel"]


class Authority(Protocol):
    """Whoever says what may leave now."""

    @property
    def epoch(self) -> int:
        """Return the number of the permission in force, 0 for none."""

    def may(self, write: Write) -> bool:
        """Say whether writes of a kind may leave; moving an order counts as its role."""

    def withdraws(self) -> str:
        """Say why resting entries are to be taken off the book, empty while they may stay."""

    def prepare(self) -> None:
        """Get ready for requests that are about to be committed and sent."""


class FreeHand:
    """Everything may leave: no money is at stake."""

    epoch = 0

    def may(self, write: Write) -> bool:
        """Allow."""
        del write
        return True

    def withdraws(self) -> str:
        """Withdraw nothing."""
        return ""

    def prepare(self) -> None:
        """Need nothing."""


FREE_HAND: Final = FreeHand()
