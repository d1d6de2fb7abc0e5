"""Look at a ledger that an import is to go into: is it new, or did it take in a file before."""

from pathlib import Path

import duckdb
import msgspec

from holdfast.domain.slots import LegName
from holdfast.engine.books import Books
from holdfast.ledger import founding, schema
from holdfast.ledger.connect import connect
from holdfast.ledger.earlier.refusal import ImportRefused
from holdfast.ledger.restore import restore

_SOURCE = """
select json_extract_string(payload, '$.source'), market_time from event
where type = 'SlotImported' order by seq limit 1
"""
ELSEWHERE = "name another runtime in the profile, or go back to a copy in backups/"


class Before(msgspec.Struct, frozen=True, kw_only=True):
    """What a ledger holds before an import; `source` is the digest of the file it took in already."""

    books: Books
    positions: frozenset[str]
    source: str = ""
    imported_at: int = 0

    def owes(self, slot: int, leg: LegName, cycle: int) -> bool:
        """Say whether an exit is owed still."""
        found = self.books.slots.get(slot)
        if found is None:
            return False
        lots = [(one.name, one.lot) for one in (found.a, found.b)]
        lots += [(one.leg, one.lot) for one in found.recoveries]
        return any(lot is not None and (name, lot.cycle) == (leg, cycle) for name, lot in lots)


def look(path: Path) -> Before:
    """Read a ledger whose desk is stopped; nothing is written."""
    connection = connect(path, read_only=True)
    try:
        if schema.pending(connection):
            raise schema.SchemaRefused("the ledger needs migrations; see `holdfast migrate --plan`")
        return _look(connection)
    finally:
        connection.close()


def _look(connection: duckdb.DuckDBPyConnection) -> Before:
    restored = restore(connection, *founding.assets(connection), None)
    source, at = connection.execute(_SOURCE).fetchone() or ("", 0)
    return Before(
        books=restored.projector.books,
        positions=frozenset(restored.projector.live.positions),
        source=str(source),
        imported_at=int(at),
    )


def demand_free(before: Before, digest: str) -> None:
    """Raise ImportRefused where a ledger has slots of its own, or those of another file."""
    if before.source and before.source != digest:
        raise ImportRefused(
            f"the ledger took in another file already (sha256 {before.source[:12]}…)",
            key="ledger",
            allowed=f"the same file again; this one is {digest[:12]}…",
            do=ELSEWHERE,
        )
    if not before.source and before.books.next_slot_id:
        count = before.books.next_slot_id
        raise ImportRefused(
            f"the ledger has had {count} slots of its own",
            key="ledger",
            allowed="a ledger without slots",
            do=ELSEWHERE,
        )
