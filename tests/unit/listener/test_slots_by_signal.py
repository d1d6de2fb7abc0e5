"""Signals that open and close a slot, and hint at a regime, on a real desk: what they do, once, and what stops them."""

import contextlib

import pytest
from signal_world import NOW, SOURCES, World, body_of

from holdfast.desk import holds
from holdfast.desk.control.payload import parse_object
from holdfast.desk.listener.signals import read_signal
from holdfast.domain.events import CancelAsked, OrderPlaced
from holdfast.domain.slots import Block, OrderStatus, Role

MICRO = 1_000_000


def signal(name="s1", *, lives=120, **fields):
    body = body_of(signal_id=name, **fields)
    sent = NOW * MICRO
    return read_signal(parse_object(body), body, SOURCES["tv"], sent, sent + lives * MICRO)


def send(world, name="s1", **fields):
    world.intake.receive(world.desk, signal(name, **({"symbol": "DOGE/USD"} | fields)))
    return world.work()


def close(world, name="c", **fields):
    return send(world, name, kind="close", **({"slot_id": 0} | fields))


def open_(world, name="o", **fields):
    return send(world, name, kind="open", **({"slot_id": 0} | fields))


def legs(world):
    slot = world.desk.books.slots[0]
    return slot.a, slot.b


FAR = {"pair_entry_pct": "5", "pair_refresh_pct": "6"}  # entries that no candle reaches


def far(**given):
    return World(**(FAR | given))


def closed(**given):
    """Close the one slot of a desk by a signal, and let the ends of its entries be proven."""
    world = close(far(**given))
    world.house.ticks(2)
    assert [leg.order for leg in legs(world)] == [None, None]
    return world


def placed(world):
    return [entry for _, entry in world.house.ledger.rows if isinstance(entry, OrderPlaced)]


def test_a_close_takes_the_entries_of_a_slot_off_and_they_stay_off():
    world = closed()
    before = len(placed(world))
    world.house.ticks(5)
    assert [leg.block for leg in legs(world)] == [Block.OPERATOR, Block.OPERATOR]
    assert len(placed(world)) == before
    assert world.states("c")[-1] == "done"
    assert world.detail("c").startswith("slot 0 takes no entries on leg A and B until it is opened")


def test_a_close_of_one_side_leaves_the_other_alone():
    world = close(far(), side="buy")
    world.house.ticks(2)
    a, b = legs(world)
    assert (a.order is not None or a.lot is not None, b.order, b.block) == (
        True,
        None,
        Block.OPERATOR,
    )


def test_a_close_never_touches_an_exit_and_its_leg_rests_after_it():
    def owes(desk):
        return any(leg.lot is not None for leg in (desk.books.slots[0].a, desk.books.slots[0].b))

    world = World()
    world.house.until(owes)
    exits = {leg.order.client_order_id for leg in legs(world) if leg.lot is not None}
    close(world)
    assert exits == {leg.order.client_order_id for leg in legs(world) if leg.lot is not None}
    canceled = {e.role for _, e in world.house.ledger.rows if isinstance(e, CancelAsked)}
    assert canceled <= {Role.ENTRY}
    world.house.until(lambda desk: not owes(desk))
    world.house.ticks(3)
    assert [leg.order for leg in legs(world)] == [None, None]


@pytest.mark.parametrize("hold", ["operator", "invariant", "estop", "daily_loss"])
def test_a_close_works_whatever_holds_the_desk(hold):
    world = far()
    holds.put_up(world.desk, hold, "test")
    close(world)
    assert world.states("c")[-1] == "done"
    states = {leg.order.status for leg in legs(world) if leg.order is not None}
    assert states <= {OrderStatus.CANCELING}


def test_a_close_is_never_too_late():
    world = World()
    world.intake.receive(world.desk, signal(kind="close", symbol="DOGE/USD", slot_id=0))
    world.clock.sleep(9_999)
    world.work()
    assert world.states()[-1] == "done"


def test_an_open_is_refused_where_signals_may_not_open():
    world = open_(closed())
    assert world.states("o") == ["received", "evaluated", "rejected"]
    assert "signals_may_open is off" in world.detail("o")
    assert [leg.block for leg in legs(world)] == [Block.OPERATOR, Block.OPERATOR]


def test_an_open_asks_for_the_entries_now_in_the_name_of_its_principal():
    world = open_(closed(may_open=True))
    assert [leg.order.reason for leg in legs(world)] == ["asked_for", "asked_for"]
    assert world.desk.books.parked == {}
    assert world.states("o")[-1] == "done"
    assert world.detail("o") == "slot 0: leg B enters; leg A enters"
    note = world.house.notes("EntriesParked")[-1]
    assert (note.legs, note.principal, note.reason) == ((), "chat:42", "signal tv/o")
    world.house.ticks(1)
    resting = {row.client_order_id for row in world.desk.venue.open_orders()}
    assert {leg.order.client_order_id for leg in legs(world)} <= resting


