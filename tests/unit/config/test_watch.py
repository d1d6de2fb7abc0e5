"""An edit is noticed once, and only when the file has come to rest."""

import pytest

from holdfast.config.settings import Settings
from holdfast.config.watch import ProfileWatch, diff, restart_keys


@pytest.fixture
def watch(write, load):
    write("mine", "extends: base\n")
    return ProfileWatch(load().files)


def test_an_untouched_profile_never_changes(watch):
    assert [watch.changed() for _ in range(4)] == [False] * 4


def test_an_edit_counts_on_the_second_equal_look_and_once(watch, write):
    write("mine", "extends: base\nsettings:\n  slots: 5\n")
    assert [watch.changed() for _ in range(4)] == [False, True, False, False]


def test_a_file_still_being_written_is_waited_for(watch, write):
    told = []
    for slots in (5, 6, 7):
        write("mine", f"extends: base\nsettings:\n  slots: {slots}\n")
        told.append(watch.changed())
    assert told == [False] * 3
    assert watch.changed()


def test_an_edit_of_a_parent_counts(watch, write, profiles):
    text = (profiles / "base.yaml").read_text("utf-8")
    write("base", text + "# edited\n")
    assert [watch.changed() for _ in range(2)] == [False, True]


def test_an_edit_taken_back_is_no_change(watch, write):
    write("mine", "extends: base\nsettings:\n  slots: 5\n")
    assert not watch.changed()
    write("mine", "extends: base\n")
    assert [watch.changed() for _ in range(3)] == [False] * 3


def test_a_file_that_vanished_is_a_change(watch, profiles):
    (profiles / "mine.yaml").unlink()
    assert [watch.changed() for _ in range(3)] == [False, True, False]


def test_a_diff_names_old_and_new_and_what_needs_a_restart():
    changed = diff(Settings(), Settings(slots=5, market_seed=8, prefect_port=4300))
    assert changed == {
        "slots": ("4", "5"),
        "market_seed": ("7", "8"),
        "prefect_port": ("4200", "4300"),
    }
    assert sorted(restart_keys(changed)) == ["market_seed", "prefect_port"]
    assert diff(Settings(), Settings()) == {}
