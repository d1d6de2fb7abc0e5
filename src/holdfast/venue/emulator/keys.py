"""Know the API keys of the account: secret, permissions, addresses, validity, nonce window.

Rules: every test key says in its own text that it is one; a secret never leaves this module but for
the signature it proves.
"""

import hashlib
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Iterable

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


class ApiKey(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
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


def faults_of(keys: Iterable[ApiKey], tiers: Iterable[str]) -> str:
    """Say what is wrong with a set of keys, empty where nothing is."""
    seen: set[str] = set()
    for one in keys:
        if one.key in seen:
            return f"the key {one.key!r} stands twice"
        seen.add(one.key)
        unknown = [word for word in one.permissions if word not in ALL_PERMISSIONS]
        if unknown:
            return f"{unknown[0]!r} is no permission; allowed: {', '.join(ALL_PERMISSIONS)}"
        if one.tier and one.tier not in tiers:
            return f"{one.tier!r} is no tier; allowed: {', '.join(tiers)}"
        try:
            b64decode(one.secret, validate=True)
        except (Error, ValueError):
            return f"the secret of {one.key!r} is not base64"
    return "" if seen else "no key is named"
