"""Entries that follow the mark, and when they stop to (core F9)."""

from decimal import Decimal

import pytest
from slot_story import SlotStory, kinds

CLIMB = Decimal("1.009")


def started(**rules):
    story = SlotStory(**rules)
    story.enter()
    return story


def test_a_rising_market_is_chased_twice_then_left_for_a_while():
    story = started()
    start, mark, seen = story.now, Decimal("0.1"), []
    for number in range(1, 13):
        mark *= CLIMB
        story.wait(30).at(mark)
        events = story.moved()
        if events:
            event = events[0]
            at = (story.now - start) // 1_000_000
            seen.append((at, event.leg, kinds(events)[0], getattr(event, "price", None)))
        assert number < 13
    assert seen == [
        (30, "B", "OrderRepriced", Decimal("0.100698")),
        (60, "A", "OrderRepriced", Decimal("0.102012")),
        (90, "B", "OrderRepriced", Decimal("0.102519")),
        (120, "A", "OrderRepriced", Decimal("0.103856")),
        (150, "B", "RefreshPaused", None),
        (180, "A", "RefreshPaused", None),
    ]
    assert (story.slot.b.refresh_cooldown_until - start) // 1_000_000 == 450
    assert (story.slot.a.refresh_cooldown_until - start) // 1_000_000 == 480
    story.wait(330)
    (moved,) = story.moved()
    assert (moved.leg, moved.price, moved.refreshes) == ("B", Decimal("0.111128"), 1)
    (moved,) = story.wait(30).moved()
    assert (moved.leg, moved.price, moved.refreshes) == ("A", Decimal("0.111574"), 1)


@pytest.mark.parametrize(("mark", "moves"), [("0.100807", 0), ("0.100808", 0), ("0.100809", 1)])
def test_an_entry_moves_only_beyond_the_limit(mark, moves):
    story = started(refresh_pct=Decimal(100) * (1 - Decimal("0.0998") / Decimal("0.100808")))
    assert len(story.at(mark).moved()) == moves


@pytest.mark.parametrize(("most", "moves"), [(1, 0), (2, 1), (3, 2), (4, 3)])
def test_one_move_less_than_the_count_runs_in_one_direction(most, moves):
    story = started(max_refreshes=most)
    mark, done = Decimal("0.1"), []
    for _ in range(4):
        mark *= Decimal("1.02")
        story.wait(30).at(mark)
        done += [event for event in story.moved() if event.leg == "B"]
        story.moved()
        if kinds(done)[-1:] == ["RefreshPaused"]:
            break
    assert kinds(done) == ["OrderRepriced"] * moves + ["RefreshPaused"]


@pytest.mark.parametrize(
    ("waited", "moves"), [(299.999999, False), (300, True), (300.000001, True)]
)
def test_a_pause_is_over_at_its_time(waited, moves):
    story = started(max_refreshes=1)
    (paused,) = story.at("0.102").moved()
    assert paused.leg == "B"
    story.end("A")
    events = story.wait(waited).moved()
    assert bool(events) is moves


def test_a_pause_of_one_leg_does_not_block_the_other():
    story = started(max_refreshes=1)
    story.at("0.102").moved()
    (other,) = story.moved()
    assert other.leg == "A"


def test_the_other_direction_counts_from_one_again():
    story = started()
    story.end("A")
    story.at("0.102").moved()
    story.at("0.104").moved()
    assert story.slot.b.refreshes == 2
    story.at("0.1001").moved()
    assert (story.slot.b.refreshes, story.slot.b.refresh_direction) == (1, "down")


def test_a_move_the_venue_would_refuse_becomes_a_cancel():
    story = started(mark="0.15")
    story.end("A")
    (asked,) = story.at("0.17").moved()
    assert (kinds([asked]), asked.reason) == (["CancelAsked"], "stale_entry")


def test_an_entry_that_cannot_be_paid_at_its_new_price_is_cancelled():
    story = started()
    story.end("A")
    (asked,) = story.at("0.11").moved(spare_quote=Decimal("-2.000001"))
    assert kinds([asked]) == ["CancelAsked"]


def test_nothing_moves_while_refresh_is_off():
    assert started(refresh_pct=Decimal(0)).at("0.2").moved() == []


def test_an_entry_asked_to_end_is_not_moved():
    story = started()
    story.withdraw()
    assert story.at("0.2").moved() == []
