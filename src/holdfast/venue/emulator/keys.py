"""Know the API keys of the account: secret, permissions, addresses, validity, nonce window.

Rules: every test key says in its own text that it is one; a secret never leaves this module but for
the signature it proves.
"""

import hashlib
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

ALL_PERMISSIONS = (
    "query-funds", "add-funds", "withdraw-funds", "query-open-trades", "query-closed-trades",
    "modify-trades", "close-trades", "query-ledger", "export-data", "create-ws-token",
)  # fmt: skip
TRADING = (
    "query-funds", "query-open-trades", "query-closed-trades", "modify-trades", "close-trades",
    "query-ledger",
)  # fmt: skip
TEST_MARK = "TEST_ONLY_"


class KeyFault(NamedTuple):
    """What is wrong with one key, and where."""

    field: str
    problem: str
    allowed: str
    place: int = 0


class ApiKey(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """One key; `valid_until` is seconds since the epoch, 0 for ever; `nonce_window` milliseconds."""

    key: str
    secret: str
    name: str = "test"
    permissions: tuple[str, ...] = TRADING
    ip_allowlist: tuple[str, ...] = ()
    valid_until: int = 0
    nonce_window: int = 0
    tier: str = ""
    created_time: int = 0

    def raw_secret(self) -> bytes:
        """Return the bytes that sign."""
        return b64decode(self.secret)


def make_test_key(
    name: str = "desk",
    *,
    permissions: tuple[str, ...] = TRADING,
    ip_allowlist: tuple[str, ...] = (),
    valid_until: int = 0,
    nonce_window: int = 0,
    tier: str = "",
) -> ApiKey:
    """Make a key that nobody can take for a real one; the same name gives the same key.

    >>> make_test_key().key
    'TEST_ONLY_KEY_desk'
    """
    marked = f"{TEST_MARK}NO_MONEY_{name}_".encode()
    return ApiKey(
        key=f"{TEST_MARK}KEY_{name}",
        secret=b64encode(marked + hashlib.sha256(marked).digest()).decode(),
        name=name,
        permissions=permissions,
        ip_allowlist=ip_allowlist,
        valid_until=valid_until,
        nonce_window=nonce_window,
        tier=tier,
    )


def fault_of(keys: Sequence[ApiKey], tiers: Sequence[str]) -> KeyFault | None:
    """Say what is wrong with a set of keys, None where nothing is."""
    seen: set[str] = set()
    for place, one in enumerate(keys):
        found = _fault(one, tiers)
        if one.key in seen:
            found = KeyFault("key", "the key stands twice", "each key once")
        if found is not None:
            return found._replace(place=place)
        seen.add(one.key)
    return None if seen else KeyFault("", "no key is named", "a list of at least one key")


def _fault(key: ApiKey, tiers: Sequence[str]) -> KeyFault | None:
    for word in key.permissions:
        if word not in ALL_PERMISSIONS:
            allowed = ", ".join(ALL_PERMISSIONS)
            return KeyFault("permissions", f"{word!r} is no permission", allowed)
    if key.tier and key.tier not in tiers:
        return KeyFault("tier", f"{key.tier!r} is no tier", ", ".join(tiers))
    try:
        b64decode(key.secret, validate=True)
    except (Error, ValueError):
        return KeyFault("secret", "the secret is not base64", "base64")
    return None
