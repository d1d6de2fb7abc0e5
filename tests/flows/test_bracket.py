"""The bracket without Prefect: a recorder made of threads, slow on purpose."""

import queue
import random
import threading
import time
from collections.abc import Callable

import pytest

from holdfast.desk.bracket.seat import Offer, Seat
from holdfast.desk.bracket.session import Recorder, SessionBracket
from holdfast.desk.tick import TickSummary

PATIENCE = 0.02  # a recorder may be later than this, and is meant to be
AMPLE = 10.0  # none is later than this, on the busiest machine


class Book:
    """A recorder that keeps what it recorded, with a delay before each record opens."""

    def __init__(self, delay: Callable[[], float] = lambda: 0.0) -> None:
        self.delay = delay
        self.there = threading.Event()
        self.there.set()
        self.recorded: list[int] = []
        self.missed: list[int] = []
        self.sentences: list[str] = []
        self.seats: list[Seat] = []
        self.settled = False
        self.lock = threading.Lock()

    def sit(self, seat: Seat) -> None:
        offers: queue.SimpleQueue[Offer | None] = queue.SimpleQueue()
        self.seats.append(seat)
        seat.take(offers.put)
        while (offer := offers.get()) is not None:
            self._record(offer)

    def settle(self, _seconds: float) -> None:
        self.settled = True

    def recorder(self) -> Recorder:
        return Recorder(reachable=self.there.is_set, sit=self.sit, settle=self.settle)

    def _record(self, offer: Offer) -> None:
        time.sleep(self.delay())
        over = threading.Event()
        if not offer.open(f"run-{offer.number}", over.set):
            self.missed.append(offer.number)
            return
        assert over.wait(5)
        with self.lock:
            self.recorded.append(offer.number)
            self.sentences.append(offer.sentence())


def bracket_with(book: Book, *, seconds: float = 3600.0, patience: float = AMPLE) -> SessionBracket:
    bracket = SessionBracket(
        book.recorder(), profile="paper", session_seconds=seconds, patience_seconds=patience
    )
    bracket.attach()
    return bracket


def wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.01)


def changed(number: int) -> TickSummary:
    return TickSummary(tick=number, first_sequence=number, last_sequence=number, events=1)


def quiet(number: int) -> TickSummary:
    return TickSummary(tick=number, first_sequence=number + 1, last_sequence=number)


def test_every_tick_runs_once_whatever_the_recorder_does() -> None:
    chance = random.Random(11)  # noqa: S311 (delays, not secrets)
    book = Book(lambda: chance.choice((0.0, 0.0, 0.001, 0.03)))
    bracket = bracket_with(book, patience=PATIENCE)
    wait_for(lambda: bracket.state() == "attached")
    ran: list[int] = []

    def run(number: int) -> TickSummary:
        ran.append(number)
        return changed(number) if number % 3 else quiet(number)

    marked = {}
    for number in range(1, 251):
        bracket.wants(minute_over=False, changed_last=number % 2 == 0)
        marked[number] = bracket.bracket(number, lambda number=number: run(number))
    bracket.close(5)
    assert ran == list(range(1, 251))
    recorded = {number for number, one in marked.items() if one.task_run}
    assert recorded == set(book.recorded)
    assert recorded.isdisjoint(book.missed)
    assert book.missed, "no record came late: the test proves nothing"
    assert all(marked[number].task_run == f"run-{number}" for number in recorded)
    assert not any(marked[number].orchestrated for number in book.missed)


def test_a_tick_waits_no_longer_than_its_patience_and_a_hung_recorder_costs_it_once() -> None:
    hung = threading.Event()
    book = Book(lambda: float(hung.wait(30)) - 1.0)
    bracket = bracket_with(book, patience=PATIENCE)
    wait_for(lambda: bracket.state() == "attached")
    bracket.wants(minute_over=False, changed_last=True)
    started = time.monotonic()
    done = [bracket.bracket(number, lambda number=number: changed(number)) for number in range(20)]
    assert time.monotonic() - started < AMPLE  # it hangs for three times as long
    assert not any(one.orchestrated for one in done)
    hung.set()
    wait_for(lambda: book.missed == [0])
    bracket.close(5)
    assert book.recorded == []


