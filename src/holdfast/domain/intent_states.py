"""Say how far an order's way to the venue can be, and which state may follow which.

A state is left only by evidence. From a terminal state nothing leads away: what is heard later (a
late execution) is booked by an event of its own. Operations 2.4, with two additions: a venue may end
an order that nobody here asked to end, and what was never sent may be given up or asked to be ended.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class IntentState(StrEnum):
    """How far the venue is known to have taken an order."""

    CREATED = "created"
    SUBMITTING = "submitting"
    UNKNOWN = "unknown"
    OPEN = "open"
    PARTIAL = "partial"
    AMENDING = "amending"
    CANCELING = "canceling"
    FILLED = "filled"
    CANCELED = "canceled"
    CANCELED_PARTIAL = "canceled_partial"
    EXPIRED = "expired"
    EXPIRED_PARTIAL = "expired_partial"
    REJECTED = "rejected"
    NOT_PLACED = "not_placed"
    ABORTED = "aborted"


_S = IntentState
TERMINAL: frozenset[IntentState] = frozenset(
    {
        _S.FILLED,
        _S.CANCELED,
        _S.CANCELED_PARTIAL,
        _S.EXPIRED,
        _S.EXPIRED_PARTIAL,
        _S.REJECTED,
        _S.NOT_PLACED,
        _S.ABORTED,
    }
)
_ENDED_OPEN = frozenset(
    {_S.FILLED, _S.CANCELED, _S.CANCELED_PARTIAL, _S.EXPIRED, _S.EXPIRED_PARTIAL}
)
_AT_REST = frozenset({_S.OPEN, _S.PARTIAL})
LEGAL: Mapping[IntentState, frozenset[IntentState]] = MappingProxyType(
    {
        _S.CREATED: frozenset({_S.SUBMITTING, _S.CANCELING, _S.ABORTED}),
        _S.SUBMITTING: frozenset({_S.OPEN, _S.REJECTED, _S.UNKNOWN}),
        _S.UNKNOWN: _AT_REST | _ENDED_OPEN | {_S.NOT_PLACED},
        _S.OPEN: _ENDED_OPEN | {_S.PARTIAL, _S.AMENDING, _S.CANCELING},
        _S.PARTIAL: _ENDED_OPEN | {_S.AMENDING, _S.CANCELING},
        _S.AMENDING: _ENDED_OPEN | _AT_REST | {_S.CANCELING},
        _S.CANCELING: _ENDED_OPEN | {_S.REJECTED, _S.NOT_PLACED, _S.ABORTED},
        **dict.fromkeys(TERMINAL, frozenset[IntentState]()),
    }
)


def is_legal(before: IntentState, after: IntentState) -> bool:
    """Say whether a state may follow another."""
    return after in LEGAL[before]
