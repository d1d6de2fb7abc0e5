"""The command bar speaks to a desk on this machine only, briefly, and never twice."""

import json
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from streamlit.testing.v1 import AppTest

from dashboards import control
from dashboards.control import Desk, Verb
from holdfast.desk.control.verbs import listed, verb_table

KNOWN = [Verb("pause", "", ()), Verb("toggle_sticky", "", ("slot_id", "sticky"))]


@pytest.fixture
def published_beside(tmp_path: Path) -> Callable[..., Path]:
    def make(facts: dict[str, str]) -> Path:
        folder = tmp_path / "published"
        folder.mkdir(exist_ok=True)
        (tmp_path / "control.json").write_text(json.dumps(facts))
        return folder

    return make


def test_verbs_and_their_parameters_are_read(api: Any) -> None:
    found = control.verbs(Desk(api.url, "t"))
    assert not isinstance(found, str)
    assert [(verb.action, verb.parameters) for verb in found] == [
        ("pause", ("reason",)),
        ("set_entry_pct", ("value",)),
        ("toggle_sticky", ("slot_id", "sticky")),
    ]


def test_a_command_is_sent_once_with_the_token(api: Any) -> None:
    answer = control.send(Desk(api.url, "secret"), {"action": "pause"})
    assert (answer.ok, answer.message) == (True, "paused")
    assert api.asked == [("Bearer secret", {"action": "pause"})]


@pytest.mark.parametrize(
    ("code", "body", "message"),
    [
        (400, {"ok": False, "message": "value must be at least 0.05"}, "value must be at least"),
        (200, {"ok": False, "message": "resume refused"}, "resume refused"),
        (500, b"<html>", "HTTP 500"),
    ],
)
def test_a_refusal_is_shown_as_the_desk_said_it(
    code: int, body: Any, message: str, api: Any
) -> None:
    api.reply = (code, body)
    answer = control.send(Desk(api.url, "t"), {"action": "resume"})
    assert not answer.ok
    assert message in answer.message


def test_a_desk_that_does_not_answer_never_holds_the_page(
    api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = control._TIMEOUT.as_dict()
    assert sum(parts.values()) <= control.PATIENCE
    monkeypatch.setattr(control, "_TIMEOUT", httpx.Timeout(**{**parts, "read": 0.2}))
    api.delay = 20.0
    start = time.monotonic()
    answer = control.send(Desk(api.url, "t"), {"action": "pause"})
    assert time.monotonic() - start < api.delay / 2
    assert "whether it acted is not known" in answer.message


def test_a_desk_that_is_gone_is_a_sentence() -> None:
    gone = Desk("http://127.0.0.1:9", "t")
    assert "nothing was done" in control.send(gone, {"action": "pause"}).message
    assert control.verbs(gone) == "The desk does not answer, so it takes no commands now."


@pytest.mark.parametrize(
    "url", ["http://example.com:80", "https://127.0.0.1", "http://[", "file:///x"]
)
def test_the_token_is_never_sent_off_this_machine(
    url: str, published_beside: Callable[..., Path]
) -> None:
    found = control.find_desk(published_beside({"url": url, "token": "t"}))
    assert isinstance(found, str)
    assert "not this machine" in found


def test_a_missing_or_broken_control_file_is_a_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "published"
    assert "not running" in str(control.find_desk(folder))
    (tmp_path / "control.json").write_text("{")
    assert "cannot be read" in str(control.find_desk(folder))
    (tmp_path / "control.json").write_text("[]")
    assert "no address" in str(control.find_desk(folder))


@pytest.mark.plan("001-141")
@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("pause", {"action": "pause"}),
        ("toggle_sticky 3 false", {"action": "toggle_sticky", "slot_id": 3, "sticky": False}),
        ("toggle_sticky sticky=true 3", {"action": "toggle_sticky", "slot_id": 3, "sticky": True}),
    ],
)
def test_a_line_becomes_a_command(line: str, command: dict[str, Any]) -> None:
    assert control.parse(line, KNOWN) == command


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("", "Type a verb"),
        ("panic", "There is no verb panic"),
        ("pause now", "takes no value; now is one too many"),
        ("toggle_sticky size=3", "it has no size"),
    ],
)
def test_a_line_that_is_no_command_says_what_is_wrong(line: str, sentence: str) -> None:
    said = control.parse(line, KNOWN)
    assert isinstance(said, str)
    assert sentence in said


def test_the_verbs_of_a_real_desk_are_understood(api: Any) -> None:
    table = verb_table(Decimal("0.25"), lambda: None, dict)
    api.verbs = msgspec.json.decode(msgspec.json.encode({"verbs": listed(table)}))
    found = control.verbs(Desk(api.url, "t"))
    assert not isinstance(found, str)
    assert {verb.action for verb in found} == {verb.action for verb in table}
    assert {"pause", "resume", "toggle_sticky"} <= {verb.action for verb in found}
    usage = {verb.action: verb.usage for verb in found}
    assert usage["remove_slot"] == "slot_id"
    assert usage["remove_slots"] == "[count]"
    asked = control.parse("toggle_sticky 3 confirm=true", found)
    assert asked == {"action": "toggle_sticky", "slot_id": 3, "confirm": True}


def test_a_text_with_blanks_is_quoted() -> None:
    known = [Verb("pause", "", ("reason",))]
    asked = control.parse('pause reason="end of day"', known)
    assert asked == {"action": "pause", "reason": "end of day"}
    assert "quotation mark" in str(control.parse('pause "end', known))


def test_amounts_keep_their_digits() -> None:
    known = [Verb("set_entry_pct", "", ("value",))]
    command = control.parse("set_entry_pct 0.40", known)
    assert command == {"action": "set_entry_pct", "value": "0.40"}


def test_the_bar_is_disabled_with_a_sentence_when_the_desk_is_down(tmp_path: Path) -> None:
    app = AppTest.from_function(_bar, args=(str(tmp_path / "published"),), default_timeout=30).run()
    assert not app.exception
    assert app.text_input[0].disabled
    assert "not running" in app.text_input[0].placeholder


def test_the_bar_sends_a_verb_and_shows_the_answer(
    api: Any, published_beside: Callable[..., Path], markup: Callable[[AppTest], str]
) -> None:
    folder = published_beside({"url": api.url, "token": "t"})
    app = AppTest.from_function(_bar, args=(str(folder),), default_timeout=30).run()
    assert not app.exception
    app.text_input[0].set_value("pause").run()
    assert "paused" in markup(app)
    assert app.text_input[0].value == ""
    app.run()
    assert len(api.asked) == 1
    app.text_input[0].set_value("panic").run()
    assert "There is no verb panic" in markup(app)
    assert len(api.asked) == 1


def _bar(folder: str) -> None:
    from pathlib import Path

    from dashboards.parts.command_bar import command_bar

    command_bar(Path(folder))
