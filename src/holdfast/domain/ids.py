"""Derive identities; never draw them: a replay must name the same order the same.

A client_order_id is the UUIDv5 of `genesis|symbol|slot|leg|cycle|role|a<attempt>` in our namespace.
The genesis is written once when a ledger is made: random for a real venue, `paper` for paper and
replay.
"""

import hashlib
import uuid
from functools import cache
from typing import NewType

ClientOrderId = NewType("ClientOrderId", str)
VenueOrderId = NewType("VenueOrderId", str)
FillId = NewType("FillId", str)
SlotId = NewType("SlotId", int)
PositionId = NewType("PositionId", str)

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "holdfast.invalid")
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def client_order_id(
    genesis: str, symbol: str, slot: int, leg: str, cycle: int, role: str, attempt: int
) -> ClientOrderId:
    """Derive the id of one attempt to place one order (RFC 4122 section 4.3).

    >>> client_order_id("paper", "DOGE/USD", 0, "B", 1, "entry", 1)
    '9e0fe4ec-a1d0-5b95-8b3b-c0e502015f9c'
    """
    digest = _begun(genesis, symbol).copy()
    digest.update("|".join((str(slot), leg, str(cycle), role, f"a{attempt}")).encode())
    text = digest.hexdigest()
    variant = _VARIANT[text[16]]
    return ClientOrderId(
        f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{variant}{text[17:20]}-{text[20:32]}",
    )


@cache
def _begun(genesis: str, symbol: str) -> "hashlib._Hash":
    text = f"{genesis}|{symbol}|".encode()
    return hashlib.sha1(NAMESPACE.bytes + text, usedforsecurity=False)


def position_id(slot: int, leg: str, cycle: int) -> PositionId:
    """Name the position one entry opened.

    >>> position_id(3, "A", 7)
    's3-A-c7'
    """
    return PositionId(f"s{slot}-{leg}-c{cycle}")
