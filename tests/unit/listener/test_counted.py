"""What came twice is counted as suppressed, and what disagrees with its first coming as a conflict."""

import pytest
from signal_world import NOW, SOURCES, World, body_of

from holdfast.desk.listener.signals import read_signal
from holdfast.desk.status.counts import Counts
from holdfast.wiring.listening import Listening


@pytest.mark.parametrize("times", [0, 1, 9])
def test_signals_that_came_again_are_counted_once_each(times):
    world, counts = World(), Counts()
    listening = Listening(world.intake, counts)
    for _ in range(times + 1):
        world.intake.receive(world.desk, signal())
    listening(world.desk)
    listening(world.desk)
    told = counts.told()
    assert told.get(("intent_duplicate_suppressed",), 0) == times
    assert ("intent_conflict",) not in told


def test_another_body_under_a_known_name_is_a_conflict():
    world, counts = World(), Counts()
    world.intake.receive(world.desk, signal())
    world.intake.receive(world.desk, signal(reason="another"))
    Listening(world.intake, counts)(world.desk)
    assert counts.told()[("intent_conflict",)] == 1


def signal(**more):
    asked = {"source": "tv", "signal_id": "s1", "kind": "pause", **more}
    return read_signal(asked, body_of(**more), SOURCES["tv"], NOW * 10**6, (NOW + 60) * 10**6)
