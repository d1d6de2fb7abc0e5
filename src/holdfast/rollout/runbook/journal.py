"""Keep the journal of a run: a line a step, each linked to the one before, on disk before we go on.

Rules: a part of a line, left by a crash, is cut off; a line that was changed ends the story: such a
run cannot be resumed. Artefacts lie beside it under the hash of their bytes.
"""

import hashlib
import os
from pathlib import Path

import msgspec

from holdfast.domain.errors import HoldfastError
from holdfast.ledger.paths import FILE_MODE, make_private, write_private
from holdfast.rollout.runbook.results import RunResult, StepResult

ORIGIN = "0" * 64


class JournalBroken(HoldfastError):
    """A journal of a run is missing, or is not the one that was written."""


class Begun(msgspec.Struct, frozen=True, kw_only=True, tag="begun"):
    """What was run, and since when it counts; `since` is None unless a person said it."""

    run: str
    runbook: str
    digest: str
    began_at: int
    since: int | None


Entry = Begun | StepResult | RunResult


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    previous: str
    entry: Entry


class RunJournal:
    """One run's journal, open at its end."""

    def __init__(self, path: Path, last: str = ORIGIN) -> None:
        self.path = path
        self._last = last

    def write(self, entry: Entry) -> None:
        """Append an entry; it is on disk when this returns."""
        line = msgspec.json.encode(_Line(previous=self._last, entry=entry)) + b"\n"
        make_private(self.path.parent)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, FILE_MODE)
        with os.fdopen(descriptor, "ab") as stream:
            stream.write(line)
            stream.flush()
            os.fsync(stream.fileno())
        self._last = _link(line)

    def write_artefact(self, artefact: object) -> str:
        """Keep an artefact under the hash of its bytes; return the hash."""
        data = msgspec.json.format(msgspec.json.encode(artefact), indent=1)
        name = hashlib.sha256(data).hexdigest()
        write_private(make_private(self.path.parent / "artefacts") / f"{name}.json", data)
        return name


def reopen(path: Path) -> tuple[RunJournal, Begun, list[StepResult]]:
    """Open the journal of an earlier run to go on with it, and return what it says."""
    try:
        data = path.read_bytes()
    except OSError:
        raise JournalBroken(f"there is no run {path.stem}; its journal would be here") from None
    whole = data[: data.rfind(b"\n") + 1]
    entries: list[Entry] = []
    last = ORIGIN
    for number, line in enumerate(whole.splitlines(keepends=True), 1):
        entries.append(_read(line, last, number, path))
        last = _link(line)
    if not entries or not isinstance(entries[0], Begun):
        raise JournalBroken(f"the journal of {path.stem} does not say how it began")
    if len(whole) < len(data):
        os.truncate(path, len(whole))
    steps = [entry for entry in entries if isinstance(entry, StepResult)]
    return RunJournal(path, last), entries[0], steps


def _read(line: bytes, last: str, number: int, path: Path) -> Entry:
    try:
        read = msgspec.json.decode(line, type=_Line)
    except msgspec.MsgspecError:
        raise JournalBroken(f"line {number} of the journal of {path.stem} is damaged") from None
    if read.previous != last:
        raise JournalBroken(
            f"line {number} of the journal of {path.stem} was changed or is missing"
        )
    return read.entry


def _link(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()
