"""Giving a waiting exit up: proof first, then one booking, then the inventory."""

from decimal import Decimal

import pytest
from msgspec.structs import replace
from slot_story import SlotStory, kinds
from strategies import DOGE

from holdfast.domain.events import CycleBooked, InventoryMoved, OrderPlaced, PositionClosed
from holdfast.domain.slots import Block, Close, LegName, OrderStatus, Phase, phase
from holdfast.engine.accounts import Accounts
from holdfast.engine.inputs import CancelFailed, ExitWanted, ReleaseWanted
from holdfast.engine.invariants import breaches
from holdfast.engine.release import sale_of
from holdfast.ledger.amounts import fits

HOUR = 3600


def waiting(leg="B", **rules):
    story = SlotStory(**rules)
    story.enter()
    story.fill(leg)
    return story.wait(8 * 24 * HOUR).at("0.09" if leg == "B" else "0.11")


def wanted(leg="B", close=Close.TRANSFER):
    return ReleaseWanted(leg=LegName(leg), close=close, reason="operator")


def only(events, kind):
    (found,) = [event for event in events if isinstance(event, kind)]
    return found


def test_a_release_asks_for_the_end_of_the_exit_and_books_nothing_before_it_is_proven():
    story = waiting()
    assert kinds(story.do(wanted())) == ["ReleaseStarted", "CancelAsked"]
    assert story.order("B").status is OrderStatus.CANCELING
    assert phase(story.slot) is Phase.S1B
    assert story.slot.round_trips == 0
    assert story.leg("B").lot.release.asked_at == story.now


@pytest.mark.plan("001-049", "001-050", "001-051", "001-069", "001-151")
@pytest.mark.parametrize("leg", ["B", "A"])
def test_a_proven_cancel_books_the_cycle_at_mark_without_an_exit_fee_and_moves_the_inventory(leg):
    story = waiting(leg, reentry_cooldown=60_000_000)
    lot = story.leg(leg).lot
    story.do(wanted(leg))
    events = story.end(leg)
    assert kinds(events) == ["OrderEnded", "CycleBooked", "LegBlocked", "InventoryMoved"]
    booked, moved = only(events, CycleBooked), only(events, InventoryMoved)
    gross = (story.mark - lot.price) * lot.size * (1 if leg == "B" else -1)
    assert (booked.exit_price, booked.gross, booked.net) == (story.mark, gross, gross - lot.fee)
    assert (booked.exit_fee, booked.unpaid_fee, booked.reason) == (0, 0, "released")
    assert booked.losses == 1
    assert booked.next_cycle == 2
    assert (moved.source, moved.target) == ("slot:0", "unallocated")
    assert abs(moved.base) == lot.size
    assert abs(moved.quote) == story.mark * lot.size
    assert story.leg(leg).block is Block.COOLDOWN
    assert story.leg(leg).cooldown_until == story.now + 60_000_000
    assert phase(story.slot) is Phase.S0
    assert breaches(story.slot) == []


def test_a_release_re_arms_the_entry_of_its_leg():
    story = waiting()
    story.do(wanted())
    placed = only(story.end("B"), OrderPlaced)
    assert (placed.role, placed.cycle, placed.reason) == ("entry", 2, "cycle_complete")


@pytest.mark.parametrize("leg", ["B", "A"])
def test_every_account_still_sums_to_zero_after_a_release_and_the_slot_holds_nothing(leg):
    story = waiting(leg)
    story.do(wanted(leg))
    story.end(leg, block=Block.BALANCE)
    accounts = Accounts("DOGE", "USD")
    for event in story.history:
        accounts.apply(event)
    assert set(accounts.sums().values()) == {0}
    assert accounts.balances["slot:0", "DOGE"] == 0
    booked = only(story.history, CycleBooked)
    assert accounts.balances["slot:0", "USD"] == -booked.gross


def test_a_release_in_the_middle_of_a_fill_books_the_fill():
    story = waiting()
    story.do(wanted())
    price = story.order("B").price
    events = story.fill("B")
    booked = only(events, CycleBooked)
    assert (booked.reason, booked.exit_price) == ("filled", price)
    assert "InventoryMoved" not in kinds(events)
    assert not story.slot.b.lot


def test_a_part_that_filled_before_the_cancel_keeps_its_price_and_the_rest_goes_at_mark():
    story = waiting()
    exit_price, size = story.order("B").price, story.leg("B").lot.size
    story.do(wanted())
    story.fill("B", size=5)
    events = story.end("B")
    booked, moved = only(events, CycleBooked), only(events, InventoryMoved)
    assert moved.base == size - 5
    assert booked.exit_price * size == pytest.approx(exit_price * 5 + story.mark * (size - 5))
    assert booked.exit_fee > 0


def test_a_cancel_that_is_refused_leaves_the_exit_where_it_rests():
    story = waiting()
    before = story.slot
    story.do(wanted())
    failed = CancelFailed(client_order_id=story.order("B").client_order_id, reason="denied")
    assert kinds(story.do(failed)) == ["ReleaseEnded"]
    assert story.slot == before


def test_an_exit_that_is_being_released_is_not_released_twice():
    story = waiting()
    story.do(wanted())
    assert story.do(wanted()) == []


def test_a_leg_that_owes_no_exit_is_left_alone():
    story = waiting()
    assert story.do(wanted("A")) == []


def test_an_exit_that_does_not_rest_is_given_up_at_once():
    story = waiting()
    story.end("B", "refused", "insufficient_funds")
    events = story.do(wanted())
    assert kinds(events)[:2] == ["ReleaseStarted", "CycleBooked"]


