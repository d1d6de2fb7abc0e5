"""Keep the paper venue's own memory: an append-only file of JSON lines, durable before it answers.

Rules: a line is `["<checksum>",<record>]`; each checksum goes on from the one before, so a line that
is changed, lost or moved is noticed. A torn last line was never answered for and is dropped; any
other damage is an error. The file starts with a snapshot and is rewritten as one when it has grown.
"""

import os
from pathlib import Path
from zlib import crc32

import msgspec

from holdfast.domain.errors import VenueError, VenueUnavailable
from holdfast.venue.records import Record, Snapshot

FILE_NAME = "journal.jsonl"
LINES = 20_000
_HEAD = len('["00000000",')
_ENCODE = msgspec.json.Encoder().encode
_DECODER: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)


class Journal:
    """The file `journal.jsonl` in a folder of the runtime."""

    def __init__(self, folder: Path, *, lines: int = LINES) -> None:
        self._path = folder / FILE_NAME
        self._limit = lines
        self._lines = 0
        self._checksum = 0
        self._broken = ""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        _sync_folder(folder)

    def read(self) -> list[Record]:
        """Return every whole record, and drop a torn last line from the file."""
        raw = self._path.read_bytes()
        whole = raw.rfind(b"\n") + 1
        lines = raw[:whole].splitlines()
        self._checksum = 0
        records = [self._decoded(number, line) for number, line in enumerate(lines, 1)]
        self._lines = len(records)
        if records and not isinstance(records[0], Snapshot):
            raise self._damaged(1, "the first line is no snapshot")
        if whole < len(raw):
            os.ftruncate(self._file, whole)
            os.fsync(self._file)
        return records

    def append(self, record: Record, *, durable: bool = True) -> None:
        """Add a record; once this returns it outlives the process, and a durable one the machine."""
        if self._broken:
            raise VenueUnavailable(self._broken)
        line, checksum = _line(record, self._checksum)
        try:
            _write(self._file, line)
            if durable:
                os.fdatasync(self._file)
        except OSError as error:
            # Part of a line may be on the disk now; nothing may follow it.
            self._broken = f"{self._path} cannot be written: {error.strerror}; do: restart the desk"
            raise VenueUnavailable(self._broken) from error
        self._checksum = checksum
        self._lines += 1

    def has_grown(self) -> bool:
        """Say whether it is time to rewrite the file."""
        return self._lines > self._limit

    def rewrite(self, snapshot: Snapshot) -> None:
        """Replace the whole file by one snapshot, in one step."""
        line, checksum = _line(snapshot, 0)
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
        if self._file >= 0:
            os.fsync(self._file)
            os.close(self._file)
        self._file, self._broken = -1, "the venue's journal is closed"

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
            f"{self._path}:{number}: {fault}; the paper venue's memory cannot be trusted; "
            f"do: restore the runtime from a backup, or start a new one"
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
