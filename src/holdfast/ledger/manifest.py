"""Say what a published folder holds: the file every reader starts from, replaced last."""

from pathlib import Path

import msgspec

NAME = "manifest.json"
STATUS = "status.json"
VERSION = 1


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """One generation: which files belong together, and as of which row.

    `events` are parts in order, the last of them may still grow under a new name; `published_at`
    is wall time, `market_time` the market's, both microseconds UTC.
    """

    schema_version: int = VERSION
    runtime: str
    sequence: int
    projected_to: int
    market_time: int
    published_at: int
    tables: dict[str, str]
    events: tuple[str, ...]

    def files(self) -> set[str]:
        """Return every file this generation needs."""
        return {*self.tables.values(), *self.events}


def read(folder: Path) -> Manifest | None:
    """Read the manifest of a folder; None where there is none, or none that can be read."""
    try:
        return msgspec.json.decode((folder / NAME).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError):
        return None
