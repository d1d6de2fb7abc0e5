"""What an operator may ask: done, refused, or not understood, and what is written each time."""

import sys
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parent))

from small_desk import House

from holdfast.desk import holds
from holdfast.desk.control.verb_parameters import BadPayload
from holdfast.desk.control.verbs import listed, perform, understand, verb_table
from holdfast.desk.rules_change import apply_rules, digest_of
from holdfast.desk.startup import retire_flat
from holdfast.desk.status.tally import Sums
from holdfast.domain.errors import CommandRefused
from holdfast.domain.slots import Block, LegName, OrderStatus, Role
from holdfast.wiring.rules import policy_of


def exits(desk):
    return [s for s in desk.books.slots.values() if s.a.lot is not None or s.b.lot is not None]


def one_waits(desk):
    """Say whether a slot has an exit, and no slot has two."""
    return bool(exits(desk))


def far(**settings):
    """Make a desk whose entries rest far away, so that nothing fills."""
    return House(pair_entry_pct=9, pair_refresh_pct=0, **settings)


BAD = [
    ({}, "action is missing"),
    ({"action": None}, "action is missing"),
    ({"action": 3}, "action is missing"),
    ({"action": ["pause"]}, "action is missing"),
    ({"action": "panic"}, "unknown action: panic"),
    ({"action": "x" * 10_000}, "unknown action: xxxx"),
    ({"action": "pause", "why": "x"}, "unknown parameter: why; allowed: reason"),
    ({"action": "pause", "reason": 3}, "reason 3 is not text"),
    ({"action": "pause", "reason": "x" * 161}, "at most 160"),
    ({"action": "pause", "reason": "a\x00b"}, "cannot be printed"),
    ({"action": "resume", "force": True}, "allowed: nothing"),
    ({"action": "remove_slot"}, "slot_id is missing"),
    ({"action": "remove_slot", "slot_id": None}, "slot_id is missing"),
    ({"action": "remove_slot", "slot_id": True}, "slot_id True is not a whole number"),
    ({"action": "remove_slot", "slot_id": -1}, "at least 0"),
    ({"action": "remove_slot", "slot_id": "1"}, "not a whole number"),
    ({"action": "remove_slot", "slot_id": Decimal("1.0")}, "not a whole number"),
    ({"action": "remove_slot", "slot_id": 10**4000}, "more than 38 digits"),
    ({"action": "remove_slot", "slot_id": [1]}, "not a whole number"),
    ({"action": "set_entry_pct"}, "value is missing"),
    ({"action": "set_entry_pct", "value": True}, "value True is not a number"),
    ({"action": "set_entry_pct", "value": "NaN"}, "value NaN is not a number"),
    ({"action": "set_entry_pct", "value": "sNaN"}, "not a number"),
    ({"action": "set_entry_pct", "value": "Infinity"}, "not a number"),
    ({"action": "set_entry_pct", "value": "0.049"}, "at least 0.05"),
    ({"action": "set_entry_pct", "value": 0}, "at least 0.05"),
    ({"action": "set_entry_pct", "value": -1}, "at least 0.05"),
    ({"action": "set_entry_pct", "value": 11}, "at most 10"),
    ({"action": "set_entry_pct", "value": 10**5000}, "more than 38 digits"),
    ({"action": "set_entry_pct", "value": "0.2x"}, "not a number"),
    ({"action": "set_entry_pct", "value": "1" * 50}, "not a number"),
    ({"action": "set_entry_pct", "value": "0.2000000000001"}, "more than 12 decimals"),
    ({"action": "set_entry_pct", "value": {}}, "not a number"),
    ({"action": "set_profit_pct", "value": "0.59"}, "at least 0.60"),
    ({"action": "toggle_sticky", "slot_id": 0, "sticky": 1}, "sticky 1 is not true or false"),
    ({"action": "toggle_sticky", "slot_id": 0, "confirm": "yes"}, "not true or false"),
]


