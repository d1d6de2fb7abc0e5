"""A desk asks again what its key may do: soon while nobody knows, and a silence takes nothing back."""

from types import SimpleNamespace

import pytest

from holdfast.clock import FixedClock
from holdfast.desk.status.counts import Counts
from holdfast.domain.errors import VenueUnavailable
from holdfast.safety.key_scopes import RECHECK_SECONDS
from holdfast.wiring.key_watch import PATIENCE_SECONDS, RETRY_SECONDS, KeyWatch
from holdfast.wiring.keys import Keyring, look_at_key

GOOD = {
    "permissions": [
        "query-funds",
        "query-open-trades",
        "query-closed-trades",
        "query-ledger",
        "modify-trades",
        "close-trades",
    ],
    "ipAllowlist": [],
    "validUntil": "0",
    "nonceWindow": "0",
    "createdTime": "1767000000",
}


class Exchange:
    """Answers what a test says, and counts the questions."""

    def __init__(self):
        self.answer = GOOD
        self.asked = 0

    def __call__(self):
        self.asked += 1
        if self.answer is None:
            raise VenueUnavailable("no answer")
        return self.answer


@pytest.fixture
def world():
    exchange, clock, notes = Exchange(), FixedClock(1_767_225_600_000_000), []
    keyring = Keyring(
        secrets={},
        sources=None,
        profile=SimpleNamespace(env="staging", secrets={"api_key": SimpleNamespace(place=None)}),
        lease=SimpleNamespace(fingerprint="0a0b0c0d"),
    )
    books = SimpleNamespace(holds={})
    desk = SimpleNamespace(note=notes.append, clock=clock, books=books)

    def watch():
        first = look_at_key(keyring, exchange, clock, starting=True)
        again = lambda: look_at_key(keyring, exchange, clock, starting=False)  # noqa: E731
        return KeyWatch(again, first, "0a0b0c0d", Counts(), clock.monotonic())

    return exchange, clock, notes, watch, desk


def test_a_key_nobody_knew_at_the_start_is_asked_about_every_minute(world):
    exchange, clock, notes, begin, desk = world
    exchange.answer = None
    watch = begin()
    assert watch.fault is None

    exchange.answer = GOOD
    clock.sleep(RETRY_SECONDS - 1)
    watch(desk)
    assert (exchange.asked, watch.fault) == (1, None)
    clock.sleep(1)
    watch(desk)
    assert (exchange.asked, watch.fault) == (2, "")
    assert [note.result for note in notes] == ["live"]


def test_a_known_key_is_asked_about_now_and_then_and_a_short_silence_changes_nothing(world):
    exchange, clock, notes, begin, desk = world
    watch = begin()
    exchange.answer = None
    clock.sleep(RECHECK_SECONDS - 1)
    watch(desk)
    assert exchange.asked == 1
    clock.sleep(1)
    watch(desk)
    assert (exchange.asked, watch.fault) == (2, "")
    assert notes == []


def test_a_long_silence_keeps_the_key_from_live(world):
    exchange, clock, notes, begin, desk = world
    watch = begin()
    exchange.answer = None
    clock.sleep(RECHECK_SECONDS + PATIENCE_SECONDS)
    watch(desk)
    assert watch.fault is None
    assert [note.result for note in notes] == ["dry"]


def test_a_key_that_lost_a_scope_is_kept_from_live(world):
    exchange, clock, notes, begin, desk = world
    watch = begin()
    exchange.answer = {**GOOD, "permissions": ["query-funds"]}
    clock.sleep(RECHECK_SECONDS)
    watch(desk)
    assert "modify-trades is missing" in watch.fault
    assert [note.result for note in notes] == ["dry"]
