"""What becomes of a signal: its states, what it may do, and that a crash anywhere repeats nothing."""

import contextlib
import json

import pytest
from signal_world import NOW, SOURCES, World, body_of

from holdfast.desk import holds
from holdfast.desk.control.payload import parse_object
from holdfast.desk.listener.actions import Outcome, VerbActions
from holdfast.desk.listener.intake import Intake
from holdfast.desk.listener.signals import asked_of, asked_text, read_signal
from holdfast.domain.errors import CommandRefused, InvariantBroken, VenueUnavailable

MICRO = 1_000_000


def signal(*, lives=120, **fields):
    body = body_of(**fields)
    sent = NOW * MICRO
    return read_signal(parse_object(body), body, SOURCES["tv"], sent, sent + lives * MICRO)


class Recorder:
    """Actions that remember what they were asked, and answer as they are told."""

    def __init__(self, answer=None, *, settled=True):
        self.asked = []
        self.answer = answer or Outcome("ok")
        self.over = settled

    def _take(self, _desk, one):
        self.asked.append((one.kind, one.key, one.principal))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    pause = resume = release = hint = open = close = _take

    def settled(self, _desk, _one):
        return self.over


OPEN = {"kind": "open", "symbol": "DOGE/USD", "slot_id": 0, "side": "buy"}


def test_a_pause_puts_the_operators_hold_up_in_the_name_of_its_principal():
    world = World()
    world.intake.receive(world.desk, signal(reason="flash crash"))
    world.work()
    assert world.desk.books.holds == {"operator": "signal tv/s1: flash crash"}
    (command,) = world.house.notes("CommandNoted")
    assert (command.action, command.principal, command.accepted) == ("pause", "chat:42", True)
    assert world.states() == ["received", "evaluated", "intent_created", "done"]


def test_a_resume_is_refused_while_another_hold_stands():
    world = World()
    holds.put_up(world.desk, "daily_loss", "3 of 3")
    world.intake.receive(world.desk, signal(kind="resume"))
    world.work()
    assert world.states() == ["received", "evaluated", "rejected"]
    assert "daily_loss" in world.detail()
    assert "daily_loss" in world.desk.books.holds


def test_an_open_acts_only_where_signals_may_open():
    refused = World(Recorder())
    refused.intake.receive(refused.desk, signal(**OPEN))
    refused.work()
    assert refused.states() == ["received", "evaluated", "rejected"]
    assert "signals_may_open" in refused.detail()
    assert refused.actions.asked == []
    allowed = World(Recorder(), may_open=True)
    allowed.intake.receive(allowed.desk, signal(**OPEN))
    allowed.work()
    assert allowed.actions.asked == [("open", "tv/s1", "chat:42")]


def test_a_release_from_outside_is_judged_by_the_same_gates_as_an_operator_s():
    world = World()
    world.intake.receive(world.desk, signal(kind="release", slot_id=0))
    world.work()
    assert world.states()[-1] == "rejected"
    assert "release blocked by gates" in world.detail()


def test_what_a_desk_has_no_verb_for_is_rejected_by_name():
    world = World(VerbActions(()))
    world.intake.receive(world.desk, signal(kind="close", symbol="DOGE/USD", slot_id=0))
    world.work()
    assert world.states()[-1] == "rejected"
    assert world.detail() == "this desk cannot close slot"


def test_a_signal_for_another_market_is_rejected():
    world = World(Recorder(), may_open=True)
    world.intake.receive(world.desk, signal(**(OPEN | {"symbol": "BTC/USD"})))
    world.work()
    assert world.detail() == "this desk trades DOGE/USD"
    assert world.actions.asked == []


@pytest.mark.parametrize(("late", "state"), [(120 * MICRO, "done"), (120 * MICRO + 1, "rejected")])
def test_a_signal_expires_the_moment_after_its_age(late, state):
    world = World(Recorder())
    world.intake.receive(world.desk, signal(kind="release", slot_id=0))
    world.clock.sleep(late / MICRO)
    world.work()
    assert world.states()[-1] == state
    assert (world.detail() == "signal_expired") is (state == "rejected")


def test_a_pause_is_never_too_late():
    world = World()
    world.intake.receive(world.desk, signal())
    world.clock.sleep(9_999)
    world.work()
    assert world.states()[-1] == "done"


