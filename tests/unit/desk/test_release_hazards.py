"""What may go wrong around a release: modes, unknown answers, stale prices, two callers, latches."""

import sys
from decimal import Decimal
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from small_desk import House
from test_release import AUTO, OPEN, READY, desk_that_waits, events, exits, released, venue_agrees

from holdfast.desk.authority import FreeHand
from holdfast.desk.release.auto import AGAIN, AutoRelease
from holdfast.desk.turn import Turn
from holdfast.domain.bookkeeping import ReleaseTierNoted
from holdfast.domain.errors import CommandRefused
from holdfast.domain.events import CycleBooked, ReleaseStarted
from holdfast.domain.intents import Submission
from holdfast.domain.market import SECOND
from holdfast.safety.mode_state import Mode
from holdfast.safety.permissions import Act, refusal

PANIC = AUTO | {"release_auto_tier": "tier2", "release_panic_stuck_pct": "0.5"}
LATCHED = ReleaseTierNoted(tier="panic", latched=True, stuck_pct="90.0000", closed="")


class Under(FreeHand):
    """An authority that allows what the table of modes allows."""

    def __init__(self, mode):
        self.mode = mode

    def may(self, write):
        acts = {"entry": Act.ENTRY, "exit": Act.EXIT, "cancel": Act.CANCEL_ENTRY}
        return not refusal(self.mode, acts[write])


def policy_of(house):
    return AutoRelease(house.desk, house.profile.settings, 60)


def decided(house, policy):
    """Ask a policy once, outside of a tick; return what it noted and began."""
    turn = Turn(house.desk, house.desk.now, house.desk.mark)
    policy.decide(turn)
    return turn.notes, turn.events


@pytest.mark.parametrize(
    ("mode", "allowed"),
    [
        (Mode.LIVE, True),
        (Mode.DRAIN, True),
        (Mode.DRY, False),
        (Mode.ARMING, False),
        (Mode.ESTOP, False),
        (Mode.BOOT, False),
    ],
)
@pytest.mark.parametrize("automatic", [False, True])
def test_a_release_begins_only_in_modes_that_let_exits_and_cancels_out(mode, allowed, automatic):
    house = desk_that_waits(**AUTO) if automatic else desk_that_waits()
    house.desk.policies = ()
    house.until(lambda desk: any(not one.lot.release for one in exits(desk)))
    before = len(events(house, ReleaseStarted))
    house.desk.authority = Under(mode)
    if automatic:
        _, happened = decided(house, policy_of(house))
        assert any(isinstance(one, ReleaseStarted) for one in happened) is allowed
    elif allowed:
        house.do("release_slot", slot_id=exits(house.desk)[0].slot)
        assert len(events(house, ReleaseStarted)) == before + 1
    else:
        with pytest.raises(CommandRefused, match="nothing may be sent to the venue now"):
            house.do("release_slot", slot_id=exits(house.desk)[0].slot)


@pytest.mark.parametrize("action", ["place", "amend", "cancel"])
def test_a_release_waits_until_every_request_of_its_slot_is_proven(action):
    house = desk_that_waits()
    one = exits(house.desk)[0]
    unknown = Submission(action=action, deadline=0, epoch=1, revision=0, at=house.desk.now)
    house.desk.books.submissions[one.client_order_id] = unknown
    with pytest.raises(CommandRefused, match="outcome of a request for its slot is not known"):
        house.do("release_slot", slot_id=one.slot)
    assert not events(house, ReleaseStarted)
    house.desk.books.submissions.clear()
    assert house.do("release_slot", slot_id=one.slot).startswith("release begun")


def test_a_release_at_a_stale_price_is_refused():
    house = desk_that_waits()
    house.desk.fresh = False
    with pytest.raises(CommandRefused, match=r"distance unknown|price is stale"):
        house.do("release_slot", slot_id=exits(house.desk)[0].slot)


def test_two_callers_of_one_tick_release_an_exit_once():
    house = desk_that_waits(**AUTO)
    house.desk.policies = ()
    house.until(lambda desk: any(not one.lot.release for one in exits(desk)))
    one = exits(house.desk)[0]
    house.do("release_slot", slot_id=one.slot, trade_id=one.leg.value)
    _, happened = decided(house, policy_of(house))
    again = [event for event in happened if isinstance(event, ReleaseStarted)]
    assert (one.slot, one.leg) not in {(event.slot, event.leg) for event in again}
    with pytest.raises(CommandRefused, match="being released already"):
        house.do("release_slot", slot_id=one.slot, trade_id=one.leg.value)
    house.ticks(3)
    keys = [(row.slot, row.leg, row.cycle) for row in events(house, CycleBooked)]
    assert len(keys) == len(set(keys))
    assert venue_agrees(house.desk)


