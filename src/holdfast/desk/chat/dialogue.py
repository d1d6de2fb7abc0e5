"""Answer one message: who wrote it, what it asks, and whether it needs a code first.

Rules: who is not listed gets silence; what loosens waits for a code, what stops does not unless the
profile says so, because a stop is never gated; a command runs in the desk's thread, once, and is
journaled with the user's number. A command that was on its way too long is not done, unless it stops.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooSlow
from typing import Any, TypeVar

import msgspec

from holdfast.clock import Clock
from holdfast.desk.chat.bot_api import Incoming
from holdfast.desk.chat.chat_verbs import ASKING, STOP, STOPPING
from holdfast.desk.chat.codes import EXPIRY_SECONDS, Codes
from holdfast.desk.control.verb_parameters import shown
from holdfast.desk.control.verbs import Verb, listed, perform, understand
from holdfast.desk.desk import Desk
from holdfast.desk.inbox import Inbox
from holdfast.desk.status.counts import Counts
from holdfast.domain.errors import CommandRefused

OLDEST_SECONDS = 120
PATIENCE_SECONDS = 10.0
CONFIRM, HELP = "confirm", ("help", "start")
Said = TypeVar("Said", str, None)


class ChatParts(msgspec.Struct, frozen=True, kw_only=True):
    """What a dialogue is made of; `glance` answers for a desk that is busy.

    `latch` is called with who asked, in the chat's thread and before anything is queued, when the desk
    is told to stop: an emergency stop waits for no tick.
    """

    inbox: Inbox
    verbs: Sequence[Verb]
    users: frozenset[int]
    clock: Clock
    counts: Counts
    draw: Callable[[], str]
    changed: Callable[[Desk], object]
    glance: Callable[[], str]
    latch: Callable[[str], object] = lambda _principal: None
    confirm_stops: bool = False
    patience: float = PATIENCE_SECONDS


class Dialogue:
    """The desk's side of all chats; one thread uses it."""

    def __init__(self, parts: ChatParts) -> None:
        self._parts = parts
        self._codes = Codes(parts.draw)
        free = ASKING if parts.confirm_stops else (*ASKING, *STOPPING)
        self._free = frozenset(free)
        self._verbs = {verb.action: verb for verb in parts.verbs}

    def answer(self, came: Incoming) -> str | None:
        """Return what to say, or None for silence."""
        if came.user not in self._parts.users or not came.chat:
            return self._counted("stranger", None)
        words = came.text.split()
        if not words or not words[0].startswith("/"):
            return self._counted("ignored", None)
        name = words[0][1:].partition("@")[0].lower()
        age = self._parts.clock.wall() // 1_000_000 - came.sent_at
        if age > OLDEST_SECONDS and name not in STOPPING:
            return self._counted("ignored", f"that was sent {age} s ago and was not done")
        if name in HELP:
            return self._counted("done", self._help())
        if name == CONFIRM:
            return self._confirm(came, words[1:])
        return self._asked(came, name, words[1:])

    def _asked(self, came: Incoming, name: str, words: list[str]) -> str:
        verb = self._verbs.get(name)
        if verb is None:
            return self._counted("refused", f"unknown command: {shown(name)}; see /help")
        try:
            payload = _payload(verb, words)
            understand(self._parts.verbs, payload)
        except CommandRefused as refusal:
            return self._counted("refused", f"not done: {refusal}")
        if name in self._free:
            return self._run(came, payload)
        now = self._parts.clock.monotonic()
        code = self._codes.hold(came.user, came.chat, payload, now)
        text = f"To do {name}, send within {EXPIRY_SECONDS:.0f} s:\n/{CONFIRM} {code}"
        return self._counted("asked", text)

    def _confirm(self, came: Incoming, words: list[str]) -> str:
        now = self._parts.clock.monotonic()
        code = words[0] if len(words) == 1 else ""
        payload = self._codes.redeem(came.user, came.chat, code, now)
        if payload is None:
            return self._counted("refused", "not done: no command waits for that code")
        return self._run(came, payload)

    def _run(self, came: Incoming, payload: dict[str, Any]) -> str:
        parts = self._parts
        ask = understand(parts.verbs, payload, f"chat:{came.user}")
        if ask.verb.action == STOP:
            parts.latch(ask.principal)

        def act(desk: Desk) -> str:
            try:
                return perform(desk, ask)
            finally:
                parts.changed(desk)

        future: Future[Any] = parts.inbox.ask(act)
        try:
            return self._counted("done", str(future.result(parts.patience)))
        except CommandRefused as refusal:
            return self._counted("refused", f"not done: {refusal}")
        except TooSlow:
            return self._busy(future, ask.verb.action)

    def _busy(self, future: "Future[Any]", action: str) -> str:
        if action == "status" and future.cancel():
            return self._counted("done", f"the desk is busy; last known:\n{self._parts.glance()}")
        if action not in STOPPING and future.cancel():
            return self._counted("refused", "the desk is busy; nothing was done")
        if action in STOPPING:
            return self._counted("done", "the desk is busy; it will be done as soon as it is not")
        return self._counted("done", "the desk has begun and is not done yet; see /status")

    def _help(self) -> str:
        lines = []
        for row in listed(self._parts.verbs):
            takes = "".join(
                f" {one['name']}" if one["required"] else f" [{one['name']}]"
                for one in row["parameters"]
            )
            code = "" if row["action"] in self._free else " Needs a code."
            lines.append(f"/{row['action']}{takes}: {row['help']}{code}")
        return "\n".join([*lines, f"/{CONFIRM} code: Do what the code was given for."])

    def _counted(self, result: str, text: Said) -> Said:
        self._parts.counts.add("chat_updates", result)
        return text


def _payload(verb: Verb, words: list[str]) -> dict[str, Any]:
    """Give words to parameters in their order; a text takes all that is left."""
    payload: dict[str, Any] = {"action": verb.action}
    left = list(words)
    for parameter in verb.parameters:
        if not left:
            break
        if parameter.kind == "text":
            payload[parameter.name], left = " ".join(left), []
            break
        payload[parameter.name] = _value(parameter.kind, left.pop(0))
    if left:
        payload[left[0]] = ""  # more than the verb takes: named in the refusal
    return payload


def _value(kind: str, word: str) -> int | bool | str:
    if kind == "integer" and word.isascii() and word.isdigit() and len(word) <= 18:  # noqa: PLR2004 (digits)
        return int(word)
    if kind == "boolean" and word.lower() in {"true", "false"}:
        return word.lower() == "true"
    return word
