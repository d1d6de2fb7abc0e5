"""What lowers the mode beside the record: holds, and an override with an end."""

from datetime import timedelta

import msgspec
import pytest
from mode_world import NOON, QUIET, TwoClocks

from holdfast.safety.caps import (
    HOLD_CAPS,
    NO_CAP,
    Override,
    OverrideFile,
    cap_of_holds,
    lowest,
)
from holdfast.safety.mode_record import moment

HOUR = 3600


def override(level="DRY", *, hours=2.0):
    return Override(
        at_most=level,
        issued_at=moment(NOON),
        expires_at=moment(NOON) + timedelta(hours=hours),
        actor="ada",
        reason="audit",
    )


@pytest.fixture
def clock():
    return TwoClocks()


@pytest.fixture
def file(tmp_path, clock):
    return OverrideFile(tmp_path, clock)


@pytest.mark.parametrize(
    ("holds", "cap"),
    [
        ((), NO_CAP),
        (("operator", "venue", "api_errors"), NO_CAP),
        (("recon",), ("DRY", "hold_recon")),
        (("daily_loss", "estop"), ("HALT", "hold_estop")),
        (("recon", "daily_loss"), ("DRY", "hold_daily_loss")),
    ],
)
def test_the_lowest_hold_counts(holds, cap):
    assert cap_of_holds(holds) == cap


def test_holds_only_lower():
    assert set(HOLD_CAPS.values()) <= {"HALT", "DRY"}
    assert lowest([("LIVE", ""), ("CANARY_LIVE", "a"), ("DRY", "b"), ("DRY", "c")]) == ("DRY", "b")
    assert lowest([]) == NO_CAP


@pytest.mark.parametrize(("after", "cap"), [(0, "DRY"), (7199, "DRY"), (7200, "LIVE")])
def test_an_override_ends_by_itself(file, clock, after, cap):
    file.write(override())
    assert file.cap() == ("DRY", "override")
    clock.sleep(after)
    assert file.cap()[0] == cap


@pytest.mark.parametrize("jump", [-HOUR, HOUR, 10 * HOUR])
def test_a_clock_that_jumps_ends_no_override_early(file, clock, jump):
    file.write(override())
    assert file.cap()[0] == "DRY"
    clock.jump(jump)
    clock.sleep(7199)
    assert file.cap()[0] == "DRY"


@pytest.mark.parametrize("hours", [0, -1, 24.001])
def test_an_override_ends_within_a_day_and_after_it_begins(hours):
    with pytest.raises(ValueError, match="24 hours"):
        override(hours=hours)
    assert override(hours=24).at_most == "DRY"


@pytest.mark.parametrize("damage", ["LIVE", "extra", "cut", "reason", "folder"])
def test_an_override_that_cannot_be_read_lowers_to_dry(file, damage):
    kept = msgspec.to_builtins(override())
    texts = {
        "LIVE": kept | {"at_most": "LIVE"},
        "extra": kept | {"note": 1},
        "reason": kept | {"reason": " "},
    }
    if damage == "folder":
        file.path.mkdir()
    elif damage == "cut":
        file.path.write_bytes(b'{"at_most"')
    else:
        file.path.write_bytes(msgspec.json.encode(texts[damage]))
    assert file.cap() == ("DRY", "override_unreadable")


def test_an_override_lowers_the_desk_it_is_for_and_never_raises(world):
    world.arm()
    file = OverrideFile(world.folder, world.clock)
    file.write(override("CANARY_LIVE"))
    world.tick(1)
    assert world.mode == "LIVE"
    file.write(override("DRY"))
    world.tick(1)
    assert world.mode == "DRY"
    file.remove()
    world.reader.tick(QUIET)
    assert world.mode == "DRY", "it has to arm again by its reads"
    world.tick(4)
    assert world.mode == "ARMING"
