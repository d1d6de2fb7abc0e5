"""Hold a command back until the one who gave it repeats a code.

Rules: a code is good once, for one user in one chat, for a minute of the monotonic clock; a new command
takes the place of the old; three wrong codes end it.
"""

import hmac
from collections.abc import Callable
from typing import Any

import msgspec

EXPIRY_SECONDS = 60.0
TRIES = 3


class Held(msgspec.Struct, kw_only=True):
    """A command that waits for its code."""

    code: str
    payload: dict[str, Any]
    until: float
    tries: int = TRIES


class Codes:
    """The commands that wait, by user and chat; `draw` makes a code nobody can guess."""

    def __init__(self, draw: Callable[[], str]) -> None:
        self._draw = draw
        self._held: dict[tuple[int, int], Held] = {}

    def hold(self, user: int, chat: int, payload: dict[str, Any], now: float) -> str:
        """Keep a command and return its code."""
        code = self._draw()
        self._held[user, chat] = Held(code=code, payload=payload, until=now + EXPIRY_SECONDS)
        return code

    def redeem(self, user: int, chat: int, code: str, now: float) -> dict[str, Any] | None:
        """Return the command of a code, once; None where there is none, or it is too late."""
        held = self._held.get((user, chat))
        if held is None:
            return None
        if now >= held.until:
            del self._held[user, chat]
            return None
        if hmac.compare_digest(held.code.encode(), code.encode()):
            del self._held[user, chat]
            return held.payload
        held.tries -= 1
        if held.tries <= 0:
            del self._held[user, chat]
        return None
