"""Events are outcomes: they carry no machine time, and domain events alone are hashed."""

import inspect
from typing import get_args

import msgspec
import pytest

from holdfast.domain import errors
from holdfast.domain.bookkeeping import Note
from holdfast.domain.events import Event

DOMAIN = {"slot", "order", "fill", "cycle", "position", "account", "rules"}
MACHINE = {
    "pid",
    "path",
    "recorded_at",
    "wall",
    "monotonic",
    "seq",
    "sequence",
    "run_id",
    "task_run",
}


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
def test_a_domain_event_holds_nothing_of_the_machine(kind):
    assert kind.stream in DOMAIN
    assert kind.version >= 1
    assert not set(kind.__struct_fields__) & MACHINE
    assert msgspec.inspect.type_info(kind) is not None


@pytest.mark.parametrize("kind", get_args(Note), ids=lambda kind: kind.__name__)
def test_bookkeeping_lives_in_streams_of_its_own(kind):
    assert kind.stream.startswith("ops/")


@pytest.mark.parametrize(
    "kind", [*get_args(Event), *get_args(Note)], ids=lambda kind: kind.__name__
)
def test_what_happened_cannot_be_changed(kind):
    assert kind.__struct_config__.frozen


def test_every_error_of_ours_is_drawn_in_the_tree():
    classes = [
        one
        for _, one in inspect.getmembers(errors, inspect.isclass)
        if issubclass(one, errors.HoldfastError)
    ]
    assert len(classes) > 10
    for one in classes:
        assert one.__name__ in errors.__doc__
        assert one.__doc__
