"""Keep what a process holds in memory and on disk to its owner.

Rules: no core dump, since it would hold every secret; a crash still tells where it happened; what is
written from now on is its owner's alone; a state folder others can look into refuses the start.
"""

import faulthandler
import os
import resource
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from holdfast.domain.errors import HoldfastError
from holdfast.redaction.records import clean_exceptions, clean_records

OTHERS = stat.S_IRWXG | stat.S_IRWXO
MOST_TOLD = 5


class StateExposed(HoldfastError):
    """Others can look into, or change, what a desk keeps."""


def harden_process() -> None:
    """Turn core dumps off and faulthandler on, keep new files private, clean what errors print."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)
    clean_records()
    clean_exceptions()
    if not faulthandler.is_enabled():
        faulthandler.enable(file=sys.__stderr__ or sys.stderr)


def verify_private(folder: Path) -> None:
    """Refuse a state folder that is not 0700, or has anything in it that is not its owner's alone."""
    if not folder.exists():
        return
    found = list(_faults(folder))
    if found:
        more = f" and {len(found) - MOST_TOLD} more" if len(found) > MOST_TOLD else ""
        raise StateExposed(
            f"the state in {folder} is not private: {'; '.join(found[:MOST_TOLD])}{more}; "
            f"do: chmod -R go= {folder}, and let the desk's user own it"
        )


def _faults(folder: Path) -> Iterator[str]:
    yield from _fault(folder, folder)
    for root, folders, files in os.walk(folder):
        for name in (*folders, *files):
            yield from _fault(Path(root) / name, folder)


def _fault(path: Path, folder: Path) -> Iterator[str]:
    try:
        found = path.lstat()
    except FileNotFoundError:  # a part file of a writer that was just replaced
        return
    name = "." if path == folder else str(path.relative_to(folder))
    if found.st_uid != os.geteuid():
        yield f"{name} belongs to user {found.st_uid}"
    elif not stat.S_ISLNK(found.st_mode) and found.st_mode & OTHERS:
        yield f"{name} has mode {stat.S_IMODE(found.st_mode):04o}"
