"""Name what the desk asks the reducer beside executions and ends."""

from decimal import Decimal

import msgspec

from holdfast.domain.observations import End, Execution
from holdfast.domain.slots import Block, Close, LegName


class MarkMoved(msgspec.Struct, frozen=True):
    """The mark reached a place where an entry of the slot may have gone stale."""


class TimeCame(msgspec.Struct, frozen=True):
    """A time was reached at which an exit of the slot may be set aside."""


class EntryWanted(msgspec.Struct, frozen=True, kw_only=True):
    """An idle leg is to have an entry; `amount` overrides the terms'.

    `least_times` asks for so many times the smallest size the venue takes, 0 for the normal one.
    A `block` says that the leg is to have none, and why.
    """

    leg: LegName
    reason: str
    amount: Decimal | None = None
    least_times: int = 0
    block: Block = Block.NONE


class ExitWanted(msgspec.Struct, frozen=True):
    """Exits that are owed and do not rest are to be placed."""


class CancelWanted(msgspec.Struct, frozen=True, kw_only=True):
    """The entries of a slot, or the one named, are to be taken off the book."""

    reason: str
    client_order_id: str | None = None


class SideSuppressed(msgspec.Struct, frozen=True, kw_only=True):
    """A side of a slot without exits is not to be entered: its entry goes, its leg says why."""

    leg: LegName
    why: Block = Block.REGIME


class SoftCloseWanted(msgspec.Struct, frozen=True):
    """A recovery is to rest just off the mark, whatever its own target was."""

    recovery_id: int


class ReleaseWanted(msgspec.Struct, frozen=True, kw_only=True):
    """The exit a leg owes is to be given up."""

    leg: LegName
    close: Close
    reason: str


class CancelFailed(msgspec.Struct, frozen=True, kw_only=True):
    """The venue refused to cancel an exit that is being given up; it rests on."""

    client_order_id: str
    reason: str


Input = (
    Execution
    | End
    | MarkMoved
    | TimeCame
    | EntryWanted
    | ExitWanted
    | CancelWanted
    | SideSuppressed
    | SoftCloseWanted
    | ReleaseWanted
    | CancelFailed
)
