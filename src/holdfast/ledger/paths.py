"""Say where the files of one runtime lie (design 12, folders), and make them private.

Folders are made with mode 0700, files with 0600.
"""

import os
from pathlib import Path

import msgspec

FOLDER_MODE = 0o700
FILE_MODE = 0o600


class Runtime(msgspec.Struct, frozen=True):
    """The folder of one runtime, and the names in it."""

    folder: Path

    @property
    def ledger(self) -> Path:
        """Where the ledger file is."""
        return self.folder / "ledger.duckdb"

    @property
    def lock(self) -> Path:
        """The file a desk locks while it runs."""
        return self.folder / "desk.lock"

    @property
    def control(self) -> Path:
        """Where a running desk says its address and token."""
        return self.folder / "control.json"

    @property
    def published(self) -> Path:
        """The folder readers look at."""
        return self.folder / "published"

    @property
    def snapshots(self) -> Path:
        """Where snapshots of the books are kept."""
        return self.folder / "snapshots"

    @property
    def backups(self) -> Path:
        """Where copies made before a migration are kept."""
        return self.folder / "backups"

    @property
    def venue(self) -> Path:
        """Where the paper venue keeps its own journal."""
        return self.folder / "venue"

    @property
    def logs(self) -> Path:
        """Where logs go."""
        return self.folder / "logs"

    @property
    def evidence(self) -> Path:
        """Where journals and artefacts of runbooks and drills are kept."""
        return self.folder / "evidence"

    def make(self) -> "Runtime":
        """Make the folders that are missing."""
        for folder in (self.published, self.snapshots, self.backups, self.venue, self.logs):
            make_private(folder)
        return self


def runtime(name: str, home: Path) -> Runtime:
    """Name the folders of a runtime under a home; nothing is made."""
    return Runtime(home / "var" / name)


def make_private(folder: Path) -> Path:
    """Make a folder, and those above it that are missing, for its owner only."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(mode=FOLDER_MODE, exist_ok=True)
    return folder


def write_private(path: Path, content: bytes) -> None:
    """Replace a file whole: readers see the old content or the new, never a part."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