def test_a_latch_of_the_life_before_falls_at_the_first_look_that_finds_its_target_reached():
    house = House(candles=50, **(PANIC | {"stuck_min_age_sec": "604800"}))
    house.desk.policies = ()
    house.ticks(1).desk.note(LATCHED)
    notes, _ = decided(house, policy_of(house))  # it has said nothing in this life
    assert [note.latched for note in notes] == [False]


def test_a_profile_that_takes_the_tiers_away_releases_nothing_more_and_keeps_the_latch():
    house = desk_that_waits(**(PANIC | {"release_auto_enabled": "false"}))
    house.desk.note(LATCHED)
    policy = policy_of(house)
    notes, happened = decided(house, policy)
    assert not any(isinstance(one, ReleaseStarted) for one in happened)
    assert [(note.tier, note.latched) for note in notes] == [("none", True)]


@pytest.mark.parametrize("gone", ["price", "worth"])
def test_what_cannot_be_measured_neither_arms_nor_drains_the_panic_tier(gone):
    for latched in (False, True):
        house = desk_that_waits(**PANIC)
        house.desk.note(ReleaseTierNoted(tier="none", latched=latched, stuck_pct="0", closed=""))
        if gone == "price":
            house.desk.fresh = False
        else:
            house.desk.books.accounts.free_quote -= Decimal(10**6)
        notes, happened = decided(house, policy_of(house))
        assert not happened
        assert all(note.latched is latched for note in notes if isinstance(note, ReleaseTierNoted))


def test_what_cannot_be_sold_keeps_its_exit_and_says_why():
    house = desk_that_waits(release_close="limit_ioc", release_recon_hard_gate_enabled="false")
    one = exits(house.desk)[0]
    accounts = house.desk.books.accounts
    short = "free_base" if one.leg.value == "B" else "free_quote"
    setattr(accounts, short, Decimal(-(10**6)))
    with pytest.raises(CommandRefused, match="is free beside its own order"):
        house.do("release_slot", slot_id=one.slot)
    assert not events(house, ReleaseStarted)


def test_a_release_goes_on_after_its_slot_was_made_cycling():
    house = desk_that_waits(**(OPEN | {"recovery_enabled": "true", "sticky_mode_enabled": "true"}))
    house.desk.readings = READY
    one = exits(house.desk)[0]
    house.do("release_slot", slot_id=one.slot)
    house.do("toggle_sticky", slot_id=one.slot, sticky=False, confirm=True)
    house.ticks(2)
    (booked,) = released(house)
    assert (booked.slot, booked.leg, booked.recovery_id) == (one.slot, one.leg, 0)
    assert not house.desk.books.slots[one.slot].recoveries


@pytest.mark.parametrize(("waited", "again"), [(-1, 0), (0, 1), (1, 1)])
def test_the_tiers_try_a_release_that_came_to_nothing_again_after_ten_minutes(waited, again):
    house = desk_that_waits(**AUTO)
    house.desk.policies = ()
    house.until(lambda desk: any(not one.lot.release for one in exits(desk)))
    policy, slots = policy_of(house), dict(house.desk.books.slots)
    first = {(one.slot, one.leg) for one in decided(house, policy)[1] if begins(one)}
    assert first
    house.desk.books.slots.update(slots)  # as if each had come to nothing
    house.desk.now += AGAIN + waited * SECOND
    then = {(one.slot, one.leg) for one in decided(house, policy)[1] if begins(one)}
    assert bool(first & then) is bool(again)


def test_an_exit_that_may_not_be_given_up_takes_no_place_of_one_that_may():
    house = desk_that_waits(slots=8, release_max_per_loop=1, **AUTO)
    house.desk.policies = ()
    house.until(lambda desk: len({one.slot for one in exits(desk)}) > 1)
    oldest = min(exits(house.desk), key=lambda one: (one.lot.opened_at, one.slot))
    unknown = Submission(action="amend", deadline=0, epoch=1, revision=0, at=house.desk.now)
    house.desk.books.submissions[oldest.client_order_id] = unknown
    begun = [one.slot for one in decided(house, policy_of(house))[1] if begins(one)]
    assert len(begun) == 1
    assert oldest.slot not in begun


def begins(event):
    return isinstance(event, ReleaseStarted)
