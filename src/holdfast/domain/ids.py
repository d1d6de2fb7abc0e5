"""Derive identities; never draw them: a replay must name the same order the same.

A client_order_id is the UUIDv5 of `genesis|symbol|slot|leg|cycle|role|a<attempt>` in our namespace.
The genesis is written once when a ledger is made: random for a real venue, `paper` for paper and
replay.
"""

import hashlib
import uuid
from operator import itemgetter
from typing import NewType

ClientOrderId = NewType("ClientOrderId", str)
VenueOrderId = NewType("VenueOrderId", str)
FillId = NewType("FillId", str)
SlotId = NewType("SlotId", int)
PositionId = NewType("PositionId", str)

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "holdfast.invalid")
_PARTS = itemgetter(
    slice(8), slice(8, 12), slice(13, 16), 16, slice(17, 20), slice(20, 32)
)  # of the hash as text; its digit 12 gives way to the version, 16 to the variant
_BEGUN: dict[tuple[str, str, int], "hashlib._Hash"] = {}  # the hash of all ids of a slot so far
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def client_order_id(
    genesis: str, symbol: str, slot: int, leg: str, cycle: int, role: str, attempt: int
) -> str:
    """Derive the id of one attempt to place one order (RFC 4122 section 4.3).

    >>> client_order_id("paper", "DOGE/USD", 0, "B", 1, "entry", 1)
    '9e0fe4ec-a1d0-5b95-8b3b-c0e502015f9c'
    """
    begun = _BEGUN.get((genesis, symbol, slot)) or _begin(genesis, symbol, slot)
    digest = begun.copy()
    digest.update("|".join((leg, f"{cycle}", role, f"a{attempt}")).encode())
    time_low, time_mid, high, variant, low, node = _PARTS(digest.hexdigest())
    return f"{time_low}-{time_mid}-5{high}-{_VARIANT[variant]}{low}-{node}"


def _begin(genesis: str, symbol: str, slot: int) -> "hashlib._Hash":
    text = f"{genesis}|{symbol}|{slot}|".encode()
    begun = hashlib.sha1(NAMESPACE.bytes + text, usedforsecurity=False)
    _BEGUN[genesis, symbol, slot] = begun
    return begun


def position_id(slot: int, leg: str, cycle: int) -> PositionId:
    """Name the position one entry opened.

    >>> position_id(3, "A", 7)
    's3-A-c7'
    """
    return PositionId(f"s{slot}-{leg}-c{cycle}")
