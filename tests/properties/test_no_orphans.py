"""A desk whose orphans were removed never sets an exit aside, whatever the market and people do."""

import sys
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest
from desk_world import walk
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "desk"))

from small_desk import profile_of

from holdfast.desk.control.verb_legacy import legacy_verbs
from holdfast.desk.control.verbs import perform, understand, verb_table
from holdfast.desk.tick import tick
from holdfast.domain.errors import CommandRefused
from holdfast.engine.invariants import breaches
from holdfast.wiring.replay import replay_desk

ORPHANS = {"BothOpenNoted", "ExitOrphaned", "EvictionStarted", "RecoveryDropped"}
SETTINGS = {
    "legacy_orphans": "removed",
    "sticky_mode_enabled": "true",
    "recovery_enabled": "true",
    "s1_orphan_after_sec": "60",
    "s2_orphan_after_sec": "60",
    "max_recovery_slots": "4",
    "pair_entry_pct": "0.1",
    "pair_profit_pct": "0.6",
    "slot_spacing_pct": "0.05",
    "slots": "3",
    "participation": "1",
}
reach = st.integers(0, 90)
moves = st.lists(
    st.tuples(
        reach, reach, st.integers(-90, 90), st.just(Decimal(1)), st.sampled_from([0, 0, 150, -150])
    ),
    min_size=4,
    max_size=12,
)
asks = st.lists(
    st.one_of(
        st.none(),
        st.fixed_dictionaries(
            {"action": st.just("toggle_sticky"), "slot_id": st.integers(0, 2)},
            optional={"sticky": st.booleans(), "confirm": st.booleans()},
        ),
        st.fixed_dictionaries({"action": st.sampled_from(["add_slot", "pause", "resume"])}),
    ),
    max_size=12,
)


@pytest.mark.plan("001-052", "001-053", "001-054", "001-055")
@given(moves, asks)
def test_a_desk_without_orphans_never_sets_an_exit_aside(moves, asks):
    profile = profile_of(tuple(sorted(SETTINGS.items())))
    desk, _ = replay_desk(profile, walk(moves))
    more = legacy_verbs(lambda: profile, removed=True)
    verbs = verb_table(Decimal("0.25"), lambda: profile, dict, more=more)
    asked = iter(asks)
    while not tick(desk).over:
        payload = next(asked, None)
        if payload is None:
            continue
        with suppress(CommandRefused):
            perform(desk, understand(verbs, payload))
    seen = {type(entry).__name__ for _, entry in desk.ledger.rows}
    assert not seen & ORPHANS
    assert all(slot.sticky and not slot.recoveries for slot in desk.books.slots.values())
    assert [text for slot in desk.books.slots.values() for text in breaches(slot)] == []