@pytest.mark.parametrize(("payload", "complaint"), BAD, ids=[text for _, text in BAD])
def test_a_payload_that_is_not_understood_writes_nothing(payload, complaint):
    house = quiet()
    before = (house.ledger.sequence, dict(house.desk.books.slots), house.desk.rules)
    with pytest.raises(BadPayload, match=complaint.replace("(", r"\(")):
        perform(house.desk, understand(house.verbs, payload))
    assert (house.ledger.sequence, house.desk.books.slots, house.desk.rules) == before


_KEPT = []


def quiet():
    """Keep one desk for all payloads, which must leave it as it is."""
    if not _KEPT:
        _KEPT.append(House(slots=2).ticks(5))
    return _KEPT[0]


def test_every_command_is_journaled_with_who_asked():
    house = House(slots=1).ticks(2)
    house.do("pause", reason="lunch")
    with pytest.raises(CommandRefused):
        house.do("remove_slot", slot_id=77)
    done, refused = house.notes("CommandNoted")
    assert (done.action, done.principal, done.accepted) == ("pause", "test", True)
    assert done.arguments == {"reason": "lunch"}
    assert (refused.action, refused.accepted) == ("remove_slot", False)
    assert refused.arguments == {"slot_id": "77"}
    assert refused.message == "there is no slot 77"


def test_pause_keeps_new_entries_out_and_resume_lets_them_in():
    house = far(slots=2, bootstrap_slots_per_tick=1).ticks(1)
    house.do("pause")
    house.ticks(60)
    assert entries(house) == 2
    house.do("resume")
    assert house.desk.mode() == "RUNNING"
    house.ticks(3)
    assert entries(house) == 4


def test_pause_and_resume_twice_change_nothing_more():
    house = House(slots=1).ticks(1)
    assert "already" in house.do("resume")
    house.do("pause")
    assert house.do("pause") == "paused already"
    assert len(house.notes("HoldSet")) == 1


@pytest.mark.parametrize("name", ["daily_loss", "estop", "recon", "api_errors", "venue"])
def test_resume_is_refused_while_another_hold_stands_and_names_it(name):
    house = House(slots=1).ticks(1)
    house.do("pause")
    holds.put_up(house.desk, name, "because")
    with pytest.raises(CommandRefused, match=rf"{name} \(because\)"):
        house.do("resume")
    assert set(house.desk.books.holds) == {"operator", name}


@pytest.mark.plan("003-059")
def test_resume_clears_an_invariant_hold_only_when_every_slot_holds():
    house = far(slots=1).ticks(3)
    slot = house.desk.books.slots[0]
    holds.put_up(house.desk, "invariant", "slot 0: broken")
    house.desk.books.slots[0] = replace(slot, s2_entered_at=5)
    with pytest.raises(CommandRefused, match="s2_entered_at"):
        house.do("resume")
    assert house.desk.mode() == "HALTED"
    house.desk.books.slots[0] = slot
    house.do("resume")
    assert house.desk.mode() == "RUNNING"


def test_an_added_slot_gets_a_new_number_and_enters():
    house = House(slots=2).ticks(5)
    assert house.do("add_slot").startswith("slot 2 was added")
    house.ticks(3)
    slot = house.desk.books.slots[2]
    assert slot.a.order is not None
    assert slot.b.order is not None


def test_a_slot_is_not_added_beyond_the_order_cap():
    house = House(slots=10, open_order_cap="starter").ticks(1)
    with pytest.raises(CommandRefused, match="66 orders may be open at worst, the cap is 60"):
        house.do("add_slot")
    assert len(house.desk.books.slots) == 10


def test_a_slot_is_not_added_beyond_the_safe_part_of_the_cap():
    settings = {"open_order_cap": "starter", "sticky_mode_enabled": "true"}
    house = House(slots=22, open_order_safety_ratio="0.75", **settings).ticks(1)
    with pytest.raises(CommandRefused, match="safe part of the cap is 45"):
        house.do("add_slot")


