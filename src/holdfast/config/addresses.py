"""Judge the addresses a profile may name: references to secrets, and what can hold none."""

import re
from urllib.parse import urlsplit

REFERENCE = re.compile(r"secret://[A-Za-z0-9._:/#@+-]{1,200}")
PLAIN = frozenset({"json", "jsons", "xml", "xmls", "form", "forms", "syslog"})
ADDRESS = f"secret://…, or {', '.join(sorted(PLAIN))}:// without user, password and query"
LARGEST_USER = 2**52
LOOPBACK = frozenset({"127.0.0.1", "localhost"})


def reference(text: str) -> bool:
    """Say whether a text names a secret instead of holding it."""
    return REFERENCE.fullmatch(text) is not None


def plain_address(text: str) -> bool:
    """Say whether an address is of a kind that needs no secret, and holds none."""
    parts = urlsplit(text)
    return (
        parts.scheme in PLAIN
        and "@" not in text
        and not parts.query
        and not parts.fragment
        and bool(parts.netloc)
    )


def bot_address(text: str) -> bool:
    """Say whether an address may get a bot's token: encrypted, or on this machine."""
    parts = urlsplit(text)
    named = bool(parts.hostname) and "@" not in text and not parts.query
    return named and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    )


def users(text: str) -> frozenset[int] | None:
    """Read numbers of users; None where one is none."""
    found = [one.strip() for one in text.split(",")]
    numbers = {int(one) for one in found if one.isascii() and one.isdigit() and len(one) <= 16}  # noqa: PLR2004 (digits)
    if len(numbers) != len(found) or not all(0 < one < LARGEST_USER for one in numbers):
        return None
    return frozenset(numbers)
