"""Stop a desk by files alone, and remember the stop: nothing else has to work.

`KILL` is made by a person or a program and stops the desk at its next write; its mere presence counts.
`ESTOP` is the desk's own memory of a stop, on disk before the stop is acknowledged. `RESUME` is an
operator's word that the stop is over, for the record of one epoch. A file that cannot be looked at
counts as present.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from holdfast.ledger.paths import FILE_MODE, make_private
from holdfast.safety.durable import remove_durable, write_durable

KILL, ESTOP, RESUME, SEEN = "KILL", "ESTOP", "RESUME", "mode.seen"
UNREADABLE = -1
T = TypeVar("T")


class Latch(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of a stop; `epoch` None: the first record that is read fixes it.

    `kill_stamp` names the kill file that is part of it, 0 where none is: another one stops again.
    """

    source: str
    reason: str
    at: int
    epoch: int | None = None
    kill_stamp: int = 0


class Resume(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An operator's word that the stop is over, having seen the record of `epoch`."""

    epoch: int
    actor: str
    reason: str
    at: int


class StopFiles:
    """The files of one runtime that stop it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kill_path = folder / KILL
        self._kill_name = str(self.kill_path)

    def kill_stamp(self) -> int | None:
        """Say which kill file is there (when it was last written, in ns UTC), None where none is."""
        try:
            return os.stat(self._kill_name).st_mtime_ns  # noqa: PTH116 (a Path costs three times as much)
        except FileNotFoundError:
            return None
        except OSError:
            return UNREADABLE

    def killed(self) -> bool:
        """Say whether the kill file is there."""
        return self.kill_stamp() is not None

    def kill(self, reason: str) -> None:
        """Make the kill file; it stands even where its content finds no room on the disk."""
        make_private(self.folder)
        descriptor = os.open(self.kill_path, os.O_WRONLY | os.O_CREAT, FILE_MODE)
        try:
            os.utime(descriptor)
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{reason}\n".encode())
            os.fsync(descriptor)
        except OSError:
            if not self.kill_path.exists():
                raise
        finally:
            os.close(descriptor)
        with suppress(OSError):
            self.forget_resume()

    def latch(self, latch: Latch) -> None:
        """Remember a stop durably."""
        write_durable(self.folder / ESTOP, msgspec.json.encode(latch))

    def latched(self) -> Latch | None:
        """Read what is remembered; a memory that cannot be read is a stop all the same."""
        return _read(self.folder / ESTOP, Latch, _UNREADABLE)

    def resume(self, resume: Resume) -> None:
        """Take the kill file away and leave an operator's word; the desk's memory stays its own."""
        remove_durable(self.kill_path)
        write_durable(self.folder / RESUME, msgspec.json.encode(resume))

    def resumed(self) -> Resume | None:
        """Read an operator's word; one that cannot be read is none."""
        return _read(self.folder / RESUME, Resume, None)

    def forget(self) -> None:
        """Forget the stop, after a resume was granted."""
        remove_durable(self.folder / ESTOP)
        self.forget_resume()

    def forget_resume(self) -> None:
        """Take the operator's word away, once it was acted on or came too early."""
        remove_durable(self.folder / RESUME)

    def seen(self) -> int:
        """Say the highest epoch that was ever seen here; 0 where that is not known."""
        found = _read(self.folder / SEEN, int, None)
        return found if found is not None and found > 0 else 0

    def see(self, epoch: int) -> None:
        """Remember the highest epoch, so that an older record means nothing to the next process."""
        write_durable(self.folder / SEEN, msgspec.json.encode(epoch))


_UNREADABLE = Latch(source="latch_unreadable", reason="the memory of a stop is not readable", at=0)


def _read(path: Path, kind: type[T], damaged: T | None) -> T | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError):
        return damaged
