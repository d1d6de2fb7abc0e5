"""Commands by chat: only those listed, once, with a code where they loosen, and never the token."""

import logging
import sys
import threading
import time
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "desk"))

from bot_server import TOKEN, bot_server
from small_desk import House

from holdfast.clock import FixedClock, SystemClock
from holdfast.config.errors import ConfigError
from holdfast.config.settings import Settings
from holdfast.desk.chat.bot_api import LONGEST, BotApi, BotFault, Incoming, cut
from holdfast.desk.chat.chat_verbs import chat_verbs, standing
from holdfast.desk.chat.codes import EXPIRY_SECONDS, TRIES, Codes
from holdfast.desk.chat.dialogue import ChatParts, Dialogue
from holdfast.desk.chat.listener import ChatListener, open_chat
from holdfast.desk.control.verbs import Verb
from holdfast.desk.inbox import Inbox

USER, CHAT = 5, 50
WRONG = "999:WRONG_TEST_ONLY"


class Table:
    """A dialogue with a real desk, whose thread runs commands as they come."""

    def __init__(self, *, driven=True, **options):
        self.house = House(slots=2).ticks(30)
        self.clock = FixedClock(10**15)
        self.numbers, self.latched = count(1), []
        parts = {
            "inbox": self.house.inbox,
            "verbs": chat_verbs(self.house.verbs, lambda: standing(self.house.board)),
            "users": frozenset({USER, 6}),
            "clock": self.clock,
            "counts": self.house.tally.counts,
            "draw": lambda: f"code{next(self.numbers)}",
            "changed": self.house.report.now,
            "glance": lambda: standing(self.house.board),
            "latch": self.latched.append,
            "patience": 10.0 if driven else 0.1,
        }
        self.dialogue = Dialogue(ChatParts(**(parts | options)))
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._drive, daemon=True)
        if driven:
            self.thread.start()

    def _drive(self):
        while not self.over.is_set():
            self.house.inbox.wait(self.house.desk, 0.01)

    def close(self):
        self.over.set()
        if self.thread.is_alive():
            self.thread.join(5)

    def says(self, text, *, user=USER, chat=CHAT, age=0):
        sent_at = self.clock.wall() // 1_000_000 - age
        came = Incoming(update=1, user=user, chat=chat, sent_at=sent_at, text=text)
        return self.dialogue.answer(came)

    def counted(self, result):
        return self.house.tally.counts.told().get(("chat_updates", result), 0)

    @property
    def commands(self):
        return [(one.action, one.principal) for one in self.house.notes("CommandNoted")]

    @property
    def holds(self):
        return set(self.house.desk.books.holds)


@pytest.fixture
def table():
    made = Table()
    yield made
    made.close()


@pytest.fixture
def idle():
    made = Table(driven=False)
    yield made
    made.close()


def test_status_and_why_answer_and_are_journaled(table):
    assert table.says("/status").startswith("paper (paper) DOGE/USD\nmode")
    assert "Slot 1 is" in table.says("/why 1")
    assert table.commands == [("status", "chat:5"), ("why", "chat:5")]


def test_pause_and_stop_act_at_once_and_resume_needs_its_code(table):
    assert "paused" in table.says("/pause going to lunch")
    assert table.house.desk.books.holds == {"operator": "going to lunch"}
    asked = table.says("/resume")
    assert "/confirm code1" in asked
    assert table.holds == {"operator"}
    assert table.says("/confirm code1") == "resumed"
    assert table.holds == set()
    assert "stopped" in table.says("/stop")
    assert table.holds == {"estop"}
    assert table.latched == ["chat:5"]
    assert table.says("/stop") == "stopped already"
    assert [one for one, _ in table.commands] == ["pause", "resume", "stop", "stop"]


def test_a_profile_may_ask_for_a_code_before_a_stop_too():
    table = Table(confirm_stops=True)
    try:
        assert "/confirm code1" in table.says("/stop")
        assert (table.holds, table.latched) == (set(), [])
        table.says("/confirm code1")
        assert table.holds == {"estop"}
    finally:
        table.close()


