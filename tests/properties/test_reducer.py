"""Laws of the reducer on slots it reached by itself."""

import ast
import inspect
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slot_story import SlotStory
from strategies import grids, marks

import holdfast.engine.reducer  # noqa: F401 (its modules are looked at)
from holdfast.domain.errors import UnknownOrder
from holdfast.domain.observations import End
from holdfast.engine.invariants import breaches

acts = st.lists(
    st.sampled_from(
        ["enter", "A", "B", "endA", "endB", "half A", "half B", "mark", "time", "owed"]
    ),
    max_size=25,
)
IMPURE = {"time", "random", "os", "io", "socket", "datetime", "logging", "structlog", "asyncio"}


def walk(story, act, mark):
    """Do one thing where it can be done; SlotStory holds pureness and the fold."""
    name = act[-1]
    if act == "enter":
        story.enter()
    elif act == "mark":
        story.at(mark).moved()
    elif act == "time":
        story.wait(100).timed()
    elif act == "owed":
        story.owed()
    elif story.order(name) is not None:
        order = story.order(name)
        if act.startswith("end"):
            story.end(name)
        elif act.startswith("half"):
            story.fill(name, max(1, (order.size - order.filled) // 2))
        else:
            story.fill(name)


@pytest.mark.plan("002-017")
@given(acts=acts, rules=grids, sticky=st.booleans(), mark=marks)
def test_reduce_is_pure_and_its_events_are_its_whole_effect(acts, rules, sticky, mark):
    story = SlotStory(sticky=sticky)
    story.rules = rules
    story.enter()
    for act in acts:
        walk(story, act, mark)
        assert breaches(story.slot) == []


@pytest.mark.plan("002-017")
def test_the_reducer_imports_nothing_that_is_not_pure():
    rooms = ("holdfast.engine", "holdfast.domain")
    ours = [module for name, module in sorted(sys.modules.items()) if name.startswith(rooms)]
    assert len(ours) > 10
    for module in ours:
        tree = ast.parse(inspect.getsource(module))
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {name.split(".")[0] for name in names} & IMPURE, module.__name__


@pytest.mark.plan("002-017")
def test_the_reducer_asks_nothing_of_healing():
    parts = ("reducer", "draft", "entries", "exits", "orphans", "fold")
    for part in parts:
        tree = ast.parse(inspect.getsource(sys.modules[f"holdfast.engine.{part}"]))
        asked = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not {name for name in asked if "healing" in name or "churner" in name}


@given(acts=acts, sticky=st.booleans())
def test_an_unknown_order_raises_from_any_state_and_changes_nothing(acts, sticky):
    story = SlotStory(sticky=sticky)
    story.enter()
    for act in acts:
        walk(story, act, story.mark)
    before = story.slot
    with pytest.raises(UnknownOrder):
        story.do(End(client_order_id="nobody's", status="canceled"))
    assert story.slot == before
