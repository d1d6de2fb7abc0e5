"""Know every signal that ever came, by source and id, and how far each is.

The book is a fold of `SignalNoted` notes; a key that was seen once is never new again.
"""

from collections.abc import Iterable

import msgspec

from holdfast.desk.listener.signals import Signal, asked_of, read_arguments
from holdfast.domain.bookkeeping import Note, SignalNoted

RECEIVED = "received"
EVALUATED = "evaluated"
REJECTED = "rejected"
INTENT_CREATED = "intent_created"
DONE = "done"
ENDED = frozenset({REJECTED, DONE})
Key = tuple[str, str]


class Known(msgspec.Struct, kw_only=True):
    """What is remembered of one signal; `signal` only until it has ended."""

    payload_sha: str
    state: str
    signal: Signal | None


class SignalBook:
    """Every signal, folded."""

    def __init__(self, notes: Iterable[Note] = ()) -> None:
        self._known: dict[Key, Known] = {}
        self._pending: dict[Key, None] = {}
        for note in notes:
            self.apply(note)

    def apply(self, note: Note) -> None:
        """Take a note in; any but ours is passed over."""
        if not isinstance(note, SignalNoted):
            return
        key = note.source, note.signal_id
        known = self._known.get(key)
        if known is None:
            if note.state == RECEIVED:
                self.remember(note, note.detail)
            return
        known.state = note.state
        if note.state in ENDED:
            known.signal = None
            self._pending.pop(key, None)

    def remember(self, note: SignalNoted, asked: str) -> None:
        """Take in a signal as a ledger has it, in the state it is in by now."""
        key = note.source, note.signal_id
        signal = None if note.state in ENDED else signal_of(note, asked)
        self._known[key] = Known(payload_sha=note.payload_sha, state=note.state, signal=signal)
        if signal is not None:
            self._pending[key] = None

    def known(self, key: Key) -> Known | None:
        """Return what is remembered of a key."""
        return self._known.get(key)

    def pending(self) -> tuple[Known, ...]:
        """List the signals that have not ended, in the order in which they came."""
        return tuple(self._known[key] for key in self._pending)


def signal_of(note: SignalNoted, asked: str) -> Signal:
    """Make a signal again out of its first note."""
    kept = asked_of(asked)
    return Signal(
        source=note.source,
        signal_id=note.signal_id,
        payload_sha=note.payload_sha,
        kind=note.kind,
        principal=kept.principal,
        arguments=read_arguments(note.kind, kept.arguments),
        sent_at=kept.sent_at,
        expires_at=kept.expires_at,
    )