def test_resuming_does_not_clear_an_emergency_stop(table):
    table.says("/stop")
    table.says("/resume")
    assert table.says("/confirm code1").startswith("not done: not resumed: a hold stands: estop")
    assert table.holds == {"estop"}
    assert table.counted("refused") == 1


@pytest.mark.parametrize(
    ("user", "chat"),
    [(7, CHAT), (0, CHAT), (USER, 0), (-5, CHAT)],
)
def test_who_is_not_listed_gets_silence_and_is_counted(table, user, chat):
    assert table.says("/pause", user=user, chat=chat) is None
    assert table.holds == set()
    assert table.commands == []
    assert table.counted("stranger") == 1


def test_what_is_no_command_gets_silence(table):
    for text in ("", "hello", "pause", " "):
        assert table.says(text) is None
    assert table.counted("ignored") == 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/fly", "unknown command: fly"),
        ("/add_slot", "unknown command: add_slot"),
        ("/why", "slot_id is missing"),
        ("/why x", "slot_id x is not a whole number"),
        ("/why 1 2", "unknown parameter: 2"),
        ("/why -1", "slot_id -1 is not"),
        ("/why 99", "there is no slot 99"),
        ("/resume now", "unknown parameter: now"),
        ("/pause " + "x" * 161, "is not text of at most 160"),
        ("/confirm", "no command waits"),
        ("/confirm code1", "no command waits"),
        ("/confirm a b", "no command waits"),
        ("/\u202efly", "unknown command: ?fly"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(table, text, said):
    assert said in table.says(text)
    assert table.holds == set()


def test_a_command_may_name_the_bot_and_its_letters_may_be_large(table):
    assert "paused" in table.says("/PAUSE@our_bot")


def test_a_code_is_bound_to_its_user_and_chat(table):
    table.says("/pause")
    table.says("/resume")
    assert "no command waits" in table.says("/confirm code1", user=6)
    assert "no command waits" in table.says("/confirm code1", chat=51)
    assert table.says("/confirm code1") == "resumed"
    assert "no command waits" in table.says("/confirm code1")


@pytest.mark.parametrize(("seconds", "taken"), [(59, True), (60, False), (61, False)])
def test_a_code_is_good_for_a_minute(table, seconds, taken):
    table.says("/pause")
    table.says("/resume")
    table.clock.sleep(seconds)
    answer = table.says("/confirm code1")
    assert (answer == "resumed") is taken
    assert (table.holds == set()) is taken


def test_a_command_that_was_long_on_its_way_is_not_done_unless_it_stops(table):
    assert "was not done" in table.says("/resume", age=121)
    assert "/confirm" in table.says("/resume", age=120)
    assert "stopped" in table.says("/stop", age=86_400)
    assert table.holds == {"estop"}


def test_the_help_is_the_verb_table(table):
    told = table.says("/help")
    table_verbs = {verb.action: verb for verb in table.house.verbs}
    assert f"/pause [reason]: {table_verbs['pause'].help}" in told
    assert f"/resume: {table_verbs['resume'].help} Needs a code." in told
    assert [line.split()[0].strip(":") for line in told.splitlines()] == [
        "/status",
        "/why",
        "/pause",
        "/resume",
        "/stop",
        "/open_slot",
        "/close_slot",
        "/soft_close",
        "/soft_close_next",
        "/cancel_stale_recoveries",
        "/confirm",
    ]
    assert table.says("/start") == told


def test_a_stop_of_the_desks_own_takes_the_place_of_the_hold(table):
    own = Verb(action="kill", help="Trip the latch.", run=lambda _desk, _given: "latched")
    verbs = {verb.action: verb for verb in chat_verbs((*table.house.verbs, own), str)}
    assert "kill" not in verbs
    assert (verbs["stop"].action, verbs["stop"].help) == ("stop", own.help)
    assert verbs["stop"].run is own.run


def test_a_busy_desk_is_said_to_be_busy_and_a_stop_stays_in_its_line(idle):
    assert idle.says("/status").startswith("the desk is busy; last known:\npaper")
    assert idle.says("/why 1") == "the desk is busy; nothing was done"
    assert "as soon as it is not" in idle.says("/stop")
    assert idle.latched == ["chat:5"]
    idle.house.inbox.drain(idle.house.desk)
    assert idle.holds == {"estop"}
    assert idle.commands == [("stop", "chat:5")]


@given(st.lists(st.sampled_from(["hold", "right", "wrong", "other", "wait"]), max_size=40))
def test_codes_are_good_once_for_whom_they_were_given_within_their_time(acts):
    numbers, now = count(1), 0.0
    codes = Codes(lambda: str(next(numbers)))
    code, until, tries = None, 0.0, 0
    for act in acts:
        if act == "hold":
            code, until, tries = codes.hold(1, 2, {"action": "x"}, now), now + EXPIRY_SECONDS, TRIES
        elif act == "wait":
            now += 25
        elif act == "other":
            assert codes.redeem(2, 1, code or "1", now) is None
        else:
            good = act == "right" and code is not None and now < until and tries > 0
            found = codes.redeem(1, 2, (code or "0") if act == "right" else "wrong", now)
            assert (found is not None) is good
            tries -= act == "wrong"
            code = None if good else code


@given(st.text(max_size=6_000), st.integers(0, 5_000))
def test_an_answer_always_fits_into_a_message(text, more):
    shown = cut(text + "\U0001f600" * more)
    assert 0 < len(shown.encode("utf-16-le")) // 2 <= LONGEST
    assert shown.endswith("…") or shown == (text + "\U0001f600" * more or "(nothing)")


def test_an_answer_at_the_bound_is_whole_and_one_more_is_cut():
    assert cut("x" * LONGEST) == "x" * LONGEST
    assert cut("x" * (LONGEST + 1)) == "x" * (LONGEST - 1) + "…"


@contextmanager
def listening(bot, house, token=TOKEN, **settings):
    """Open a chat of a profile against the bot of this machine, with a desk that ticks."""
    asked = {
        "chat_enabled": True,
        "chat_token": "secret://file/bot",
        "chat_allowed_users": "5, 6",
        "chat_base_url": f"http://127.0.0.1:{bot.port}",
        "chat_poll_sec": 1,
    }
    chat = open_chat(
        Settings(**(asked | settings)),
        lambda _: token,
        inbox=house.inbox,
        board=house.board,
        verbs=house.verbs,
        changed=house.report.now,
        counts=house.tally.counts,
        clock=SystemClock(),
    )
    over = threading.Event()
    thread = threading.Thread(target=house._drive, args=(over,), daemon=True)
    thread.start()
    chat.start()
    try:
        yield chat
    finally:
        chat.stop()
        over.set()
        thread.join(5)


def now():
    return int(time.time())


def test_a_person_pauses_and_resumes_a_real_desk_over_the_bot_api():
    house = House(slots=2, candles=4_000).ticks(30)
    with bot_server() as bot, listening(bot, house):
        bot.write("/pause", at=now(), user=99)
        bot.write("/pause", at=now())
        bot.wait(1)
        assert "paused" in bot.said[0][1]
        bot.write("/resume", at=now())
        bot.wait(2)
        bot.write(bot.said[1][1].splitlines()[1], at=now())
        bot.wait(3)
        bot.write("/status", at=now(), chat=51)
        bot.wait(4)
    assert bot.said[2] == (50, "resumed")
    assert bot.said[3][0] == 51
    noted = [(one.action, one.principal) for one in house.notes("CommandNoted")]
    assert noted == [("pause", "chat:5"), ("resume", "chat:5"), ("status", "chat:5")]
    assert house.tally.counts.told()["chat_updates", "stranger"] == 1


def test_a_restart_repeats_no_command():
    house = House(slots=2, candles=4_000).ticks(30)
    with bot_server() as bot:
        with listening(bot, house):
            bot.write("/pause", at=now())
            bot.wait(1)
        with listening(bot, house):
            bot.write("/status", at=now())
            bot.wait(2)
    assert [one.action for one in house.notes("CommandNoted")] == ["pause", "status"]


def test_news_are_acknowledged_before_they_are_acted_on():
    with bot_server() as bot:
        api, seen = BotApi(f"http://127.0.0.1:{bot.port}", TOKEN, 1), []

        class Watching:
            def answer(self, came):
                seen.append((came.text, list(bot.updates)))

        listener = ChatListener(api, Watching())
        bot.write("/stop", at=1)
        listener.turn()
        assert seen == [("/stop", [])]
        bot.write("/stop", at=1)
        bot.faults = [(200, {"ok": True, "result": bot.updates}), (502, b"<html>")]
        with pytest.raises(BotFault):
            listener.turn()
        assert len(seen) == 1, "what could not be acknowledged is not done"
        listener.turn()
        assert len(seen) == 2
        listener.stop()


@pytest.mark.parametrize(
    "fault",
    [
        (500, b"<html>broken</html>"),
        (429, {"ok": False, "parameters": {"retry_after": 1}}),
        (200, {"ok": False}),
        (200, b"[1]"),
        (200, {"ok": True, "result": {"no": "list"}}),
        (200, {"ok": True, "result": [None, {"update_id": "x"}, {"update_id": 1, "message": 7}]}),
    ],
)
def test_a_broken_answer_ends_no_listening(fault, monkeypatch):
    monkeypatch.setattr("holdfast.desk.chat.listener.FIRST_PAUSE", 0.05)
    house = House(slots=1, candles=4_000).ticks(5)
    with bot_server() as bot:
        bot.faults = [fault, fault]
        with listening(bot, house):
            bot.write("/status", at=now())
            bot.wait(1)
    assert "mode" in bot.said[0][1]


def heard(capfd, words, patience=10.0):
    """Gather what the process printed until `words` are in it, or `patience` seconds are over."""
    gathered, end = "", time.monotonic() + patience
    while words not in gathered and time.monotonic() < end:
        time.sleep(0.02)
        printed = capfd.readouterr()
        gathered += printed.out + printed.err
    return gathered


def test_the_token_is_in_no_log_line_error_or_repr(capfd, caplog):
    caplog.set_level(logging.DEBUG)
    house = House(slots=1, candles=4_000).ticks(5)
    with bot_server() as bot:
        with listening(bot, house):
            bot.write("/status", at=now())
            bot.wait(1)
        with listening(bot, house, WRONG):
            said = heard(capfd, "chat: getUpdates: code 404")
        port = bot.port
    api = BotApi(f"http://127.0.0.1:{port}", TOKEN, 1)
    with pytest.raises(BotFault) as dead:
        api.news(0)
    last = capfd.readouterr()
    everything = said + last.out + last.err + caplog.text + repr(api) + repr(dead.value)
    assert "chat: getUpdates: code 404" in everything
    for secret in ("TEST_ONLY", "12345:", "999:"):
        assert secret not in everything
    assert dead.value.__suppress_context__


def test_without_people_or_token_nobody_is_listened_to():
    for missing in ("chat_allowed_users", "chat_token"):
        settings = {"chat_enabled": True, "chat_token": "secret://a/b", "chat_allowed_users": "5"}
        settings[missing] = None
        with pytest.raises(ConfigError, match="nobody is listened to"):
            open_chat(
                Settings(**settings),
                pytest.fail,
                inbox=Inbox(),
                board=None,
                verbs=(),
                changed=None,
                counts=None,
                clock=SystemClock(),
            )


def test_a_bot_that_writes_is_nobody(table):
    with bot_server() as bot:
        api = BotApi(f"http://127.0.0.1:{bot.port}", TOKEN, 1)
        bot.write("/pause", at=now(), **{"from": {"id": 5, "is_bot": True}})
        (came,) = api.news(0)
        assert came.user == 0
        assert table.dialogue.answer(came) is None
        api.close()