def test_an_unexpected_change_is_recorded_after_the_tick_and_a_quiet_tick_is_only_counted() -> None:
    book = Book()
    bracket = bracket_with(book)
    wait_for(lambda: bracket.state() == "attached")
    bracket.wants(minute_over=False, changed_last=True)
    bracket.bracket(1, lambda: changed(1))
    bracket.wants(minute_over=True, changed_last=False)
    calm = bracket.bracket(2, lambda: quiet(2))
    surprise = bracket.bracket(3, lambda: changed(3))
    bracket.close(5)
    assert (calm.orchestrated, calm.task_run) == (True, "")
    assert (surprise.orchestrated, surprise.task_run) == (True, "run-3")
    assert book.recorded == [1, 3]
    assert book.sentences[1].startswith("ledger 3-3;")
    assert "3 ticks, 2 recorded, 1 quiet, 0 unorchestrated" in book.seats[0].table.markdown("x")


def test_ticks_go_on_unorchestrated_while_the_server_is_away_and_are_recorded_again_after() -> None:
    book = Book()
    book.there.clear()
    bracket = bracket_with(book)
    assert bracket.state() == "absent"
    before = bracket.bracket(1, lambda: changed(1))
    book.there.set()
    wait_for(lambda: bracket.state() == "attached")
    during = bracket.bracket(2, lambda: changed(2))
    book.there.clear()
    wait_for(lambda: bracket.state() == "waiting")
    away = bracket.bracket(3, lambda: changed(3))
    book.there.set()
    wait_for(lambda: bracket.state() == "attached")
    after = bracket.bracket(4, lambda: changed(4))
    bracket.close(5)
    marks = [one.orchestrated for one in (before, during, away, after)]
    assert marks == [False, True, False, True]
    assert len(book.seats) == 1, "the session outlives a short outage"


def test_the_next_session_listens_before_the_old_one_leaves() -> None:
    book = Book()
    bracket = bracket_with(book, seconds=1.0)
    wait_for(lambda: bracket.state() == "attached")
    marks = []
    number = 0
    while len(book.seats) < 3:
        number += 1
        bracket.wants(minute_over=False, changed_last=True)
        tick = bracket.bracket(number, lambda number=number: changed(number))
        marks.append(tick.orchestrated)
        time.sleep(0.01)
    bracket.close(5)
    assert all(marks)
    assert sorted(book.recorded) == list(range(1, number + 1))
    assert book.seats[0].farewell == "the next session took over"
    assert book.seats[-1].farewell == "the desk stopped"
    assert book.settled


def test_a_failed_tick_closes_its_record_and_stays_a_failure() -> None:
    book = Book()
    bracket = bracket_with(book)
    wait_for(lambda: bracket.state() == "attached")

    def run() -> TickSummary:
        raise ValueError("no mark")

    with pytest.raises(ValueError, match="no mark"):
        bracket.bracket(7, run)
    bracket.close(5)
    assert book.sentences == ["tick 7 failed: ValueError: no mark"]


def test_a_session_that_fails_to_open_is_tried_again() -> None:
    book, tries = Book(), []

    def sit(seat: Seat) -> None:
        tries.append(seat)
        if len(tries) < 3:
            raise ConnectionError("refused")
        book.sit(seat)

    recorder = Recorder(reachable=lambda: True, sit=sit, settle=book.settle)
    bracket = SessionBracket(
        recorder, profile="paper", session_seconds=60, patience_seconds=PATIENCE
    )
    bracket.attach()
    wait_for(lambda: bracket.state() == "attached")
    bracket.close(5)
    assert len(tries) == 3


def test_closing_waits_no_longer_than_it_is_told() -> None:
    stuck = threading.Event()

    def sit(seat: Seat) -> None:
        seat.take(lambda _: None)
        stuck.wait(30)

    recorder = Recorder(reachable=lambda: True, sit=sit, settle=lambda _: None)
    bracket = SessionBracket(
        recorder, profile="paper", session_seconds=60, patience_seconds=PATIENCE
    )
    bracket.attach()
    wait_for(lambda: bracket.state() == "attached")
    started = time.monotonic()
    bracket.close(0.3)
    assert time.monotonic() - started < AMPLE
    stuck.set()


def test_a_stop_asked_for_over_there_reaches_the_desk() -> None:
    book = Book()
    bracket = bracket_with(book)
    wait_for(lambda: bracket.state() == "attached")
    assert not bracket.stop_asked()
    book.seats[0].ask_stop()
    assert bracket.stop_asked()
    bracket.close(5)
