"""Listen for messages on a thread of its own, and answer them.

Rules: news are acknowledged before they are acted on, so a restart never repeats a command; a fault of
the network makes the listener wait longer each time and never ends it; nothing here holds a tick up.
"""

import secrets
import threading
from collections.abc import Callable, Sequence

from holdfast.clock import Clock
from holdfast.config.addresses import users
from holdfast.config.errors import ConfigError
from holdfast.config.settings import Settings
from holdfast.desk.chat.bot_api import PUBLIC, BotApi, BotFault, Incoming
from holdfast.desk.chat.chat_verbs import chat_verbs, standing
from holdfast.desk.chat.dialogue import ChatParts, Dialogue
from holdfast.desk.control.verbs import Verb
from holdfast.desk.desk import Desk
from holdfast.desk.inbox import Inbox
from holdfast.desk.status.board import StatusBoard
from holdfast.desk.status.counts import Counts
from holdfast.telemetry import log

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
STOP_SECONDS = 1.0


class ChatListener:
    """The thread between the Bot API and the dialogue."""

    def __init__(self, api: BotApi, dialogue: Dialogue) -> None:
        self._api = api
        self._dialogue = dialogue
        self._offset = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="chat", daemon=True)

    def start(self) -> None:
        """Start to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Listen no more; a question that is on its way is not waited for."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)
        self._api.close()

    def turn(self) -> None:
        """Take the news once, acknowledge them, and answer each."""
        news = self._api.news(self._offset)
        if not news or self._stopping.is_set():
            return
        offset = max(one.update for one in news) + 1
        self._api.news(offset, wait=False)
        self._offset = offset
        for came in news:
            self._answer(came)

    def _answer(self, came: Incoming) -> None:
        text = self._dialogue.answer(came)
        if text is None:
            return
        try:
            self._api.say(came.chat, text)
        except BotFault as fault:
            log.warning(f"an answer by chat did not arrive: {fault}")

    def _run(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            try:
                self.turn()
                pause = FIRST_PAUSE
            except BotFault as fault:
                log.warning(f"chat: {fault}; tried again in {max(pause, fault.wait):.0f} s")
                self._stopping.wait(max(pause, fault.wait))
                pause = min(pause * 2, LONGEST_PAUSE)
            except Exception:  # noqa: BLE001 (a fault of ours ends no listening)
                if self._stopping.is_set():
                    return
                log.exception("an answer by chat failed")
                self._stopping.wait(FIRST_PAUSE)


def open_chat(
    settings: Settings,
    resolve: Callable[[str], str],
    *,
    inbox: Inbox,
    board: StatusBoard,
    verbs: Sequence[Verb],
    changed: Callable[[Desk], object],
    counts: Counts,
    clock: Clock,
    latch: Callable[[str], object] = lambda _principal: None,
) -> ChatListener | None:
    """Make the listener of a profile, or None where it is off; refuse to listen to everyone."""
    if not settings.chat_enabled:
        return None
    known = users(settings.chat_allowed_users or "")
    if not known or not settings.chat_token:
        raise ConfigError(
            "chat_enabled needs a list of users and a token; without them nobody is listened to",
            key="settings.chat_allowed_users",
            allowed="numbers of users, separated by commas",
            hint="name them, or turn chat_enabled off",
        )

    def status() -> str:
        return standing(board)

    parts = ChatParts(
        inbox=inbox,
        verbs=chat_verbs(verbs, status),
        users=known,
        clock=clock,
        counts=counts,
        draw=lambda: secrets.token_hex(4),
        changed=changed,
        glance=status,
        latch=latch,
        confirm_stops=settings.chat_confirm_stops,
    )
    address = settings.chat_base_url or PUBLIC
    api = BotApi(address, resolve(settings.chat_token), settings.chat_poll_sec)
    return ChatListener(api, Dialogue(parts))
