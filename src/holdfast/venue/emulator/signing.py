"""Prove who asks: the API-Sign header, and a nonce that only rises.

Rules: the signature covers the path and the very bytes of the body; a nonce is judged after the
signature, and remembered whether or not the request is then refused.
"""

import hashlib
import hmac
from base64 import b64encode

from holdfast.venue.emulator import refusals
from holdfast.venue.emulator.keys import ApiKey
from holdfast.venue.emulator.refusals import Refused


def signature(secret: bytes, path: str, nonce: str, body: bytes) -> str:
    """Sign a request: HMAC-SHA512 over the path and SHA-256 of nonce and body, in base64."""
    digest = hashlib.sha256(nonce.encode() + body).digest()
    return b64encode(hmac.new(secret, path.encode() + digest, hashlib.sha512).digest()).decode()


def check_signature(key: ApiKey, given: str, path: str, nonce: str, body: bytes) -> None:
    """Refuse a request that its key did not sign."""
    wanted = signature(key.raw_secret(), path, nonce, body)
    if not hmac.compare_digest(wanted.encode(), given.encode()):
        raise Refused(refusals.SIGNATURE)


def read_nonce(text: str) -> int:
    """Read a nonce: an unsigned 64-bit number."""
    if not (text.isascii() and text.isdigit() and int(text) < 1 << 64):
        raise Refused(refusals.NONCE)
    return int(text)


def check_nonce(nonce: int, highest: int, window: int) -> int:
    """Return the highest nonce after this one; refuse one that is not above it, or not in its window."""
    if nonce > highest:
        return nonce
    if window and highest - nonce < window:
        return highest
    raise Refused(refusals.NONCE)
