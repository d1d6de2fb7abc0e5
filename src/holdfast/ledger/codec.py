"""Turn events into canonical JSON and back, totally: every type, every field, nothing else.

Canonical JSON: fields in the order in which their type declares them, keys of maps sorted, no
blanks, decimals as text. The event hash is SHA-256 over `[stream,type,version,market_time,payload],`
of each domain event, in order, with that payload.
"""

import hashlib
from collections.abc import Sequence
from functools import cache
from typing import Any, get_args

import msgspec

from holdfast.domain.bookkeeping import Note
from holdfast.domain.errors import LedgerCorrupt
from holdfast.domain.events import Event

_ENCODER = msgspec.json.Encoder(order="deterministic")
_ENCODE, _ENCODE_INTO = _ENCODER.encode, _ENCODER.encode_into
TYPES: dict[str, type] = {kind.__name__: kind for kind in (*get_args(Event), *get_args(Note))}


def encode(entry: Event | Note) -> bytes:
    """Write the payload of an entry as canonical JSON."""
    return _ENCODE(entry)


def decode(name: str, version: int, payload: bytes | str) -> Any:  # noqa: ANN401 (the union)
    """Read an entry back; raise LedgerCorrupt for a type, version or field we do not know."""
    kind = TYPES.get(name)
    if kind is None or kind.version != version:  # type: ignore[attr-defined]  # every entry has one
        raise LedgerCorrupt(f"event type {name} version {version} is not known to this build")
    try:
        return _decoder(kind).decode(payload)
    except msgspec.MsgspecError as error:
        raise LedgerCorrupt(f"payload of {name} cannot be read: {error}") from error


def is_domain(entry: Event | Note) -> bool:
    """Say whether the event hash covers an entry."""
    return not entry.stream.startswith("ops/")


class EventHash:
    """The running digest over domain events."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._buffer = bytearray()

    def add(self, at: int, entry: Event | Note, payload: bytes) -> None:
        """Take one entry in whose payload is encoded already."""
        head = _HEADS[type(entry)]
        if head is not None:
            self._digest.update(b"[" + bytes(head) + f",{at},".encode() + payload + b"],")

    def take(self, commits: Sequence[tuple[int, Sequence[Event | Note]]]) -> None:
        """Take in commits with their market times, encoding what it covers in one go."""
        lines = [
            (head, at, entry)
            for at, entries in commits
            for entry in entries
            if (head := _HEADS[type(entry)]) is not None
        ]
        if lines:
            _ENCODE_INTO(lines, self._buffer)  # which stays as large as it once was
            with memoryview(self._buffer) as text:
                self._digest.update(text[1:-1])
            self._digest.update(b",")

    def add_row(self, stream: str, name: str, version: int, at: int, payload: str) -> None:
        """Take one stored row in, without decoding it."""
        if not stream.startswith("ops/"):
            self._digest.update(f'["{stream}","{name}",{version},{at},{payload}],'.encode())

    def hexdigest(self) -> str:
        """Return the digest so far."""
        return self._digest.hexdigest()


def _head(kind: Any) -> msgspec.Raw | None:  # noqa: ANN401 (an entry class)
    if kind.stream.startswith("ops/"):
        return None
    return msgspec.Raw(f'"{kind.stream}","{kind.__name__}",{kind.version}'.encode())


@cache
def _decoder(kind: type) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind, strict=False)


# What a line of the event hash begins with is the same for a type, so it is written out once.
_HEADS: dict[type, msgspec.Raw | None] = {kind: _head(kind) for kind in TYPES.values()}