def test_what_waits_is_done_when_it_has_settled():
    world = World(Recorder(Outcome("placed", waits=True), settled=False), may_open=True)
    world.intake.receive(world.desk, signal(**OPEN))
    world.work().work()
    assert world.states() == ["received", "evaluated", "intent_created"]
    world.actions.over = True
    world.reborn().work().work()
    assert world.states()[3:] == ["done"]
    assert len(world.actions.asked) == 1


def test_a_refused_action_is_a_rejected_signal_with_the_reason():
    world = World(Recorder(CommandRefused("no such slot")))
    world.intake.receive(world.desk, signal(kind="release", slot_id=9))
    world.work()
    assert (world.states()[-1], world.detail()) == ("rejected", "no such slot")


def test_a_silent_venue_lets_a_signal_wait_until_it_expires():
    world = World(Recorder(VenueUnavailable("timeout")))
    world.intake.receive(world.desk, signal(kind="release", slot_id=0))
    world.work().work()
    assert world.states() == ["received", "evaluated"]
    world.clock.sleep(121)
    world.work()
    assert world.states() == ["received", "evaluated", "rejected"]


def test_a_fault_of_ours_ends_the_signal_and_not_the_desk():
    world = World(Recorder(ZeroDivisionError("1/0")))
    world.intake.receive(world.desk, signal())
    world.work()
    assert (world.states()[-1], world.detail()) == (
        "rejected",
        "it could not be done; see the log",
    )


def test_a_broken_invariant_is_not_hidden_in_a_signal():
    world = World(Recorder(InvariantBroken("slot 0")))
    world.intake.receive(world.desk, signal())
    with pytest.raises(InvariantBroken):
        world.work()


@pytest.mark.parametrize("committed", [False, True])
def test_a_crash_at_the_commit_repeats_nothing_and_leaves_nothing(committed):
    world = World()
    world.intake.receive(world.desk, signal())
    inner = world.house.ledger
    commit = inner.commit

    def dies(at, entries):
        if committed:
            commit(at, entries)
        raise KeyboardInterrupt

    inner.commit = dies
    with contextlib.suppress(KeyboardInterrupt):
        world.work()
    inner.commit = commit
    assert len(world.house.notes("HoldSet")) == int(committed)
    world.reborn().work().work()
    assert world.states() == ["received", "evaluated", "intent_created", "done"]
    assert len(world.house.notes("HoldSet")) == 1
    assert world.desk.books.holds.keys() == {"operator"}
    assert world.intake.receive(world.desk, signal()).status == "duplicate"


def test_what_a_signal_caused_and_that_it_was_done_are_one_transaction():
    world = World()
    world.intake.receive(world.desk, signal())
    inner, batches = world.house.ledger, []
    commit = inner.commit
    inner.commit = lambda at, entries: batches.append(list(entries)) or commit(at, entries)
    world.work()
    (batch,) = batches
    named = [getattr(one, "state", type(one).__name__) for one in batch]
    assert named == ["evaluated", "HoldSet", "CommandNoted", "intent_created", "done"]


def test_signals_are_done_in_the_order_in_which_they_came():
    world = World(Recorder(), may_open=True)
    for number in range(5):
        world.intake.receive(world.desk, signal(signal_id=f"s{number}"))
    world.reborn().work()
    assert [key for _, key, _ in world.actions.asked] == [f"tv/s{n}" for n in range(5)]
    assert world.book.pending() == ()


def test_what_is_kept_of_a_signal_comes_back_as_it_was():
    one = signal(**OPEN, leverage=1, reason="x")
    asked = asked_of(asked_text(one))
    assert asked.principal == "chat:42"
    assert asked.arguments["slot_id"] == 0
    world = World(Recorder())
    world.intake.receive(world.desk, one)
    (pending,) = world.reborn().book.pending()
    assert pending.signal == one
    assert json.loads(world.house.notes("SignalNoted")[0].detail)["expires_at"] == one.expires_at


def test_the_principal_of_a_new_signal_is_met_before_it_is_taken():
    world, met = World(), []
    world.intake = Intake(
        world.book,
        world.actions,
        world.clock,
        symbol="DOGE/USD",
        may_open=lambda: False,
        meet=lambda _desk, principal: met.append((principal, len(world.states()))),
    )
    for _ in range(2):
        world.intake.receive(world.desk, signal())
    assert met == [("chat:42", 0)]
