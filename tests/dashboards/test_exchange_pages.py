"""The pages Safety, Exchange and Alerts: of a desk on an exchange, on paper, and of an older build."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboards import queries, standing_exchange, theme, words
from dashboards.parts import ages
from holdfast.desk.alerts.registry import ALERTS
from holdfast.domain.intent_states import IntentState
from holdfast.safety.preconditions import Readings, judged

NEW = ("safety", "exchange", "alerts")
ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs" / "schema" / "status.json").read_text(encoding="utf-8"))
Show = Callable[..., AppTest]
Build = Callable[..., Path]
Read = Callable[[AppTest], str]


def fine(app: AppTest) -> AppTest:
    assert not app.exception, [error.message for error in app.exception]
    return app


@pytest.mark.parametrize("view", ["overview", "safety"])
def test_every_page_shows_mode_holds_unknowns_and_alerts_in_its_first_lines(
    view: str, show: Show, markup: Read, on_exchange: Build
) -> None:
    app = fine(show(view, on_exchange()))
    band = str(app.get("html")[0].proto.body)
    for label in ("execution", "holds", "unknown orders", "alerts"):
        assert f">{label}<" in band
    assert "worst critical" in band
    assert "Alert UnknownIntent (critical) for" in markup(app)


def test_the_safety_page_shows_mode_preconditions_limits_and_refusals(
    show: Show, markup: Read, on_exchange: Build
) -> None:
    text = markup(fine(show("safety", on_exchange())))
    for expected in (
        "requested LIVE",
        "by op until",
        "clean comparison",
        "largest open order",
        "10.00 USD",
        "order_notional",
        "Limits of principals",
        "Signals from outside",
        "ARMING",
        "BOOT",
    ):
        assert expected in text


def test_the_exchange_page_shows_states_unknowns_verdicts_and_room(
    show: Show, markup: Read, on_exchange: Build
) -> None:
    text = markup(fine(show("exchange", on_exchange())))
    for expected in (
        "outcome unknown",
        "unknown, the oldest for",
        "not ours, left alone",
        "1 order rests here that this desk did not place",
        "agrees",
        "of the last whole comparison",
        "open orders, cap of the tier",
        "matching engine",
        "OpenOrders",
        "last start: replay",
        ">225<",
    ):
        assert expected in text


def test_the_alerts_page_shows_what_stands_what_is_over_and_what_was_proven(
    show: Show, markup: Read, on_exchange: Build
) -> None:
    text = markup(fine(show("alerts", on_exchange())))
    standing, _, over = text.partition("Over")
    assert "docs/runbooks/alerts.md#unknownintent" in standing
    assert "HeadroomLow" in over
    assert "D4" in over
    assert ">fail<" in over


@pytest.mark.parametrize("view", ["safety", "exchange"])
@pytest.mark.parametrize(
    "blocks",
    [
        {"execution": {"ready": False}, "exchange": {"ready": False}},
        {"execution": None, "exchange": None},
        {"execution": {"ready": True}, "exchange": {"ready": True}},
        {"execution": [], "exchange": "soon", "capacity_fill_health": None, "market_time": None},
        {
            "execution": {"ready": True, "risk": {"caps": [3, {"used": "x"}]}, "preconditions": {}},
            "exchange": {"ready": True, "unknown": "two", "compared": [], "counters": {"rest": {}}},
        },
    ],
)
def test_a_page_renders_without_its_blocks_or_with_blocks_of_the_wrong_shape(
    view: str, blocks: dict[str, Any], show: Show, markup: Read, on_exchange: Build
) -> None:
    assert "ledger sequence" in markup(fine(show(view, on_exchange(**blocks))))


@pytest.mark.parametrize("view", ["safety", "exchange"])
def test_a_desk_on_paper_says_so_in_one_sentence_and_draws_no_empty_panels(
    view: str, show: Show, markup: Read, published: Build
) -> None:
    folder = published(candles=60, count=2, execution={"ready": False}, exchange={"ready": False})
    text = markup(fine(show(view, folder)))
    assert text.count(standing_exchange.PAPER) == 1
    for absent in ("What arming needs", "Limits", "Venue and books", "unknown orders", "Calls"):
        assert absent not in text


@pytest.mark.parametrize("view", ["safety", "exchange"])
def test_an_older_desk_on_an_exchange_is_named_as_such(
    view: str, show: Show, markup: Read, published: Build
) -> None:
    text = markup(fine(show(view, published(candles=60, count=2, paper=False, env="live"))))
    assert standing_exchange.SILENT in text


def test_an_older_desk_publishes_no_alerts_and_the_page_says_so(
    show: Show, markup: Read, published: Build
) -> None:
    assert "publishes no alerts" in markup(fine(show("alerts", published(candles=60, count=2))))


@pytest.mark.parametrize("view", NEW)
def test_a_page_renders_while_the_files_of_its_tables_are_missing(
    view: str, show: Show, markup: Read, on_exchange: Build
) -> None:
    folder = on_exchange()
    for part in (folder / "tables").iterdir():
        part.unlink()
    assert "ledger sequence" in markup(fine(show(view, folder)))


def test_money_of_a_staging_desk_is_not_called_real(
    show: Show, markup: Read, on_exchange: Build
) -> None:
    assert ">staging<" in markup(fine(show("safety", on_exchange())))


def test_a_stop_is_said_before_what_matters_less(
    show: Show, markup: Read, on_exchange: Build
) -> None:
    block = {"ready": True, "state": "ESTOP", "estop_active": True, "stopped_by": "kill_file"}
    holds = [{"name": "estop", "reason": "kill_file"}]
    given = {"mode": "HALTED", "holds": holds, "price_fresh": False}
    text = markup(fine(show("safety", on_exchange(execution=block | {"kill_file": True}, **given))))
    assert text.index("Halted. Hold estop") < text.index("The price is stale")
    assert "Emergency stop, set by kill file" in text
    assert "The file KILL lies in the folder of this desk" in text


@pytest.mark.parametrize(("used", "said"), [(7.9, ""), (8, "near the limit"), (10, "at the limit")])
def test_a_limit_says_in_words_how_near_it_is(
    used: float, said: str, show: Show, markup: Read, on_exchange: Build
) -> None:
    cap = {"name": "max_open_orders", "used": used, "limit": 10, "unit": "orders"}
    block = {"ready": True, "risk": {"caps": [cap]}}
    text = markup(fine(show("safety", on_exchange(execution=block))))
    assert ("near the limit" in text, "at the limit" in text) == (
        said == "near the limit",
        said == "at the limit",
    )


def test_ages_go_by_the_time_of_the_figures_and_never_by_the_clock_of_the_reader(
    published: Build,
) -> None:
    data = queries.load(published(candles=10, count=1, old=86_400))
    assert data.market_time is not None
    assert data.published_at is not None
    assert ages.of_market(data, data.market_time - 90 * theme.MICRO) == "1 min 30 s"
    assert ages.of_machine(data, data.published_at - 5 * theme.MICRO) == "5 s"
    assert ages.of_market(data, None) == theme.DASH


def test_every_state_verdict_severity_and_precondition_has_words() -> None:
    verdicts = set(SCHEMA["$defs"]["verdict"]["enum"])
    assert set(words.INTENT_STATES) == {state.value for state in IntentState}
    assert set(words.VERDICTS) == verdicts
    assert set(words.SEVERITIES) == {"info", "warning", "critical", "page"}
    assert set(words.PRECONDITIONS) == {one.name for one in judged(Readings(profile_sha="1"))}
    assert set(words.STATE_TONES) == set(
        SCHEMA["$defs"]["execution"]["properties"]["state"]["enum"]
    )


def test_every_cap_a_desk_tells_has_words(exchange_run: Path) -> None:
    told = json.loads((exchange_run / "status.json").read_text())
    assert {row["name"] for row in told["execution"]["risk"]["caps"]} == set(words.CAPS)


def test_the_runbook_of_an_alert_is_the_one_the_registry_names() -> None:
    assert {words.runbook(alert.name): alert.runbook for alert in ALERTS} == {
        alert.runbook: alert.runbook for alert in ALERTS
    }


def test_a_hold_stands_by_the_status_even_while_the_tables_are_older(
    show: Show, markup: Read, on_exchange: Build
) -> None:
    holds = [{"name": "recon", "reason": "USD: venue 2, books 1"}]
    text = markup(fine(show("safety", on_exchange(holds=holds))))
    standing, _, rest = text.partition("What arming needs")
    assert "USD: venue 2, books 1" in standing
    assert ">operator<" not in standing
    assert rest


def test_pausing_takes_a_second_press_and_is_sent_once(
    api: Any, show: Show, markup: Read, on_exchange: Build
) -> None:
    folder = on_exchange()
    reach = {"url": api.url, "token": "t"}
    (folder.parent / "control.json").write_text(json.dumps(reach))
    app = fine(show("safety", folder))
    assert [one.key for one in app.button] == ["do_pause"]
    assert api.asked == []
    app.text_input(key="why_pause").set_value("odd fills")
    app.button(key="do_pause").click()
    text = markup(fine(app.run()))
    app.run()
    sent = [body for _, body in api.asked]
    assert sent == [{"action": "pause", "reason": "odd fills"}]
    assert "paused" in text


def test_a_desk_that_is_down_is_offered_nothing(
    show: Show, markup: Read, on_exchange: Build
) -> None:
    app = fine(show("safety", on_exchange()))
    assert not app.button
    assert "Pause" not in markup(app)
