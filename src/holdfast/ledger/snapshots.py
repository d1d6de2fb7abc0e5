"""Keep the books beside the ledger, so that a start need not fold everything again.

Rules: a snapshot may always be deleted; one whose sequence or chain hash is not in the ledger, or
that cannot be read, is never used; the newest three are kept.
"""

import hashlib
from decimal import Decimal
from pathlib import Path

import msgspec

from holdfast.domain.bookkeeping import LedgerFounded, RegimeHinted
from holdfast.domain.intents import Submission
from holdfast.domain.slots import LegName, Slot
from holdfast.domain.tiers import NO_TIER, TierState
from holdfast.engine.books import Books
from holdfast.ledger.paths import make_private, write_private

KEPT = 3
DIGEST = 32


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All the books hold, and the row they stand at."""

    sequence: int
    chain_hash: str
    base: str
    quote: str
    slots: list[Slot]
    balances: list[tuple[str, str, Decimal]]
    orders: dict[str, int]
    unanswered: list[str]
    holds: dict[str, str]
    founded: LedgerFounded | None
    rules_digest: str
    next_slot_id: int
    epoch: int
    stop_reason: str | None
    tick: int
    market_time: int
    submissions: dict[str, Submission] = {}
    tier: TierState = NO_TIER
    regime_override: str = ""
    regime_hint: RegimeHinted | None = None
    parked: dict[int, tuple[LegName, ...]] = {}
    panic_latched: bool = False


def write(books: Books, sequence: int, chain_hash: str, folder: Path) -> Path:
    """Write a snapshot of the books as of a row, and drop all but the newest three."""
    make_private(folder)
    path = folder / f"books-{sequence:012d}.msgpack"
    body = msgspec.msgpack.encode(_snapshot(books, sequence, chain_hash))
    write_private(path, hashlib.sha256(body).digest() + body)
    for old in _files(folder)[KEPT:]:
        old.unlink(missing_ok=True)
    return path


def newest(folder: Path) -> tuple[list[Snapshot], list[str]]:
    """Read the snapshots there are, newest first, and say which files could not be read."""
    found, faults = [], []
    for path in _files(folder):
        try:
            found.append(_load(path))
        except (OSError, msgspec.MsgspecError) as error:
            faults.append(f"snapshot {path.name} is not used: {error}")
    return found, faults


def _load(path: Path) -> Snapshot:
    content = path.read_bytes()
    digest, body = content[:DIGEST], content[DIGEST:]
    if hashlib.sha256(body).digest() != digest:
        raise msgspec.DecodeError("its digest does not match its content")
    return msgspec.msgpack.decode(body, type=Snapshot)


def books_of(snapshot: Snapshot) -> Books:
    """Make the books a snapshot holds."""
    books = Books(snapshot.base, snapshot.quote)
    books.slots = {slot.slot_id: slot for slot in snapshot.slots}
    books.accounts.balances = {
        (account, asset): amount for account, asset, amount in snapshot.balances
    }
    books.orders = dict(snapshot.orders)
    books.unanswered = set(snapshot.unanswered)
    books.holds = dict(snapshot.holds)
    books.founded = snapshot.founded
    books.rules_digest = snapshot.rules_digest
    books.next_slot_id = snapshot.next_slot_id
    books.epoch = snapshot.epoch
    books.stop_reason = snapshot.stop_reason
    books.tick = snapshot.tick
    books.market_time = snapshot.market_time
    books.submissions = dict(snapshot.submissions)
    books.tier = snapshot.tier
    books.regime_override = snapshot.regime_override
    books.regime_hint = snapshot.regime_hint
    books.parked = dict(snapshot.parked)
    books.panic_latched = snapshot.panic_latched
    return books


def copy_of(books: Books) -> Books:
    """Copy the books, so that one may change while the other stays."""
    return books_of(_snapshot(books, 0, ""))


def _snapshot(books: Books, sequence: int, chain_hash: str) -> Snapshot:
    return Snapshot(
        sequence=sequence,
        chain_hash=chain_hash,
        base=books.accounts.base,
        quote=books.accounts.quote,
        slots=list(books.slots.values()),
        balances=[(*key, amount) for key, amount in books.accounts.balances.items()],
        orders=books.orders,
        unanswered=sorted(books.unanswered),
        holds=books.holds,
        founded=books.founded,
        rules_digest=books.rules_digest,
        next_slot_id=books.next_slot_id,
        epoch=books.epoch,
        stop_reason=books.stop_reason,
        tick=books.tick,
        market_time=books.market_time,
        submissions=books.submissions,
        tier=books.tier,
        regime_override=books.regime_override,
        regime_hint=books.regime_hint,
        parked=books.parked,
        panic_latched=books.panic_latched,
    )


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("books-*.msgpack"), reverse=True)