def test_no_slot_is_added_to_a_halted_desk():
    house = House(slots=1).ticks(1)
    holds.put_up(house.desk, "invariant", "broken")
    with pytest.raises(CommandRefused, match="halted: broken"):
        house.do("add_slot")


def test_a_removed_slot_leaves_when_its_cancels_are_proven():
    house = far(slots=2).ticks(3)
    assert "2 entries are being cancelled" in house.do("remove_slot", slot_id=1)
    slot = house.desk.books.slots[1]
    assert {slot.a.order.status, slot.b.order.status} == {OrderStatus.CANCELING}
    with pytest.raises(CommandRefused, match="a cancel is not proven yet"):
        house.do("remove_slot", slot_id=1)
    house.until(lambda desk: 1 not in desk.books.slots, limit=5)
    assert len(house.venue.open_orders()) == 2
    assert sum(house.desk.books.accounts.sums().values()) == 0


def test_a_slot_that_owes_an_exit_stays():
    house = House(slots=2).until(one_waits)
    slot = exits(house.desk)[0]
    with pytest.raises(CommandRefused, match="still owes an exit"):
        house.do("remove_slot", slot_id=slot.slot_id)
    assert not house.desk.books.slots[slot.slot_id].draining


def test_a_slot_with_a_recovery_stays():
    house = House(slots=1, s1_orphan_after_sec=60, s2_orphan_after_sec=60)
    house.until(lambda desk: desk.books.slots[0].recoveries and not exits(desk), limit=390)
    with pytest.raises(CommandRefused, match="recovery orders are open"):
        house.do("remove_slot", slot_id=0)


def test_a_slot_that_rests_nothing_leaves_at_once():
    house = House(slots=3, bootstrap_slots_per_tick=1).ticks(1)
    assert house.do("remove_slot", slot_id=2) == "slot 2 has left"
    assert 2 not in house.desk.books.slots


def test_slots_leave_from_the_highest_number_down():
    house = far(slots=5).ticks(3)
    house.do("remove_slots", count=2)
    house.ticks(2)
    assert sorted(house.desk.books.slots) == [0, 1, 2]


@pytest.mark.parametrize("count", [0, -3, "x", True, Decimal("2.5"), 10**6, [], None])
def test_a_bad_count_of_slots_counts_as_one(count):
    house = far(slots=3).ticks(3)
    house.do("remove_slots", count=count)
    house.ticks(2)
    assert sorted(house.desk.books.slots) == [0, 1]


def test_slots_that_owe_something_are_passed_over():
    house = House(slots=3, slot_spacing_pct=3).until(one_waits)
    kept = {slot.slot_id for slot in exits(house.desk)}
    message = house.do("remove_slots", count=3)
    assert "cannot go now" in message
    draining = {s.slot_id for s in house.desk.books.slots.values() if s.draining}
    assert not draining & kept


def test_profit_of_a_slot_that_left_stays_in_the_totals():
    house = House(slots=2).until(lambda desk: desk.counters.cycles >= 3)
    before = house.status()["total_profit"]
    for slot_id, slot in dict(house.desk.books.slots).items():
        idle = {name: replace(getattr(slot, name), order=None, lot=None) for name in "ab"}
        house.desk.books.slots[slot_id] = replace(slot, **idle, draining=True)
    retire_flat(house.desk)
    assert house.desk.books.slots == {}
    assert house.status()["total_profit"] == before


def test_the_entry_distance_changes_from_the_next_placement_on():
    house = House(slots=2).ticks(5)
    resting = {order.client_order_id: order.price for order in house.venue.open_orders()}
    message = house.do("set_entry_pct", value="0.5")
    assert "was 0.1 and is 0.5" in message
    now = {order.client_order_id: order.price for order in house.venue.open_orders()}
    assert now == resting
    assert house.desk.rules.entry_pct == Decimal("0.5")
    changed = house.notes("RulesChanged")[-1]
    assert changed.changes == {"pair_entry_pct": ("0.1", "0.5")}
    assert changed.digest == house.desk.rules.digest == house.desk.books.rules_digest
    slot_id = house.desk.counters.orders_placed
    house.until(lambda desk: desk.counters.orders_placed > slot_id)


