"""Keep the exchange's memory: one append-only file of checked lines, durable before it answers.

Rules: a line is `["<checksum>",<record>]` and each checksum goes on from the one before; the first
line is the founding, which holds all settings and a whole state; what follows are the requests since.
A torn last line was never answered for and is dropped; any other damage is an error.
"""

import fcntl
import os
from decimal import Decimal
from pathlib import Path
from zlib import crc32

import msgspec

from holdfast.domain.errors import VenueError
from holdfast.venue.emulator.clock import ClockSettings
from holdfast.venue.emulator.faults import Met
from holdfast.venue.emulator.paths import MarketSettings
from holdfast.venue.emulator.state import ZERO, State

FILE_NAME = "exchange.jsonl"
LINES = 5_000
_HEAD = len('["00000000",')


class Founding(msgspec.Struct, frozen=True, tag="founding"):
    """What the exchange is, and a whole state of it."""

    market: MarketSettings
    clock: ClockSettings
    tier: str
    state: State


class Call(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="call"):
    """One request that changed something, with what was decided about it outside of the state."""

    at: int
    endpoint: str
    params: dict[str, object] = {}
    key: str = ""
    nonce: int = 0
    tier: str = ""
    part: Decimal = ZERO
    race: bool = False
    trades: int = 0
    serial: int = 0
    refused: str = ""


Record = Founding | Call | Met
_ENCODE = msgspec.json.Encoder().encode
_DECODER: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)


class Store:
    """The file of one exchange, held by one process."""

    def __init__(self, folder: Path, *, lines: int = LINES) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = folder / FILE_NAME
        self._limit = lines
        self._lines = 0
        self._checksum = 0
        self._lock = os.open(folder / "exchange.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise VenueError(
                f"another exchange runs on {folder}; do: stop it, or name another --state"
            ) from None
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        _sync_folder(folder)

    def read(self) -> list[Record]:
        """Return every whole record, and drop a torn last line."""
        raw = self._path.read_bytes()
        whole = raw.rfind(b"\n") + 1
        self._checksum = 0
        records = [self._decoded(n, line) for n, line in enumerate(raw[:whole].splitlines(), 1)]
        if records and not isinstance(records[0], Founding):
            raise self._damaged(1, "the first line is no founding")
        self._lines = len(records)
        if whole < len(raw):
            os.ftruncate(self._file, whole)
            os.fsync(self._file)
        return records

    def append(self, record: Record, *, durable: bool) -> None:
        """Add a line; once this returns it outlives the process, and a durable one the machine."""
        line, self._checksum = _line(record, self._checksum)
        _write(self._file, line)
        if durable:
            os.fdatasync(self._file)
        self._lines += 1

    def has_grown(self) -> bool:
        """Say whether it is time to found the file anew."""
        return self._lines > self._limit

    def found(self, founding: Founding) -> None:
        """Replace the whole file by a founding, in one step."""
        line, checksum = _line(founding, 0)
        fresh = self._path.with_suffix(".new")
        file = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        _write(file, line)
        os.fsync(file)
        fresh.replace(self._path)
        _sync_folder(self._path.parent)
        os.close(self._file)
        self._file, self._checksum, self._lines = file, checksum, 1

    def close(self) -> None:
        """Make the file durable and let go of it."""
        os.fsync(self._file)
        os.close(self._file)
        os.close(self._lock)

    def _decoded(self, number: int, line: bytes) -> Record:
        body = line[_HEAD:-1]
        checksum = crc32(body, self._checksum)
        if line != b'["%08x",%b]' % (checksum, body):
            raise self._damaged(number, "the checksum does not fit")
        self._checksum = checksum
        try:
            return _DECODER.decode(body)
        except msgspec.MsgspecError as error:
            raise self._damaged(number, f"this build cannot read it: {error}") from error

    def _damaged(self, number: int, fault: str) -> VenueError:
        return VenueError(
            f"{self._path.name}:{number}: {fault}; the exchange's memory cannot be trusted; "
            f"do: name another --state"
        )


def _line(record: Record, checksum: int) -> tuple[bytes, int]:
    body = _ENCODE(record)
    checksum = crc32(body, checksum)
    return b'["%08x",%b]\n' % (checksum, body), checksum


def _write(file: int, line: bytes) -> None:
    view = memoryview(line)
    while view:
        view = view[os.write(file, view) :]


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
