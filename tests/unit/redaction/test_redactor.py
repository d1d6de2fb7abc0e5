"""What a redactor takes out, what it leaves alone, and that it counts."""

import base64
import json
import time
from urllib.parse import quote, quote_plus

import pytest

from holdfast.domain.bookkeeping import AnomalyNoted, CommandNoted, TickNoted
from holdfast.redaction.redactor import Redactor

VALUE = "TEST_ONLY_p/Q+r=s t'u\"v&w\\x_0123456789abcdef"
HEX = "0123456789abcdef" * 4


@pytest.fixture
def redactor() -> Redactor:
    one = Redactor()
    one.register(VALUE)
    return one


FORMS = {
    "plain": VALUE,
    "in json": json.dumps({"note": VALUE}),
    "in repr": repr({"note": VALUE}),
    "in an address": quote(VALUE, safe=""),
    "in a path": quote(VALUE),
    "in a form": quote_plus(VALUE),
    "in an address, small digits": quote(VALUE, safe="")
    .replace("%2B", "%2b")
    .replace("%3D", "%3d"),
    "in base64": base64.b64encode(VALUE.encode()).decode(),
    "in base64 for addresses": base64.urlsafe_b64encode(VALUE.encode()).decode(),
    "in hexadecimal": VALUE.encode().hex(),
    "cut off": VALUE[:30] + "…",
    "cut off in base64": base64.b64encode(VALUE.encode()).decode()[:40],
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_a_known_secret_is_taken_out_in_every_form(redactor, text):
    told = redactor.text(f"before {text} after")
    assert told.startswith("before ")
    assert told.endswith(" after")
    assert "***" in told
    for part in (VALUE[:16], VALUE.encode().hex()[:16]):
        assert part not in told
    assert redactor.total >= 1


@pytest.mark.parametrize("before", ["", "k", "ke", "key:", "long name:"])
def test_a_secret_within_a_longer_base64_text_is_taken_out(redactor, before):
    text = base64.b64encode(f"{before}{VALUE}:after".encode()).decode()
    told = redactor.text(text)
    around = len(base64.b64encode(f"{before}:after".encode()))
    assert "***" in told
    assert len(told) <= around + len("***") + 4, "no more is left than what its neighbours coloured"


SHAPES = [
    ("API-Key: abc123", "API-Key: ***"),
    ("api-sign: ab/cd==", "api-sign: ***"),
    ("Authorization: Bearer abc.def", "Authorization: ***"),
    ("authorization=Basic YWJj", "authorization=***"),
    ("X-Signature: deadbeef, next", "X-Signature: ***, next"),
    ("{'API-Key': 'abc', 'x': 'y'}", "{'API-Key': '***', 'x': 'y'}"),
    ('{"API-Sign": "ab/cd=="}', '{"API-Sign": "***"}'),
    ("[(b'API-Key', b'abc'), (b'Host', b'h')]", "[(b'API-Key', b'***'), (b'Host', b'h')]"),
    ("api_key='abc'", "api_key='***'"),
    ("apiKey=abc", "apiKey=***"),
    ("Bearer abcdefghijklmnop.qrs", "Bearer ***"),
    ("GET /x?token=abc&a=1", "GET /x?token=***&a=1"),
    ("GET /x?a=1&secret=abc", "GET /x?a=1&secret=***"),
    ("GET /x?key=abc HTTP/1.1", "GET /x?key=*** HTTP/1.1"),
    ("/x?password=a%20b#frag", "/x?password=***#frag"),
    ("/x?access_token=abc&api-key=def", "/x?access_token=***&api-key=***"),
    ("otp=123456&nonce=1", "otp=***&nonce=1"),
    ("key=abc&nonce=1", "key=***&nonce=1"),
    ('password="a b c"', 'password="***"'),
    ('{"secret": "abc"}', '{"secret": "***"}'),
    ("{'otp': '123456'}", "{'otp': '***'}"),
    ("https://me:word@host/x", "https://***@host/x"),
    ("redis://:word@127.0.0.1:6379/0", "redis://***@127.0.0.1:6379/0"),
    ("postgresql+psycopg://u:p%40w@h:5432/d", "postgresql+psycopg://***@h:5432/d"),
    ("https://token@host", "https://***@host"),
    ("/bot123456789:TEST_ONLY_abcdefghijklmnopqrstuvwxy/send", "/bot***/send"),
    ("tgram://123456789:TEST_ONLY_abcdefghijklmnopqrstuvwxy/7", "tgram://***/7"),
    (f"private key 0x{HEX}", "private key 0x***"),
    (f"secret={HEX}", "secret=***"),
    (f"{HEX} is the private one", "*** is the private one"),
    (f"key: {HEX.upper()}", "key: ***"),
]


@pytest.mark.parametrize(("text", "told"), SHAPES)
def test_what_looks_like_a_secret_is_taken_out_by_its_shape(text, told):
    one = Redactor()
    assert one.text(text) == told
    assert one.text(told) == told
    assert one.total == told.count("***")


HARMLESS = [
    "tick 12: mark=0.12345 orders=4 slot=3",
    f"chain_hash={HEX} of row 7",
    f"event_hash {HEX}",
    f"order s3-A-c2 0{HEX}",
    "key=settings.slots file=profiles/mine.yaml",
    "profiles/mine.yaml:3:4: secrets.api_key: needs secrets.api_secret beside it; do: add it",
    "api_key=secret://env/DESK_KEY token=secret://file/x",
    "at 12:30:15 fingerprint 1a2b3c4d",
    "http://127.0.0.1:4200/api?limit=3",
    "mail to someone@example.org, see https://example.org/a@b",
    "the token is in control.json; a password is needed",
    "keys and secrets are private",
    "",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret_is_left_alone(text):
    one = Redactor()
    one.register(VALUE)
    assert one.text(text) == text
    assert one.total == 0


def test_an_address_that_is_a_secret_does_not_hide_every_address_like_it():
    one = Redactor()
    one.register("https://hooks.example.org/services/TEST_ONLY_a/b")
    assert one.text("see https://hooks.example.org/help") == "see https://hooks.example.org/help"
    assert one.text("to https://hooks.example.org/services/TEST_ONLY_a/b") == "to ***"


def test_each_line_of_a_secret_of_many_lines_is_taken_out():
    one = Redactor()
    one.register("-----BEGIN TEST-----\nTEST_ONLY_abcdefghij\nTEST_ONLY_klmnopqrst\n-----END-----")
    assert "klmnop" not in one.text("line 3: TEST_ONLY_klmnopqrst")


def test_a_value_too_short_to_tell_apart_is_not_searched_for():
    one = Redactor()
    one.register("seven77")
    assert one.text("seven77") == "seven77"
    one.register("eight888")
    assert one.text("eight888") == "***"


def test_values_are_cleaned_whatever_holds_them(redactor):
    told = redactor.clean(
        {
            "a": [VALUE, (VALUE, 3)],
            VALUE: b"x" + VALUE.encode(),
            "token": "abc",
            "n": None,
            "s": 1.5,
        }
    )
    assert told == {"a": ["***", ("***", 3)], "***": b"x***", "token": "***", "n": None, "s": 1.5}
    assert redactor.clean({"api_key": "secret://env/A"}) == {"api_key": "secret://env/A"}


def test_a_note_on_its_way_to_the_ledger_is_cleaned_and_else_the_same(redactor):
    anomaly = AnomalyNoted(kind="venue", detail=f"answer: {VALUE}")
    assert redactor.note(anomaly) == AnomalyNoted(kind="venue", detail="answer: ***")
    command = CommandNoted(
        action="set", arguments={"why": VALUE}, principal="api", accepted=True, message="ok"
    )
    assert redactor.note(command).arguments == {"why": "***"}
    quiet = TickNoted(1, "0.1", 0, 0, 0, False)
    assert redactor.note(quiet) is quiet


def test_a_long_line_is_read_in_a_moment(redactor):
    for line in (
        "a" * 200_000,
        "a-" * 100_000,
        '"secret": "' * 20_000,
        "?key" * 50_000,
        HEX * 3000,
    ):
        began = time.perf_counter()
        redactor.text(line)
        assert time.perf_counter() - began < 5
