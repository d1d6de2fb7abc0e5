"""Vintage, tiers and the release dialog on the slots page, with and without their blocks."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboards import control
from dashboards.control import Verb

Show = Callable[..., AppTest]
Build = Callable[..., Path]
Read = Callable[[AppTest], str]

GATES = [
    {"name": "age", "measured": 604900, "bound": 604800, "unit": "s", "passed": True},
    {"name": "distance", "measured": 9.44, "bound": 10.0, "unit": "%", "passed": False},
    {"name": "regime", "measured": None, "bound": 30.0, "unit": "", "passed": False},
]
EXIT = {
    "slot_id": 3, "trade_id": "B", "exit_id": 12, "client_order_id": "x", "price": 0.1,
    "volume": 20, "age_sec": 604900, "releasing": False, "eligible": False, "gates": GATES,
}  # fmt: skip
VINTAGE = {
    "vintage_fresh_0_1h": 2, "vintage_aging_1_6h": 2, "vintage_stale_6_24h": 2,
    "vintage_old_1_7d": 2, "vintage_ancient_7d_plus": 1, "waiting_exits": 9, "stuck_exits": 3,
    "oldest_exit_age_sec": 604900, "waiting_capital_pct": 18.0, "stuck_capital_pct": 6.0,
    "stuck_capital_usd": 6.0, "vintage_warn": True, "vintage_critical": False,
    "vintage_release_eligible": False, "vintage_release_eligible_count": 0,
    "release_recon_gate_blocked": False, "release_recon_gate_reason": "release recon gate clear",
    "exits": [EXIT],
}  # fmt: skip
HEALTH = {
    "ready": True, "sticky_release_total": 4, "recon_hard_gate_blocked": False,
    "recon_hard_gate_known": True, "recon_hard_gate_reason": "release recon gate clear",
    "auto_tier_allowed": "gated", "auto_closed_reason": "the trend strength is not known",
    "panic_latched": False, "tier1_eligible": True, "tier2_eligible": False,
}  # fmt: skip


def fine(app: AppTest) -> AppTest:
    assert not app.exception, app.exception
    return app


@pytest.mark.plan("001-137", "001-138", "001-139", "001-140")
def test_the_vintage_table_says_what_waits_and_what_each_tier_would_do(
    show: Show, markup: Read, published: Build
) -> None:
    folder = published(count=2, slot_vintage=VINTAGE, release_health=HEALTH)
    text = markup(fine(show("slots", folder)))
    for expected in (
        "Waiting/Stuck",
        "9 / 3",
        "tier 1",
        "reached",
        "acts by itself",
        "not reached",
    ):
        assert expected in text
    assert "Automatic release is closed: the trend strength is not known." in text


@pytest.mark.plan("001-132", "001-133")
def test_the_dialog_shows_each_gate_with_its_measured_value_before_anything_is_sent(
    show: Show, markup: Read, published: Build
) -> None:
    text = markup(
        fine(show("slots", published(count=2, slot_vintage=VINTAGE, release_health=HEALTH)))
    )
    for expected in (
        "7 d 1 min",
        "9.44 %",
        "10.00 %",
        "not known",
        "closed",
        "open",
        "release recon gate clear",
    ):
        assert expected in text


@pytest.mark.plan("001-131", "001-133")
def test_a_release_is_sent_only_after_the_second_look(
    show: Show, published: Build, api: Any
) -> None:
    api.verbs = [{"action": "release_slot", "help": "", "parameters": [{"name": "slot_id"}]}]
    folder = published(count=2, slot_vintage=VINTAGE, release_health=HEALTH)
    (folder.parent / "control.json").write_text(json.dumps({"url": api.url, "token": "t"}))
    app = fine(show("slots", folder))
    assert api.asked == []
    fine(app.button(key="try_release").click().run())
    fine(app.button(key="do_release").click().run())
    wanted = {"action": "release_slot", "slot_id": 3, "trade_id": "B", "exit_id": 12}
    assert [body for _, body in api.asked] == [{**wanted, "dry_run": True}, wanted]


@pytest.mark.plan("001-142")
@pytest.mark.parametrize("missing", ["slot_vintage", "release_health", "both"])
def test_the_panels_render_with_their_block_missing(
    missing: str, show: Show, markup: Read, published: Build
) -> None:
    given = {"slot_vintage": VINTAGE, "release_health": HEALTH}
    gone = given.keys() if missing == "both" else {missing}
    folder = published(
        count=2, **{name: {} if name in gone else one for name, one in given.items()}
    )
    text = markup(fine(show("slots", folder)))
    assert "Waiting / stuck" in text
    if missing != "release_health":
        assert "The desk tells nothing of waiting exits yet." in text


KNOWN = [
    Verb("release_slot", "", ("slot_id", "trade_id", "exit_id", "dry_run")),
    Verb("release_oldest_eligible", "", ("slot_id", "dry_run")),
]


@pytest.mark.plan("001-124", "001-125", "001-126", "001-127")
@pytest.mark.parametrize(
    ("line", "command"),
    [
        (":release 3 12", {"action": "release_slot", "slot_id": 3, "exit_id": 12}),
        (":release 3", {"action": "release_slot", "slot_id": 3}),
        (":release 3 trade_id=B", {"action": "release_slot", "slot_id": 3, "trade_id": "B"}),
        (":release_next", {"action": "release_oldest_eligible"}),
        (":release_next 3", {"action": "release_oldest_eligible", "slot_id": 3}),
    ],
)
def test_the_command_bar_knows_the_short_forms_of_a_release(
    line: str, command: dict[str, Any]
) -> None:
    assert control.parse(line, KNOWN) == command


def test_a_short_form_with_one_word_too_many_is_refused() -> None:
    assert "one too many" in str(control.parse(":release 3 12 9 x y z", KNOWN))
