"""Sign a signal, and tell whether one was signed by whom it names.

The signature is the hex HMAC-SHA256 of `timestamp.body` under the source's own secret. Comparing takes
the same time whatever is wrong; a source nobody knows is compared against a secret of no use.
"""

import hashlib
import hmac

from holdfast.domain.market import SECOND

TOLERANCE_SECONDS = 300
SIGNATURE = "x-signature"
TIMESTAMP = "x-timestamp"
LONGEST_TIMESTAMP = 12


def sign(secret: bytes, timestamp: str, body: bytes) -> str:
    """Make the signature of a body sent at a time (whole seconds since the epoch)."""
    return hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def is_signed(secret: bytes, timestamp: str, body: bytes, signature: str) -> bool:
    """Say whether the signature is that of the body, sent at that time."""
    wanted = sign(secret, timestamp, body).encode()
    return hmac.compare_digest(wanted, signature.lower().encode("utf-8", "replace"))


def sent_at(timestamp: str, now: int) -> int | None:
    """Read a timestamp as microseconds; None where it is none, or too far from now either way."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= LONGEST_TIMESTAMP):
        return None
    sent = int(timestamp) * SECOND
    return sent if abs(now - sent) <= TOLERANCE_SECONDS * SECOND else None
