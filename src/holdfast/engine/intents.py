"""Fold what was decided, sent, answered and heard into the state of each order's way to the venue.

One machine serves the running desk, the ledger's tables and the tests: `steps` names the states an
entry leads an order through, in order, with the evidence. A step the table of states forbids is
told as illegal and taken all the same, since the venue is right about what happened.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from holdfast.domain.bookkeeping import Note, ReceiptsNoted, SubmissionNoted
from holdfast.domain.events import (
    CancelAsked,
    Event,
    OrderEnded,
    OrderFilled,
    OrderPlaced,
    OrderRepriced,
)
from holdfast.domain.intent_states import TERMINAL, IntentState, is_legal
from holdfast.domain.money import ZERO

_S = IntentState
NOT_PLACED, ABORTED = "not_placed", "aborted"  # reasons of an end that say what was proven


class Standing(msgspec.Struct):
    """Where one live order stands, and since which market time."""

    state: IntentState
    since: int
    filled: Decimal = ZERO
    steps: int = 0


class Moved(msgspec.Struct, frozen=True):
    """One order went from one state to the next; `before` is None for a new order."""

    client_order_id: str
    before: IntentState | None
    after: IntentState
    evidence: str
    legal: bool = True


class Intents:
    """The live orders of a desk by their states."""

    def __init__(self) -> None:
        self.live: dict[str, Standing] = {}
        self.illegal = 0

    def take(self, at: int, entry: Event | Note) -> list[Moved]:
        """Take one entry in; return the steps it made."""
        return [
            self._move(at, client_order_id, after, evidence)
            for client_order_id, after, evidence in steps(self.live, entry)
        ]

    def _move(self, at: int, client_order_id: str, after: IntentState, evidence: str) -> Moved:
        standing = self.live.get(client_order_id)
        if standing is None:
            self.live[client_order_id] = Standing(after, at)
            return Moved(client_order_id, None, after, evidence)
        before = standing.state
        legal = is_legal(before, after)
        self.illegal += not legal
        standing.state, standing.since = after, at
        standing.steps += 1
        if after in TERMINAL:
            del self.live[client_order_id]
        return Moved(client_order_id, before, after, evidence, legal)


Step = tuple[str, IntentState, str]


def steps(live: Mapping[str, Standing], entry: Event | Note) -> Iterator[Step]:
    """Name what an entry does to the orders it is about; an order that is over is not stepped."""
    rule = _RULES.get(type(entry))
    return iter(()) if rule is None else rule(live, entry)


def _placed(live: Mapping[str, Standing], event: OrderPlaced) -> Iterator[Step]:
    del live
    yield event.client_order_id, _S.CREATED, event.reason


def _submitted(live: Mapping[str, Standing], note: SubmissionNoted) -> Iterator[Step]:
    if note.action != "place":
        return
    for name in note.ids:
        standing = live.get(name)
        if standing is not None and standing.state is _S.CREATED:
            yield name, _S.SUBMITTING, f"epoch {note.epoch}"


def _answered(live: Mapping[str, Standing], note: ReceiptsNoted) -> Iterator[Step]:
    for name in note.accepted:
        yield from _opened(live.get(name), name, "accepted")
    for name, evidence in (*_each(note.repriced, "moved"), *_each(note.refused, "not moved")):
        standing = live.get(name)
        if standing is not None and standing.state is _S.AMENDING:
            yield name, _at_rest(standing), evidence
    for name in note.unknown:
        standing = live.get(name)
        if standing is not None and standing.state in {_S.CREATED, _S.SUBMITTING}:
            if standing.state is _S.CREATED:
                yield name, _S.SUBMITTING, "sent"
            yield name, _S.UNKNOWN, "no answer"


def _each(names: tuple[str, ...], evidence: str) -> list[tuple[str, str]]:
    return [(name, evidence) for name in names]


def _opened(standing: Standing | None, name: str, evidence: str) -> Iterator[Step]:
    if standing is None:
        return
    if standing.state is _S.CREATED:  # a venue that answers at once needs no note of its own
        yield name, _S.SUBMITTING, "sent"
    if standing.state in {_S.CREATED, _S.SUBMITTING, _S.UNKNOWN}:
        yield name, _S.OPEN, evidence


def _filled(live: Mapping[str, Standing], event: OrderFilled) -> Iterator[Step]:
    name, standing = event.client_order_id, live.get(event.client_order_id)
    if standing is None:
        return
    standing.filled += event.size
    yield from _opened(standing, name, f"execution {event.fill_id}")
    if event.complete:
        yield name, _S.FILLED, f"execution {event.fill_id}"
    elif standing.state is _S.OPEN:
        yield name, _S.PARTIAL, f"execution {event.fill_id}"


def _repriced(live: Mapping[str, Standing], event: OrderRepriced) -> Iterator[Step]:
    standing = live.get(event.client_order_id)
    if standing is not None and standing.state not in {_S.CREATED, _S.AMENDING}:
        yield event.client_order_id, _S.AMENDING, event.reason


def _cancel_asked(live: Mapping[str, Standing], event: CancelAsked) -> Iterator[Step]:
    standing = live.get(event.client_order_id)
    if standing is not None and standing.state not in {_S.UNKNOWN, _S.SUBMITTING, _S.CANCELING}:
        yield event.client_order_id, _S.CANCELING, event.reason


def _ended(live: Mapping[str, Standing], event: OrderEnded) -> Iterator[Step]:
    name, standing = event.client_order_id, live.get(event.client_order_id)
    if standing is None:
        return
    after = _end_of(event, standing)
    if after in {_S.REJECTED, _S.NOT_PLACED} and standing.state is _S.CREATED:
        yield name, _S.SUBMITTING, "sent"
    if after is _S.NOT_PLACED and standing.state is _S.SUBMITTING:
        yield name, _S.UNKNOWN, "no answer"
    if after in _LEFT_OPEN and standing.state in {_S.CREATED, _S.SUBMITTING}:
        yield from _opened(standing, name, event.status)
    yield name, after, event.reason or event.status


def _end_of(event: OrderEnded, standing: Standing) -> IntentState:
    if event.status == "refused":
        return {NOT_PLACED: _S.NOT_PLACED, ABORTED: _S.ABORTED}.get(event.reason, _S.REJECTED)
    if event.status == "filled":
        return _S.FILLED
    part = bool(event.filled or standing.filled)
    if event.status == "expired":
        return _S.EXPIRED_PARTIAL if part else _S.EXPIRED
    return _S.CANCELED_PARTIAL if part else _S.CANCELED


def _at_rest(standing: Standing) -> IntentState:
    return _S.PARTIAL if standing.filled else _S.OPEN


_LEFT_OPEN = frozenset(
    {_S.FILLED, _S.CANCELED, _S.CANCELED_PARTIAL, _S.EXPIRED, _S.EXPIRED_PARTIAL}
)
_RULES: Mapping[type, Callable[[Mapping[str, Standing], Any], Iterator[Step]]] = {
    OrderPlaced: _placed,
    SubmissionNoted: _submitted,
    ReceiptsNoted: _answered,
    OrderFilled: _filled,
    OrderRepriced: _repriced,
    CancelAsked: _cancel_asked,
    OrderEnded: _ended,
}
