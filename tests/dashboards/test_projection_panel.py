"""The projection of slots under the cap, and what sizes entries: whole, of an older build, and damaged."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

Show = Callable[..., AppTest]
Build = Callable[..., Path]
Read = Callable[[AppTest], str]


def fine(app: AppTest) -> AppTest:
    assert not app.exception, [error.message for error in app.exception]
    return app


def crowded(slots: int, fit: str, next_fit: str, reasons: list[str]) -> dict[str, Any]:
    steps = [
        {"slots": 80, "worst_case_orders": 160, "worst_case_headroom": 8, "fit": "fine"},
        {"slots": slots, "worst_case_orders": 2 * slots, "worst_case_headroom": 0, "fit": fit},
    ]
    return {
        "status_band": "stop",
        "projection": {
            "slots": slots,
            "worst_case_headroom": 168 - 2 * slots,
            "fit": fit,
            "reasons": reasons,
            "next_slot_fit": next_fit,
            "most_slots": 84,
            "entries_resting": 60,
            "exits_resting": 100,
            "entry_cap_policy": "entry_only",
            "steps": steps,
            "trend_band": "choppy",
        },
    }


def test_a_desk_tells_its_projection_and_what_sizes_its_entries(
    show: Show, markup: Read, on_exchange: Build
) -> None:
    text = markup(fine(show("exchange", on_exchange())))
    for expected in (
        "Slots under the cap",
        "room at worst",
        "all that rest slow entries down",
        "Sizes of entries",
        "share of the quote",
        "layers of capital",
        "idle quote",
        "by the market",
        "speed of cycles",
        "profit target",
        ">advice<",
    ):
        assert expected in text


def test_slots_that_are_advised_against_say_why(
    show: Show, markup: Read, on_exchange: Build
) -> None:
    room = crowded(84, "advise", "refused", ["84 slots leave room for 0 orders at worst"])
    text = markup(fine(show("exchange", on_exchange(capacity_fill_health=room))))
    for expected in ("advised against", "refused", "room for 0 orders", "entries alone", "choppy"):
        assert expected in text


@pytest.mark.parametrize(
    "missing", ["capacity_fill_health", "sizing", "rebalancer", "throughput_sizer"]
)
def test_the_page_stands_without_a_block(
    missing: str, show: Show, markup: Read, on_exchange: Build
) -> None:
    text = markup(fine(show("exchange", on_exchange(**{missing: None}))))
    assert ("This desk tells no projection" in text) is (missing == "capacity_fill_health")


def test_the_page_of_an_older_build_says_that_it_tells_no_projection(
    show: Show, markup: Read, published: Build
) -> None:
    text = markup(fine(show("exchange", published())))
    assert "This desk tells no projection" in text
    assert "Sizes of entries" not in text


@pytest.mark.parametrize(
    "damaged", [[], "x", 7, {"projection": "x"}, {"projection": {"steps": "x"}}]
)
def test_damaged_blocks_break_no_page(damaged: object, show: Show, on_exchange: Build) -> None:
    given = dict.fromkeys(
        ("capacity_fill_health", "sizing", "rebalancer", "throughput_sizer"), damaged
    )
    fine(show("exchange", on_exchange(**given)))
