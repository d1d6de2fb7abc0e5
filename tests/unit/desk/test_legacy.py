"""Cycling slots beside sticky ones: soft closes, the look before a toggle, and a desk without orphans."""

import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parent))

from small_desk import ROOT, House

from holdfast.config.catalogue import CATALOGUE
from holdfast.desk.chat.chat_verbs import chat_verbs
from holdfast.desk.leftovers import leftovers
from holdfast.desk.startup import StartPlan, start
from holdfast.desk.status.series import read
from holdfast.domain.errors import CommandRefused, LedgerError
from holdfast.domain.slots import OrderStatus

SHORT = {"s1_orphan_after_sec": 60, "s2_orphan_after_sec": 120, "recovery_enabled": "true"}
LEGACY = {"soft_close", "soft_close_next", "cancel_stale_recoveries"}
GONE = {"legacy_orphans": "removed", "sticky_mode_enabled": "true"}


def recoveries(desk):
    return [
        (slot.slot_id, one)
        for slot in desk.books.slots.values()
        for one in slot.recoveries
        if one.order is not None and one.order.status is OrderStatus.PLACED
    ]


def recovering(**settings):
    """Run a cycling desk until it rests a recovery order."""
    house = House(slots=2, **SHORT, **settings)
    return house.until(lambda desk: bool(recoveries(desk)))


def entry(desk, slot_id, recovery_id):
    return next(r for r in desk.books.slots[slot_id].recoveries if r.recovery_id == recovery_id)


def test_a_soft_close_is_done_by_the_next_tick_and_conserves_everything():
    house = recovering()
    desk = house.desk
    slot_id, before = recoveries(desk)[0]
    said = house.do("soft_close", slot_id=slot_id, recovery_id=before.recovery_id)
    assert said.startswith(f"recovery {before.recovery_id} of slot {slot_id}: cancelled")
    with pytest.raises(CommandRefused, match="being cancelled already"):
        house.do("soft_close", slot_id=slot_id, recovery_id=before.recovery_id)
    house.ticks(2)
    assert not desk.books.holds
    assert not any(desk.books.accounts.sums().values())
    left = [one for one in desk.books.slots[slot_id].recoveries if one.recovery_id == 1]
    assert all(one.reason == "soft_close" for one in left)


def test_the_oldest_recovery_is_the_next_to_be_closed():
    house = recovering()
    oldest = min(recoveries(house.desk), key=lambda one: (one[1].orphaned_at, one[0]))
    said = house.do("soft_close_next")
    assert f"recovery {oldest[1].recovery_id} of slot {oldest[0]}" in said


def test_stale_recoveries_are_those_at_or_beyond_the_distance():
    house = recovering()
    desk = house.desk
    slot_id, one = recoveries(desk)[0]
    away = abs(one.order.price - desk.mark) * 100 / desk.mark
    far = house.do("cancel_stale_recoveries", min_distance_pct=f"{away + 50:.4f}")
    assert "no recovery order rests" in far
    assert house.do("cancel_stale_recoveries", min_distance_pct="0", max_batch=1).startswith("rec")
    assert len(house.desk.outbox) == 1
    assert slot_id in desk.books.slots


@pytest.mark.plan("001-081", "001-166")
@pytest.mark.parametrize(
    ("action", "given"),
    [
        ("soft_close", {"slot_id": 0, "recovery_id": 1}),
        ("soft_close_next", {}),
        ("cancel_stale_recoveries", {}),
    ],
)
def test_the_legacy_verbs_are_refused_on_sticky_slots(action, given):
    house = House(slots=1, sticky_mode_enabled="true").ticks(2)
    with pytest.raises(CommandRefused, match="sticky"):
        house.do(action, **given)
    assert house.desk.outbox == type(house.desk.outbox)()


def test_the_legacy_verbs_are_refused_where_recovery_orders_are_off():
    house = House(slots=1, recovery_enabled="false").ticks(2)
    for action, given in (("soft_close_next", {}), ("cancel_stale_recoveries", {})):
        with pytest.raises(CommandRefused, match="recovery_enabled is false"):
            house.do(action, **given)


def test_a_soft_close_of_nothing_changes_nothing():
    house = House(slots=1).ticks(2)
    sequence = house.ledger.sequence
    for given, why in (
        ({"slot_id": 9, "recovery_id": 1}, "no slot 9"),
        ({"slot_id": 0, "recovery_id": 7}, "no recovery 7"),
    ):
        with pytest.raises(CommandRefused, match=why):
            house.do("soft_close", **given)
    with pytest.raises(CommandRefused, match="no cycling slot rests"):
        house.do("soft_close_next")
    assert {type(e).__name__ for _, e in house.ledger.rows[sequence:]} == {"CommandNoted"}


