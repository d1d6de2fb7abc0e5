"""The life of a desk between start and stop, and the commands that reach it."""

import threading
from decimal import Decimal
from functools import partial

import pytest
from desk_world import World, walk

from holdfast.desk.inbox import Inbox
from holdfast.desk.loop import RESTART_CODE, Loop
from holdfast.desk.session import Bracketed, NoOrchestrator
from holdfast.domain.bookkeeping import SessionStopped

CALM = (5, 5, 0, 1)


@pytest.fixture
def world():
    made = World(walk([CALM] * 6))
    made.open()
    yield made
    made.close()


def loop_of(world, inbox=None, orchestrator=None, **more):
    given = {"candle_seconds": 60, "speed": Decimal(0), **more}
    return Loop(world.desk, inbox or Inbox(), orchestrator or NoOrchestrator(), **given)


def test_a_loop_ends_when_the_candles_are_over(world):
    loop = loop_of(world)
    assert loop.run() == 0
    loop.finish()
    assert (loop.stop_reason, world.desk.tick_number) == ("process exit", 7)
    stop = [row for row in world.rows() if isinstance(row, SessionStopped)]
    assert [(row.epoch, row.reason) for row in stop] == [(1, "process exit")]


def test_a_loop_ends_after_so_many_candles(world):
    loop = loop_of(world, candles=2)
    loop.run()
    assert world.desk.tick_number == 2


def test_a_stop_lets_the_tick_in_hand_finish_and_its_first_reason_counts(world):
    loop = loop_of(world)

    def stop(desk, summary):
        loop.stop("restart", RESTART_CODE)
        loop.stop("signal 15")

    loop.after = (stop,)
    assert loop.run() == RESTART_CODE
    assert (loop.stop_reason, world.desk.tick_number) == ("restart", 1)
    assert len(world.venue.open_orders()) == 4


def test_hooks_run_between_ticks_and_after_each(world):
    seen = []
    loop = loop_of(world, candles=2)

    def after(desk, summary):
        seen.append(("after", summary.tick if desk is world.desk else None))

    loop.between = (lambda desk: seen.append(("between", desk.tick_number)),)
    loop.after = (after,)
    loop.run()
    assert seen == [("between", 0), ("after", 1), ("between", 1), ("after", 2)]


class Recorder(NoOrchestrator):
    """Brackets each tick, and may ask for a stop."""

    def __init__(self, stops_at):
        self.ticks, self.stops_at = [], stops_at

    def wants(self, *, minute_over, changed_last):
        return minute_over in {True, False} and changed_last in {True, False}

    def bracket(self, number, run):
        self.ticks.append(number)
        return Bracketed(run(), orchestrated=number % 2 == 0, task_run=f"run-{number}")

    def stop_asked(self):
        return len(self.ticks) >= self.stops_at


def test_an_orchestrator_brackets_ticks_and_may_ask_for_a_stop(world):
    recorder = Recorder(3)
    loop = loop_of(world, orchestrator=recorder)
    loop.run()
    assert (recorder.ticks, loop.stop_reason) == ([1, 2, 3], "orchestrator")
    assert world.desk.counters.unorchestrated == 2


def test_commands_from_any_thread_run_in_the_desks_thread_in_order(world):
    inbox, seen = Inbox(), []
    answers = []

    def note(number, desk):
        seen.append((number, desk is world.desk, threading.get_ident()))

    def ask():
        answers.extend(inbox.ask(partial(note, number)) for number in range(3))

    asker = threading.Thread(target=ask)
    asker.start()
    asker.join()
    assert inbox.drain(world.desk) == 3
    assert seen == [(number, True, threading.get_ident()) for number in range(3)]
    assert [answer.done() for answer in answers] == [True] * 3


def test_an_error_of_a_command_goes_to_the_asker_and_the_desk_lives_on(world):
    inbox = Inbox()

    def fails(desk):
        raise ValueError("no")

    answer = inbox.ask(fails)
    loop = loop_of(world, inbox=inbox, candles=1)
    loop.run()
    with pytest.raises(ValueError, match="no"):
        answer.result(0)
    assert world.desk.tick_number == 1


def test_a_command_taken_back_in_time_is_not_run(world):
    inbox, seen = Inbox(), []
    answer = inbox.ask(seen.append)
    assert answer.cancel()
    inbox.drain(world.desk)
    assert seen == []


def test_commands_run_between_the_steps_of_a_tick(world):
    inbox = Inbox()
    answer = inbox.ask(lambda desk: desk.now)
    world.tick(inbox)
    assert answer.result(0) > 0


def test_a_wait_is_spent_on_commands(world):
    inbox = Inbox()
    answer = inbox.ask(lambda desk: desk is world.desk)
    inbox.wait(world.desk, 0.01)
    assert answer.result(0) is True
