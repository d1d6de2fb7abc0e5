"""Found a ledger, and hold a later opener to the facts it was founded on."""

import duckdb
import msgspec

from holdfast.domain.bookkeeping import LedgerFounded
from holdfast.domain.errors import LedgerCorrupt, LedgerError
from holdfast.ledger.codec import decode

FACTS = ("env", "venue", "account", "symbol")
_FIRST = "select type, version, payload from event where seq = 1"
_ASSETS = "select base, quote from assets"
_NAME_ASSETS = "insert into assets values ($1, $2)"


def founded(connection: duckdb.DuckDBPyConnection) -> LedgerFounded | None:
    """Read the founding row; None where the ledger has no rows."""
    row = connection.execute(_FIRST).fetchone()
    if row is None:
        return None
    entry = decode(*row)
    if not isinstance(entry, LedgerFounded):
        raise LedgerCorrupt(f"the first row is {row[0]}, and not the founding of the ledger")
    return entry


def agree(kept: LedgerFounded, asked: LedgerFounded | None) -> None:
    """Raise LedgerError, naming both, where a profile asks for other facts than the ledger's."""
    for fact in FACTS if asked is not None else ():
        ours, theirs = getattr(kept, fact), getattr(asked, fact)
        if ours != theirs:
            raise LedgerError(
                f"this ledger was founded for {fact} {ours!r}, the profile asks for {theirs!r}; "
                "name another runtime, or correct the profile"
            )


def assets(connection: duckdb.DuckDBPyConnection) -> tuple[str, str]:
    """Read what the books are kept in."""
    row = connection.execute(_ASSETS).fetchone()
    if row is None:
        raise LedgerCorrupt("the ledger does not say which assets its books are kept in")
    return row[0], row[1]


def name_assets(connection: duckdb.DuckDBPyConnection, base: str, quote: str) -> None:
    """Write what the books are kept in, once; raise LedgerError where that was something else."""
    if connection.execute(_ASSETS).fetchone() is None:
        connection.execute(_NAME_ASSETS, [base, quote])
    kept = assets(connection)
    if kept != (base, quote):
        raise LedgerError(f"the ledger's books are kept in {kept}, and not in {(base, quote)}")


def facts_of(entry: LedgerFounded) -> dict[str, str]:
    """Show the facts of a founding."""
    return {str(key): str(value) for key, value in msgspec.to_builtins(entry).items()}