def test_an_open_of_one_side_leaves_the_other_closed():
    world = open_(closed(may_open=True), side="sell")
    a, b = legs(world)
    assert (a.order is not None, b.order, b.block) == (True, None, Block.OPERATOR)


def test_an_open_never_gives_a_leg_a_second_order():
    world = far(may_open=True)
    before = len(placed(world))
    open_(world)
    assert world.states("o")[-1] == "rejected"
    assert "rests already" in world.detail("o")
    assert len(placed(world)) == before


def test_the_same_open_twice_acts_once_even_when_the_leg_is_idle_again():
    world = open_(closed(may_open=True))
    close(world, "c2")
    world.house.ticks(2)
    before = len(placed(world))
    again = signal("o", kind="open", symbol="DOGE/USD", slot_id=0)
    assert world.intake.receive(world.desk, again).status == "duplicate"
    world.work()
    assert len(placed(world)) == before


@pytest.mark.parametrize("committed", [False, True])
def test_a_death_at_the_commit_of_an_open_places_its_entries_once(committed):
    world = closed(may_open=True)
    before = len(placed(world))
    world.intake.receive(world.desk, signal("o", kind="open", symbol="DOGE/USD", slot_id=0))
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
    assert len(placed(world)) - before == (2 if committed else 0)
    world.reborn().work()
    assert world.states("o")[-1] == "done"
    assert world.states("o").count("done") == 1
    world.house.ticks(1)
    assert len(world.desk.venue.open_orders()) == 2
    asked = [one for one in placed(world)[before:] if one.reason == "asked_for"]
    assert len(asked) == 2


def test_a_restart_keeps_a_slot_closed():
    world = closed().reborn()
    world.house.ticks(4)
    assert [leg.block for leg in legs(world)] == [Block.OPERATOR, Block.OPERATOR]
    assert [leg.order for leg in legs(world)] == [None, None]


def test_an_open_that_expired_is_refused():
    world = closed(may_open=True)
    world.intake.receive(world.desk, signal("o", kind="open", symbol="DOGE/USD", slot_id=0))
    world.clock.sleep(121)
    world.work()
    assert (world.states("o")[-1], world.detail("o")) == ("rejected", "signal_expired")
    assert [leg.order for leg in legs(world)] == [None, None]


@pytest.mark.parametrize("kind", ["open", "close"])
def test_an_unknown_slot_is_refused_by_its_number(kind):
    world = send(World(may_open=True), kind=kind, slot_id=7)
    assert (world.states()[-1], world.detail()) == ("rejected", "there is no slot 7")


def test_an_open_of_a_held_desk_is_refused_with_the_hold_and_the_slot_stays_closed():
    world = closed(may_open=True)
    holds.put_up(world.desk, "daily_loss", "3 of 3")
    open_(world)
    assert world.detail("o") == "slot 0 was not opened: the desk is held: 3 of 3"
    assert set(world.desk.books.parked[0]) == {"A", "B"}


def test_an_open_under_a_full_cap_says_so_and_changes_nothing():
    world = closed(may_open=True)
    slot, limits = world.desk.books.slots[0], world.desk.limits
    world.desk.limits = type(limits)(order_cap=0)
    open_(world)
    assert "the open-order cap has no room" in world.detail("o")
    assert world.desk.books.slots[0] == slot
    assert set(world.desk.books.parked[0]) == {"A", "B"}


@pytest.mark.parametrize(("leverage", "state"), [("1", "done"), ("1.01", "rejected")])
def test_leverage_above_one_is_refused(leverage, state):
    world = open_(closed(may_open=True), leverage=leverage)
    assert world.states("o")[-1] == state
    assert (world.detail("o") == "leverage_not_supported") is (state == "rejected")


HINT = {"kind": "regime_hint", "regime": "bullish", "confidence": "0.9"}


def hint(world, **fields):
    world.intake.receive(world.desk, signal("h", **(HINT | fields)))
    return world.work()


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "this desk takes no regime hints (regime_hint_sec is 0)"),
        ({"regime_hint_sec": 600}, "no tier of this desk looks at the regime"),
    ],
)
def test_a_hint_is_refused_where_nothing_would_listen(settings, told):
    world = hint(World(**settings))
    assert world.states("h")[-1] == "rejected"
    assert world.detail("h").startswith(told)
    assert world.desk.books.regime_hint is None


def test_a_hint_is_recorded_with_its_source_and_never_surer_than_an_operator():
    world = hint(World(regime_hint_sec=600, regime_shadow_enabled="true"))
    assert world.states("h")[-1] == "done"
    (note,) = world.house.notes("RegimeHinted")
    assert (note.regime, str(note.confidence)) == ("bullish", "0.75")
    assert note.until == world.desk.now + 600 * MICRO
    assert (note.principal, note.reason) == ("chat:42", "signal tv/h")
    assert world.reborn().desk.books.regime_hint == note
