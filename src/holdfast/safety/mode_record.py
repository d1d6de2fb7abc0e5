"""Read and write the requested record: what an operator asked the desks of one account to do.

Rules: a document is taken whole or not at all; nothing in it has a default; a key said twice, a number
written as text or a time without UTC rejects all of it. Whether a good record is acted on (its
environment, epoch, expiry, profile) is judged by the machine, not here.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec

from holdfast.domain.errors import HoldfastError

LARGEST = 16_384
_EPOCH_BEGAN = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Text = Annotated[str, msgspec.Meta(max_length=500, pattern=r"\S")]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class RecordRejected(HoldfastError):
    """A document is not a requested record; `kind` is bad_json or wrong_schema."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(f"the requested mode is rejected whole: {detail}")
        self.kind = kind


class ModeRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is requested, by whom, why, and until when; `epoch` fences every older request."""

    schema: Literal[1]
    env: Text
    requested: Literal["DRY", "LIVE"]
    estop: bool
    epoch: Annotated[int, msgspec.Meta(ge=1, le=2**62)]
    issued_at: Moment
    expires_at: Moment | None
    actor: Text
    reason: Text
    profile_sha: Text

    @property
    def expires_us(self) -> int:
        """Say when a LIVE request ends, in µs UTC; 0 where it never does."""
        return 0 if self.expires_at is None else microseconds(self.expires_at)

    @property
    def digest(self) -> str:
        """Name the content, so that two documents of one epoch can be told apart."""
        return hashlib.sha256(encode(self)).hexdigest()


def parse(raw: bytes) -> ModeRecord:
    """Take a document whole, or raise RecordRejected."""
    record = _typed(_document(raw))
    times = [record.issued_at] + ([record.expires_at] if record.expires_at else [])
    if any(each.utcoffset() != timedelta(0) for each in times):
        raise RecordRejected("wrong_schema", "times must be UTC")
    if (record.requested == "LIVE") != (record.expires_at is not None):
        raise RecordRejected("wrong_schema", "LIVE needs expires_at, and only LIVE has one")
    if record.expires_at is not None and record.expires_at <= record.issued_at:
        raise RecordRejected("wrong_schema", "expires_at is not after issued_at")
    return record


def encode(record: ModeRecord) -> bytes:
    """Write a record the one way it is written."""
    return msgspec.json.encode(record, order="sorted")


def epoch_in(raw: bytes | None) -> int:
    """Say which epoch a stored document claims; 0 where there is none or it cannot be read."""
    if raw is None:
        return 0
    try:
        epoch = _document(raw).get("epoch", 0)
    except RecordRejected:
        return 0
    return epoch if type(epoch) is int and epoch > 0 else 0


def moment(wall: int) -> datetime:
    """Turn wall time in µs UTC into a time of the record."""
    return _EPOCH_BEGAN + wall * _MICROSECOND


def microseconds(when: datetime) -> int:
    """Turn a time of the record into wall time in µs UTC."""
    return (when - _EPOCH_BEGAN) // _MICROSECOND


def _document(raw: bytes) -> dict[str, Any]:
    if len(raw) > LARGEST:
        raise RecordRejected("bad_json", f"longer than {LARGEST} bytes")
    try:
        found = json.loads(raw.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as fault:
        raise RecordRejected("bad_json", str(fault)) from None
    if not isinstance(found, dict):
        raise RecordRejected("wrong_schema", "it is not an object")
    return found


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is said twice")
    return found


def _typed(document: dict[str, Any]) -> ModeRecord:
    try:
        return msgspec.convert(document, ModeRecord, strict=True)
    except msgspec.ValidationError as fault:
        raise RecordRejected("wrong_schema", str(fault)) from None
