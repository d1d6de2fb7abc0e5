"""How much a tick may add: the bounds of core 2.5 and Appendix C."""

import pytest

from holdfast.desk.limits import Limits, entry_cap

ROOM = [(4, 1), (5, 1), (6, 2), (9, 2), (10, 2), (11, 3), (19, 3), (20, 3), (21, 9), (100, 9)]


@pytest.mark.parametrize(("headroom", "most"), ROOM)
def test_entries_a_tick_shrink_with_the_room_under_the_cap(headroom, most):
    limits = Limits(entries_per_tick=9, order_cap=160)
    assert entry_cap(limits, 160 - headroom) == most


@pytest.mark.parametrize("headroom", [0, 5, 10, 20])
def test_little_room_never_lifts_the_plain_cap(headroom):
    assert entry_cap(Limits(entries_per_tick=1, order_cap=160), 160 - headroom) == 1