@pytest.mark.parametrize(("total", "pressure"), [(0, 0), (99, 0), (100, 1), (199, 1), (200, 2)])
def test_the_pressure_of_recoveries_grows_with_every_so_many_set_aside(total, pressure):
    house = House(slots=1).ticks(1)
    house.tally.orphans = total
    told = house.status()["legacy"]
    assert (told["set_aside_total"], told["recovery_pressure"]) == (total, pressure)
    assert told["cycling_slots"] == 1


def test_a_look_before_a_toggle_says_what_the_next_timer_would_do_and_changes_nothing():
    house = House(slots=1, sticky_mode_enabled="true", **SHORT)
    house.until(lambda desk: any(leg.lot for s in desk.books.slots.values() for leg in (s.a, s.b)))
    slot = house.desk.books.slots[0]
    said = house.do("toggle_sticky", slot_id=0, preview=True)
    assert said.startswith("slot 0, were it cycling: ")
    assert said.endswith("; nothing was changed")
    assert "set aside" in said
    assert house.desk.books.slots[0] == slot
    assert "its exits wait as long as it takes" in house.do(
        "toggle_sticky", slot_id=0, sticky=True, preview=True
    )


def test_a_look_at_a_slot_without_exits_finds_no_timer():
    house = House(slots=1, pair_entry_pct=9, pair_refresh_pct=0).ticks(2)
    said = house.do("toggle_sticky", slot_id=0, sticky=False, preview=True)
    assert said == "slot 0, were it cycling: no exit is open; nothing was changed"


@pytest.mark.plan("001-079", "001-123", "001-199")
def test_a_desk_whose_orphans_were_removed_knows_no_legacy_verb():
    kept, gone = House(slots=1), House(slots=1, **GONE)
    assert {verb.action for verb in kept.verbs} >= LEGACY
    assert not LEGACY & {verb.action for verb in gone.verbs}
    assert {verb.action for verb in chat_verbs(kept.verbs, str)} >= LEGACY
    assert not LEGACY & {verb.action for verb in chat_verbs(gone.verbs, str)}
    gone.ticks(2)
    with pytest.raises(CommandRefused, match="stays sticky: legacy_orphans is removed"):
        gone.do("toggle_sticky", slot_id=0, sticky=False, confirm=True)
    assert gone.status()["legacy"]["orphans"] == "removed"


@pytest.mark.plan("001-197")
def test_a_ledger_with_cycling_slots_or_recoveries_is_not_started_without_orphans():
    house = recovering()
    found = leftovers(house.desk.books)
    assert "2 cycling slots (0, 1)" in found
    assert "recovery orders (slots" in found
    plan = StartPlan(at=0, slots=2, sticky=True, profile="t", pid=1, build="t", may_cycle=False)
    sequence = house.ledger.sequence
    with pytest.raises(LedgerError, match="do: keep legacy_orphans at kept"):
        start(house.desk, plan)
    assert house.ledger.sequence == sequence


def test_a_ledger_of_sticky_slots_alone_has_nothing_left_over():
    house = House(slots=2, **GONE).ticks(3)
    assert leftovers(house.desk.books) == ""
    slot = house.desk.books.slots[0]
    house.desk.books.slots[0] = replace(slot, sticky=False)
    assert "1 cycling slots (0)" in leftovers(house.desk.books)


@pytest.mark.plan("001-121")
def test_no_pressure_of_recoveries_is_ever_reported_where_orphans_were_removed():
    house = House(slots=2, **GONE, **SHORT).ticks(300)
    assert read(house.board.read())["recovery_pressure"] == {(): 0.0}
    assert house.status()["legacy"] == {
        "orphans": "removed",
        "cycling_slots": 0,
        "recovery_orders": 0,
        "set_aside_total": 0,
        "recovery_pressure": 0,
        "recovery_pressure_every": 100,
    }


@pytest.mark.plan("001-122")
def test_nothing_but_a_verb_soft_closes_and_no_drain_is_built():
    source = ROOT / "src" / "holdfast"
    callers = [
        path.name
        for path in source.rglob("*.py")
        if "import" in path.read_text() and "holdfast.desk.soft_close" in path.read_text()
    ]
    assert callers == ["verb_legacy.py"]
    drains = [knob for name, knob in CATALOGUE.items() if "drain" in name or "auto_soft" in name]
    assert drains
    assert all(knob.since for knob in drains), "a value that drains is refused"
