"""Say what any store of the requested record owes: a look, and a change that only one setter wins.

Rules: `read` answers with what is stored, unjudged; a store that cannot answer raises StoreFault and
never guesses. A change names the epoch it replaces; where that is no longer there, nothing is written.
"""

from typing import Protocol

from holdfast.domain.errors import HoldfastError
from holdfast.safety.mode_record import ModeRecord


class StoreFault(HoldfastError):
    """The store of the requested mode did not answer; `kind` is exception or timeout."""

    def __init__(self, detail: str, kind: str = "exception") -> None:
        super().__init__(detail)
        self.kind = kind


class EpochConflict(HoldfastError):
    """Somebody else changed the requested mode first; nothing was written."""

    def __init__(self, expected: int, found: int) -> None:
        super().__init__(
            f"the requested mode was changed by somebody else: epoch {found} is there, not {expected};"
            " look with `holdfast mode show` and ask again"
        )
        self.found = found


class ModeStore(Protocol):
    """Where the requested record of one account is kept."""

    name: str

    def read(self) -> bytes | None:
        """Return the stored document, None where there is none; raise StoreFault."""

    def compare_and_set(self, expected: int, record: ModeRecord) -> None:
        """Store a record of a higher epoch, if `expected` is the epoch there (0 where none is)."""

    def warnings(self) -> tuple[str, ...]:
        """Say what about this store could lose a record."""

    def close(self) -> None:
        """Let go of connections."""


def must_rise(expected: int, record: ModeRecord) -> None:
    """Raise EpochConflict where a change would not raise the epoch."""
    if record.epoch <= expected:
        raise EpochConflict(expected, record.epoch)