def test_an_override_is_told_beside_what_the_profile_says():
    house = House(slots=1).ticks(1)
    assert house.status()["rules_overrides"] == {}
    house.do("set_profit_pct", value=2)
    status = house.status()
    assert status["profit_pct"] == 2
    assert status["rules_overrides"] == {
        "pair_profit_pct": {"profile": Decimal("0.6"), "in_force": Decimal(2)}
    }
    assert status["rules_digest"] == house.desk.rules.digest


def test_setting_what_is_so_already_writes_no_event():
    house = House(slots=1).ticks(1)
    events = house.ledger.event_hash()
    assert "already" in house.do("set_entry_pct", value="0.10")
    assert house.ledger.event_hash() == events


def test_the_digest_of_changed_rules_is_the_one_a_profile_that_says_so_would_have():
    house = House(slots=1).ticks(1)
    house.do("set_entry_pct", value="0.2")
    asked = House(slots=1, pair_entry_pct="0.2")
    policy = policy_of(asked.profile, "paper")
    assert house.desk.rules.digest == policy.rules.digest
    assert digest_of(policy.rules, policy.sizing, policy.limits) == policy.rules.digest


def test_changed_rules_are_looked_at_for_every_slot_at_once():
    house = House(slots=2, pair_entry_pct=3, pair_refresh_pct=5).ticks(2)
    before = house.desk.watch.floor
    rules = replace(house.desk.rules, refresh_pct=Decimal(4))
    apply_rules(
        house.desk,
        rules=rules,
        sizing=house.desk.sizing,
        limits=house.desk.limits,
        changes={"pair_refresh_pct": ("5", "4")},
        reason="test",
    )
    assert house.desk.watch.floor > before


def test_sticky_flips_and_says_so():
    house = far(slots=1).ticks(2)
    assert house.do("toggle_sticky", slot_id=0) == "slot 0 is sticky now"
    assert house.do("toggle_sticky", slot_id=0, sticky=True) == "slot 0 is sticky already"
    assert house.do("toggle_sticky", slot_id=0) == "slot 0 is cycling now"
    assert len(house.notes("StickySet")) == 2


def test_a_sticky_slot_with_an_exit_turns_cycling_only_when_confirmed():
    house = House(slots=1, sticky_mode_enabled="true").until(one_waits)
    with pytest.raises(CommandRefused, match="confirm=true"):
        house.do("toggle_sticky", slot_id=0, sticky=False)
    assert house.desk.books.slots[0].sticky
    house.do("toggle_sticky", slot_id=0, sticky=False, confirm=True)
    assert not house.desk.books.slots[0].sticky
    assert house.desk.index.timers.next() > house.desk.now


def test_a_sticky_slot_with_an_exit_past_the_orphan_age_stays_sticky():
    house = House(slots=1, sticky_mode_enabled="true", s1_orphan_after_sec=60).until(one_waits)
    opened = min(leg.lot.opened_at for leg in legs(house, 0) if leg.lot)
    house.desk.now = opened + 60_000_000
    with pytest.raises(CommandRefused, match="older than the orphan age"):
        house.do("toggle_sticky", slot_id=0, sticky=False, confirm=True)


def test_sticky_slots_do_not_turn_cycling_beyond_the_order_cap():
    settings = {"open_order_cap": "starter", "sticky_mode_enabled": "true"}
    house = far(slots=29, max_entry_adds_per_loop=100, **settings).ticks(1)
    with pytest.raises(CommandRefused, match="orders may be open at worst"):
        house.do("toggle_sticky", slot_id=0)


