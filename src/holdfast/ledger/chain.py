"""Link every row of the ledger to the one before it.

The hash of a row is SHA-256 over the hash before it and every column, one per line, the payload
last: stream, type and the numbers hold no line breaks, so no two rows read the same.
"""

import hashlib

ORIGIN = "0" * 64


def link(
    previous: str,
    sequence: int,
    market_time: int,
    recorded_at: int,
    stream: str,
    name: str,
    version: int,
    payload: str,
) -> str:
    """Return the chain hash of a row that follows the row of hash `previous`."""
    text = f"{previous}\n{sequence}\n{market_time}\n{recorded_at}\n{stream}\n{name}\n{version}\n{payload}"
    return hashlib.sha256(text.encode()).hexdigest()
