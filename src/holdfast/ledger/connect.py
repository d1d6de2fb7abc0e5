"""Open a ledger file: one writer, private, with a log that is folded in only when asked.

`wal_autocheckpoint` is large because an automatic checkpoint would stall a tick; `checkpoint` on
the store folds the log in between ticks. No query can reach any other file, nor a variable of ours.
"""

from pathlib import Path

import duckdb

from holdfast.domain.errors import LedgerCorrupt, LedgerLocked
from holdfast.ledger.paths import FILE_MODE, make_private

_WRITER = "set wal_autocheckpoint = '1GB'"
_SHUT = ("set enable_external_access = false", "set python_enable_replacements = false")


def connect(path: Path, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a ledger file; raise LedgerLocked where another process has it open."""
    make_private(path.parent)
    try:
        connection = duckdb.connect(str(path), read_only=read_only)
    except duckdb.IOException as error:
        if "set lock" in str(error):
            raise LedgerLocked(
                f"{path.name} is open in another process; stop the desk, or ask it instead"
            ) from error
        raise LedgerCorrupt(f"{path.name} cannot be opened: {error}") from error
    if not read_only:
        path.chmod(FILE_MODE)
        connection.execute(_WRITER)
    for setting in _SHUT:
        connection.execute(setting)
    return connection
