"""The panel on missing sides: what it shows, and that it stands without its block."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

Show = Callable[..., AppTest]
Build = Callable[..., Path]
Read = Callable[[AppTest], str]

BLOCK = {
    "ready": True,
    "one_sided": {"long_only": 2, "short_only": 0, "neither": 1},
    "by_source": {"long_only": {"regime": 2}, "short_only": {}, "neither": {"pacing": 1}},
    "missing": [
        {
            "slot_id": 5,
            "leg": "A",
            "side": "sell",
            "source": "regime",
            "since": 1_767_225_600_000_000,
            "seconds": 8_045,
        }
    ],
    "missing_total": 4,
    "waiting": {"regime": 2, "pacing": 2},
    "returned_1d": 3,
    "median_return_seconds_1d": 61,
    "longest_return_seconds_1d": 3_600,
    "exempt_used_this_loop": 0,
    "entry_scheduler_exempt": "repair",
    "auto_repair_regime": "when_lapsed",
}


def fine(app: AppTest) -> AppTest:
    assert not app.exception, [error.message for error in app.exception]
    return app


def shown(show: Show, markup: Read, published: Build, **status: object) -> str:
    return markup(fine(show("slots", published(candles=60, count=2, **status))))


@pytest.mark.plan("000-038", "000-041", "000-042")
def test_sides_that_are_missing_are_listed_with_reason_and_age(
    show: Show, markup: Read, published: Build
) -> None:
    text = shown(
        show,
        markup,
        published,
        bring_up=BLOCK,
        entry_scheduler={"deferred_total": 9, "pending_entries": 2},
    )
    assert "Missing sides" in text
    assert "the market regime suppresses this side" in text
    assert "sell (leg A)" in text
    assert "2 h 14 min" in text
    assert "regime 2" in text
    assert "put off 9 times" in text
    assert "3 more wait" in text
    assert "3 in 24 h, the longest 1 h" in text


def test_a_desk_whose_slots_trade_both_sides_says_so(
    show: Show, markup: Read, published: Build
) -> None:
    calm = {**BLOCK, "missing": [], "missing_total": 0, "one_sided": {}, "by_source": {}}
    assert "Every slot trades both sides." in shown(show, markup, published, bring_up=calm)


@pytest.mark.parametrize("block", [None, [], "soon", {"missing": "none", "one_sided": 3}])
def test_the_page_renders_while_the_block_is_missing_or_of_another_shape(
    show: Show, markup: Read, published: Build, block: object
) -> None:
    assert "Missing sides" in shown(show, markup, published, bring_up=block)


def test_sides_left_to_a_person_are_said(show: Show, markup: Read, published: Build) -> None:
    text = shown(show, markup, published, bring_up={**BLOCK, "auto_repair_regime": "never"})
    assert "left to a person" in text
