"""The summary of sticky slots, the headline of what waits, and the short commands."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboards import colon, control
from dashboards.control import Verb
from dashboards.parts.sticky_panel import waiting_tile

VINTAGE = {
    "waiting_exits": 3,
    "oldest_exit_age_sec": 90_000,
    "stuck_capital_usd": "12.5",
    "stuck_capital_pct": "51.25",
    "waiting_capital_usd": "20",
    "waiting_capital_pct": "80",
    "vintage_warn": False,
    "vintage_critical": True,
    "vintage_release_eligible": True,
    "vintage_release_eligible_count": 2,
}
STATUS = {
    "pair": "DOGE/USD",
    "sticky_mode": {
        "enabled": True,
        "sticky_slots": 2,
        "target_slots": 80,
        "max_target_slots": 100,
    },
    "slots": [{"slot_id": 0, "phase": "S0"}, {"slot_id": 1, "phase": "S1b"}],
    "slot_vintage": VINTAGE,
    "release_health": {"tier1_eligible": True, "tier2_eligible": False},
    "legacy": {"cycling_slots": 0, "recovery_orders": 0, "set_aside_total": 4},
}
VERBS = [
    Verb("release_slot", "", ("slot_id", "trade_id", "exit_id", "dry_run")),
    Verb("release_oldest_eligible", "", ("slot_id",)),
    Verb("soft_close", "", ("slot_id", "recovery_id")),
    Verb("soft_close_next", "", ()),
    Verb("cancel_stale_recoveries", "", ("min_distance_pct", "max_batch")),
    Verb("pause", "", ("reason",)),
]
Markup = Callable[[AppTest], str]


def panel(**status: Any) -> AppTest:
    told = {key: value for key, value in (STATUS | status).items() if value is not None}
    app = AppTest.from_function(_panel, args=(told,), default_timeout=30).run()
    assert not app.exception, [error.message for error in app.exception]
    return app


@pytest.mark.plan("001-004", "001-134", "001-135", "001-136", "001-137", "001-138")
def test_the_summary_compares_turning_with_waiting_slots(markup: Markup) -> None:
    text = markup(panel())
    for expected in ("1 / 1", "50 % turn over", "1 d 1 h", "12.50 USD", "51.25 %", "20.00 USD"):
        assert expected in text
    assert "open / shut" in text
    assert "sticky by default; target 80, at most 100" in text


@pytest.mark.plan("001-198")
def test_the_summary_speaks_of_recoveries_only_while_there_are_cycling_slots(
    markup: Markup,
) -> None:
    assert "recovery orders" not in markup(panel())
    left = {"cycling_slots": 1, "recovery_orders": 2, "set_aside_total": 4}
    text = markup(panel(legacy=left))
    assert "recovery orders" in text
    assert "4 set aside so far" in text


@pytest.mark.plan("001-142")
@pytest.mark.parametrize("missing", sorted(STATUS))
def test_the_summary_renders_with_a_block_missing(missing: str, markup: Markup) -> None:
    assert "Sticky slots" in markup(panel(**{missing: None}))
    assert "Sticky slots" in markup(panel(**{missing: "nonsense"}))


def test_the_summary_of_a_desk_that_tells_nothing_says_so(markup: Markup) -> None:
    text = markup(panel(**dict.fromkeys(STATUS)))
    assert "publishes nothing about its slots yet" in text


@pytest.mark.plan("001-139")
def test_the_headline_counts_what_waits_and_what_is_stuck() -> None:
    tile = waiting_tile(STATUS)
    assert (tile.label, tile.value, tile.tone) == ("Waiting/Stuck", "3 / 51.2 %", "bad")
    assert tile.note == "oldest 1 d 1 h"
    assert waiting_tile({}).value == "- / -"


@pytest.mark.plan("001-125", "001-126", "001-127")
@pytest.mark.parametrize(
    ("line", "command"),
    [
        (":release 3 B", {"action": "release_slot", "slot_id": 3, "trade_id": "B"}),
        (":release 3 b", {"action": "release_slot", "slot_id": 3, "trade_id": "B"}),
        (":release 3 17", {"action": "release_slot", "slot_id": 3, "exit_id": 17}),
        (":release 3", {"action": "release_slot", "slot_id": 3}),
        (
            ":release 3 dry_run=true",
            {"action": "release_slot", "slot_id": 3, "dry_run": True},
        ),
        (":release_next", {"action": "release_oldest_eligible"}),
        (":close 3 1", {"action": "soft_close", "slot_id": 3, "recovery_id": 1}),
        (":close", {"action": "soft_close_next"}),
        (":stale 5", {"action": "cancel_stale_recoveries", "min_distance_pct": 5}),
        (":pause", {"action": "pause"}),
    ],
)
def test_a_short_command_is_spelled_out(line: str, command: dict[str, Any]) -> None:
    assert control.parse(line, VERBS) == command


def test_a_short_command_nobody_knows_is_refused() -> None:
    assert "There is no verb panic" in str(control.parse(":panic", VERBS))
    assert "There is no verb" in str(control.parse(":", VERBS))


@pytest.mark.plan("001-128", "001-129", "001-130")
def test_the_legacy_short_commands_are_suggested_nowhere() -> None:
    told = colon.suggested([verb.action for verb in VERBS])
    assert told == ":release SLOT ID, :release_next"
    assert colon.suggested(["pause", "soft_close"]) == ""


@pytest.mark.plan("001-143")
def test_the_legacy_verbs_are_hidden_while_every_slot_is_sticky() -> None:
    left = {"legacy": {"cycling_slots": 1, "recovery_orders": 0}}
    for action in ("soft_close", "soft_close_next", "cancel_stale_recoveries"):
        assert colon.hidden(action, STATUS)
        assert not colon.hidden(action, left)
        assert colon.hidden(action, {})
    assert not colon.hidden("pause", STATUS)


@pytest.mark.plan("001-143")
def test_the_bar_lists_no_legacy_verb_on_a_desk_of_sticky_slots(
    api: Any, tmp_path: Path, markup: Markup
) -> None:
    folder = tmp_path / "published"
    folder.mkdir()
    (tmp_path / "control.json").write_text(f'{{"url": "{api.url}", "token": "t"}}')
    api.verbs = [{"action": verb.action, "parameters": []} for verb in VERBS]
    for slots, shown in ((0, False), (1, True)):
        (folder / "status.json").write_text(f'{{"legacy": {{"cycling_slots": {slots}}}}}')
        app = AppTest.from_function(_bar, args=(str(folder),), default_timeout=30).run()
        assert not app.exception
        assert ("cancel_stale_recoveries" in markup(app)) is shown
        assert ":release SLOT ID" in markup(app)
        assert ":stale" not in markup(app)


def _panel(status: dict[str, object]) -> None:
    from dashboards.parts.sticky_panel import sticky_panel
    from dashboards.queries import Data

    sticky_panel(Data(present=True, status=status))


def _bar(folder: str) -> None:
    from pathlib import Path

    from dashboards.parts.command_bar import command_bar

    command_bar(Path(folder))
