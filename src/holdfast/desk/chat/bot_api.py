"""Speak Telegram's Bot API: ask for news and say things, nothing more.

The token is part of every address, so no error of ours carries an address, and the HTTP library's log
lines, which do, go nowhere.
"""

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from holdfast.config.addresses import LOOPBACK

PUBLIC = "https://api.telegram.org"
LONGEST = 4096
PATIENCE_SECONDS = 10.0
_SILENCED = ("httpx", "httpcore")
_NO_TEXT = "(nothing)"


class BotFault(Exception):
    """The Bot API did not answer as it should; `wait` is how long it asked us to stay away."""

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.wait = wait


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """A message to the bot: who wrote it, where, when (seconds UTC), and what."""

    update: int
    user: int = 0
    chat: int = 0
    sent_at: int = 0
    text: str = ""


class BotApi:
    """One bot at one address."""

    def __init__(self, base_url: str, token: str, poll_seconds: int) -> None:
        for name in _SILENCED:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        self._poll = poll_seconds
        self._address = f"{base_url.rstrip('/')}/bot{token}/"
        # A proxy is for the world outside; it would not find this machine's own addresses.
        outside = urlsplit(base_url).hostname not in LOOPBACK
        self._client = httpx.Client(timeout=PATIENCE_SECONDS, trust_env=outside)

    def news(self, offset: int, *, wait: bool = True) -> list[Incoming]:
        """List what came; everything before `offset` is acknowledged by asking."""
        poll = self._poll if wait else 0
        asked = {"offset": offset, "timeout": poll, "allowed_updates": ["message"]}
        asked |= {} if wait else {"limit": 1}
        found = self._call("getUpdates", asked, PATIENCE_SECONDS + poll)
        if not isinstance(found, list):
            raise BotFault("getUpdates: no list")
        return [_incoming(one) for one in found if isinstance(one, Mapping)]

    def say(self, chat: int, text: str) -> None:
        """Send plain text, cut to what a message may hold."""
        self._call("sendMessage", {"chat_id": chat, "text": cut(text)}, PATIENCE_SECONDS)

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def __repr__(self) -> str:
        """Hide the token."""
        return "BotApi(***)"

    def _call(self, method: str, payload: Mapping[str, Any], seconds: float) -> object:
        try:
            answer = self._client.post(self._address + method, json=payload, timeout=seconds)
            told = answer.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise BotFault(f"{method}: {type(error).__name__}") from None
        if not isinstance(told, Mapping) or told.get("ok") is not True:
            rest = told.get("parameters") if isinstance(told, Mapping) else None
            wait = rest.get("retry_after", 0) if isinstance(rest, Mapping) else 0
            raise BotFault(f"{method}: code {answer.status_code}", float(wait))
        return told.get("result")


def cut(text: str) -> str:
    """Cut a text to what a message may hold, counted as the Bot API counts: in UTF-16 units."""
    text = text or _NO_TEXT
    if len(text.encode("utf-16-le")) // 2 <= LONGEST:
        return text
    kept = text.encode("utf-16-le")[: (LONGEST - 1) * 2]
    return kept.decode("utf-16-le", errors="ignore") + "…"


def _incoming(update: Mapping[str, Any]) -> Incoming:
    message = update.get("message")
    message = message if isinstance(message, Mapping) else {}
    sender, place = message.get("from"), message.get("chat")
    bot = isinstance(sender, Mapping) and sender.get("is_bot") is True
    text = message.get("text")
    return Incoming(
        update=_number(update.get("update_id")),
        user=0 if bot else _number(sender.get("id") if isinstance(sender, Mapping) else 0),
        chat=_number(place.get("id") if isinstance(place, Mapping) else 0),
        sent_at=_number(message.get("date")),
        text=text if isinstance(text, str) else "",
    )


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