def test_audit_finds_nothing_on_a_sound_ledger_and_names_what_differs():
    house = House(slots=3).until(lambda desk: desk.counters.cycles >= 3)
    assert "3 slots equal their cycles" in house.do("audit")
    kept = house.tally.slots[1]
    house.tally.slots[1] = Sums(kept.net + Decimal("1E-8"), kept.settled, kept.count)
    with pytest.raises(CommandRefused, match="slot 1 has net"):
        house.do("audit")
    assert house.status()["pnl_audit"]["differences"] != []


def test_the_table_describes_every_parameter_of_every_verb():
    rows = {row["action"]: row for row in listed(House(slots=1).verbs)}
    assert list(rows) == [
        "pause",
        "resume",
        "add_slot",
        "remove_slot",
        "remove_slots",
        "toggle_sticky",
        "open_slot",
        "close_slot",
        "release_slot",
        "release_oldest_eligible",
        "set_entry_pct",
        "set_profit_pct",
        "override_regime",
        "set_regime_hint",
        "audit",
        "soft_close",
        "soft_close_next",
        "cancel_stale_recoveries",
    ]
    assert all(row["help"] for row in rows.values())
    (value,) = rows["set_profit_pct"]["parameters"]
    assert (value["type"], value["required"], value["minimum"]) == ("number", True, Decimal("0.6"))


def test_verbs_between_ticks_never_break_an_invariant():
    house = House(slots=4, candles=400)
    for number in range(80):
        house.ticks(4)
        for action, given in (
            ("set_entry_pct", {"value": f"0.{1 + number % 4}"}),
            ("add_slot", {}),
            ("remove_slots", {"count": 1 + number % 3}),
            ("toggle_sticky", {"slot_id": number % 6, "confirm": True}),
            (("open_slot", "close_slot")[number % 3 == 0], {"slot_id": number % 5}),
        ):
            try:
                house.do(action, **given)
            except CommandRefused:
                continue
    assert house.desk.books.holds == {}
    assert set(house.desk.books.accounts.sums().values()) == {Decimal(0)}
    assert house.status()["balance_recon"]["status"] == "OK"
    assert house.status()["pnl_audit"]["ok"]


def test_a_leaving_slot_says_that_an_operator_told_it_to():
    house = far(slots=2).ticks(3)
    house.do("remove_slot", slot_id=1)
    blocks = []
    house.until(lambda desk: 1 not in desk.books.slots, limit=5)
    for _, entry in house.ledger.rows:
        if type(entry).__name__ == "LegBlocked" and entry.slot == 1:
            blocks.append((entry.leg, entry.block))
    assert (LegName.B, Block.DEFERRED) in blocks or (LegName.B, Block.OPERATOR) in blocks


def entries(house):
    rows = house.ledger.rows
    return sum(type(e).__name__ == "OrderPlaced" and e.role is Role.ENTRY for _, e in rows)


def legs(house, slot_id):
    slot = house.desk.books.slots[slot_id]
    return (slot.a, slot.b)


def test_a_hold_for_a_loss_comes_down_by_resume_and_only_when_the_loss_is_over():
    house = House(slots=1)
    holds.put_up(house.desk, "daily_loss", "3 of 3")
    standing = {"daily_loss": "daily loss 3, limit 3"}
    table = verb_table(Decimal("0.25"), lambda: house.profile, dict, lambda _, name: standing[name])
    ask = understand(table, {"action": "resume"})
    with pytest.raises(CommandRefused, match="daily_loss"):
        perform(house.desk, ask)
    standing["daily_loss"] = ""
    assert perform(house.desk, ask) == "resumed"
    assert house.desk.books.holds == {}


def test_a_hold_for_a_loss_stands_where_nobody_can_say_that_it_is_over():
    house = House(slots=1)
    holds.put_up(house.desk, "drawdown", "11 %")
    with pytest.raises(CommandRefused, match="drawdown"):
        house.do("resume")