def test_an_exit_being_released_is_not_set_aside_as_a_recovery():
    story = SlotStory(sticky=False, s1_orphan_after=1_000_000)
    story.enter()
    story.fill("B")
    story.wait(9 * 24 * HOUR).at("0.09")
    story.do(wanted())
    assert story.timed() == []


def test_a_released_position_is_closed_soft():
    story = waiting(positions=True)
    story.do(wanted())
    assert only(story.end("B"), PositionClosed).reason == "soft_closed"


def test_a_sale_for_real_takes_what_there_is_and_is_booked_with_what_it_paid():
    story = waiting(positions=True)
    story.do(wanted(close=Close.LIMIT_IOC))
    placed = only(story.end("B"), OrderPlaced)
    assert (placed.role, placed.reason, placed.price) == (
        "exit",
        "release_sale",
        Decimal("0.08955"),
    )
    events = story.fill("B", price="0.0899", fee="0.0072")
    booked = only(events, CycleBooked)
    assert (booked.reason, booked.exit_price, booked.exit_fee) == (
        "released",
        Decimal("0.0899"),
        Decimal("0.0072"),
    )
    assert only(events, PositionClosed).reason == "soft_closed"
    assert "InventoryMoved" not in kinds(events)


def test_a_sale_that_nobody_takes_leaves_the_exit_owed_and_it_rests_again():
    story = waiting()
    wanted_price = story.order("B").price
    story.do(wanted(close=Close.LIMIT_IOC))
    story.end("B")
    assert kinds(story.end("B")) == ["OrderEnded", "ReleaseEnded"]
    assert story.leg("B").lot is not None
    assert not story.leg("B").lot.release
    again = only(story.owed(), OrderPlaced)
    assert again.attempt == 3
    assert again.price == wanted_price


def test_a_sale_that_cannot_be_paid_for_leaves_the_exit_owed():
    story = waiting("A")
    story.do(wanted("A", close=Close.LIMIT_IOC))
    events = story.end("A", spare_quote=Decimal("0.01"))
    assert events[-1].reason == "balance"
    assert story.leg("A").lot is not None


@pytest.mark.parametrize("close", [Close.TRANSFER, Close.LIMIT_IOC])
def test_without_a_fresh_mark_a_proven_cancel_books_nothing_and_waits_for_one(close):
    story = waiting()
    story.do(wanted(close=close))
    assert kinds(story.end("B", blind=True)) == ["OrderEnded"]
    assert story.do(ExitWanted(), blind=True) == []
    assert story.leg("B").lot.release.close is close
    assert breaches(story.slot) == []
    events = story.at("0.085").do(ExitWanted())
    if close is Close.TRANSFER:
        assert only(events, CycleBooked).exit_price == Decimal("0.085")
    else:
        assert only(events, OrderPlaced).reason == "release_sale"


def test_an_eviction_without_a_fresh_mark_waits_for_one():
    story = SlotStory(sticky=False, s1_orphan_after=60_000_000, max_recoveries=1)
    story.enter()
    for _ in range(2):
        story.fill("B")
        story.wait(90).at(story.mark * Decimal("0.9")).timed()
        story.enter()
    assert story.slot.recoveries[0].evicting
    assert kinds(story.end("r1", blind=True)) == ["OrderEnded"]
    assert story.do(ExitWanted(), blind=True) == []
    booked = only(story.at("0.07").do(ExitWanted()), CycleBooked)
    assert (booked.exit_price, booked.reason) == (Decimal("0.07"), "recovery_cap_evict_priority")
    assert len(story.slot.recoveries) == 1  # the orphan that needed its place


@pytest.mark.parametrize("leg", ["B", "A"])
def test_a_mark_finer_than_any_ledger_keeps_is_booked_as_amounts_it_can_keep(leg):
    story = waiting(leg).at("0.09012345678901234567")
    story.do(wanted(leg))
    for event in story.end(leg):
        if isinstance(event, CycleBooked | InventoryMoved):
            keepable(event)


def test_a_write_off_at_a_fine_mark_is_booked_as_amounts_a_ledger_can_keep():
    fee = Decimal("0.2513579")
    instrument = replace(DOGE, maker_fee_pct=fee)
    story = SlotStory(
        sticky=False, s1_orphan_after=60_000_000, max_recoveries=1, instrument=instrument
    )
    story.enter()
    for _ in range(2):
        story.fill("B")
        story.wait(90).at((story.mark * Decimal("0.9")).quantize(Decimal("1E-14"))).timed()
        story.enter()
    events = story.at("0.08012345678901").end("r1")
    assert only(events, CycleBooked).unpaid_fee > 0
    keepable(only(events, CycleBooked))


def keepable(event):
    amounts = [getattr(event, name) for name in event.__struct_fields__]
    kept = [one for one in amounts if isinstance(one, Decimal) and fits(one)]
    assert len(kept) == sum(isinstance(one, Decimal) for one in amounts) - (not fits(event.mark))


def test_what_is_left_is_too_small_to_sell_just_below_the_minimum_and_not_at_it():
    story = waiting()
    lot = story.leg("B").lot
    least = story.rules.instrument.min_base
    at_it, below = replace(lot, closed=lot.size - least), replace(lot, closed=lot.size - least + 1)
    assert sale_of(story.rules, LegName.B, at_it, story.mark).size == least
    assert sale_of(story.rules, LegName.B, below, story.mark) is None


@pytest.mark.parametrize(("spare", "sold"), [(0, True), (-1, False)])
def test_a_sale_may_use_what_its_own_exit_held_back_and_no_more(spare, sold):
    story = waiting()
    story.do(wanted(close=Close.LIMIT_IOC))
    events = story.end("B", spare_base=Decimal(spare), spare_quote=Decimal(0))
    assert kinds(events)[-1] == ("OrderPlaced" if sold else "ReleaseEnded")
