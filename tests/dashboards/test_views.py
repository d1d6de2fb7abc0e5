"""Every page renders when all is there, when nothing is, when parts are missing, and says so."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

VIEWS = ("overview", "slots", "safety", "exchange", "alerts", "ledger")
SECTIONS = ("Events", "Fills", "Cycles", "Days", "Accounts", "SQL")
Show = Callable[..., AppTest]
Build = Callable[..., Path]
Read = Callable[[AppTest], str]


def fine(app: AppTest) -> AppTest:
    assert not app.exception, [error.message for error in app.exception]
    return app


@pytest.mark.parametrize("view", VIEWS)
def test_a_page_without_a_folder_says_what_to_start(view: str, show: Show, markup: Read) -> None:
    app = fine(show(view, None))
    assert "No desk has published here yet" in markup(app)
    assert app.code[0].value == "holdfast up"


@pytest.mark.parametrize("view", VIEWS)
def test_a_page_over_an_empty_folder_names_the_folder(
    view: str, show: Show, markup: Read, tmp_path: Path
) -> None:
    app = fine(show(view, tmp_path))
    assert str(tmp_path) in markup(app)


@pytest.mark.parametrize("view", VIEWS)
def test_the_health_band_says_how_the_desk_is(
    view: str, show: Show, markup: Read, published: Build
) -> None:
    text = markup(fine(show(view, published())))
    for expected in ("RUNNING", "paper", "sticky 1", "orchestrated", "ledger sequence", "none"):
        assert expected in text
    assert "has published nothing since" not in text


def test_the_overview_shows_figures_ladder_fills_and_cycles(
    show: Show, markup: Read, published: Build
) -> None:
    app = fine(show("overview", published()))
    text = markup(app)
    for expected in ("cycles today", "against holding", "of 225", "price now", "Last fills", "USD"):
        assert expected in text
    assert [chart.proto.id for chart in app.get("plotly_chart")]
    assert len(app.get("plotly_chart")) == 2


def test_the_overview_of_a_desk_that_never_traded_says_so(
    show: Show, markup: Read, published: Build
) -> None:
    text = markup(fine(show("overview", published(candles=0, count=1))))
    for expected in ("No candle has been published", "No order has filled", "No cycle has closed"):
        assert expected in text


def test_a_stopped_desk_is_stale_and_says_since_when(
    show: Show, markup: Read, published: Build
) -> None:
    text = markup(fine(show("overview", published(old=3_700))))
    assert "has published nothing since" in text
    assert "1 h 1 min ago" in text
    assert "RUNNING (last known)" in text


def test_a_halted_desk_says_why(show: Show, markup: Read, published: Build) -> None:
    text = markup(fine(show("slots", published(mode="HALTED", pause_reason="accounts do not sum"))))
    assert "Halted: accounts do not sum." in text


def test_what_an_operator_or_the_environment_changed_is_said(
    show: Show, markup: Read, published: Build
) -> None:
    folder = published(
        candles=60,
        count=2,
        rules_overrides={"pair_entry_pct": {"profile": 0.2, "in_force": 0.4}},
        settings_notices=[{"source": "ADX_PERIOD", "problem": "below 2", "outcome": "2 is used"}],
        reload={"problem": "paper.yaml:3: slots must be at least 1", "pending": ["candle_seconds"]},
    )
    text = markup(fine(show("overview", folder)))
    assert "pair_entry_pct is 0.4 by an operator&#x27;s command; the profile says 0.2." in text
    assert "Setting ADX_PERIOD: below 2; 2 is used." in text
    assert "the last good one is in force: paper.yaml:3" in text
    assert "wait for a restart of the desk: candle_seconds" in text


def test_books_that_do_not_agree_are_said(show: Show, markup: Read, published: Build) -> None:
    folder = published(
        candles=60,
        count=2,
        pnl_audit={"ok": False, "differences": ["slot 1 has net 2, its cycles give 1"]},
        balance_recon={"ready": True, "status": "DRIFT", "venue_minus_books": {"DOGE": "2.50"}},
        price_fresh=False,
    )
    text = markup(fine(show("slots", folder)))
    assert "The profit audit does not agree: slot 1 has net 2" in text
    assert "venue minus books is 2.5 DOGE." in text
    assert "The price is stale" in text


def test_holds_are_named_with_their_reason(show: Show, markup: Read, published: Build) -> None:
    folder = published(holds=[{"name": "drift", "reason": "venue has 2 DOGE more"}])
    assert "Hold drift: venue has 2 DOGE more." in markup(fine(show("overview", folder)))


@pytest.mark.parametrize(
    ("view", "missing"),
    [
        ("overview", ("slots",)),
        ("overview", ("price", "pair")),
        ("overview", ("capacity_fill_health", "stages", "holds", "market_time")),
        ("slots", ("slots",)),
        ("slots", ("price",)),
        ("slots", ("market_time", "mode")),
        ("ledger", ("pair", "slots", "mode", "price", "stages", "holds", "market_time")),
    ],
)
def test_a_page_renders_without_some_blocks(
    view: str, missing: tuple[str, ...], show: Show, markup: Read, published: Build
) -> None:
    gone = dict.fromkeys(missing)
    app = fine(show(view, published(candles=60, count=2, **gone)))
    assert "ledger sequence" in markup(app)


@pytest.mark.parametrize("view", VIEWS)
def test_a_page_renders_with_blocks_of_the_wrong_shape(
    view: str, show: Show, markup: Read, published: Build
) -> None:
    wrong: dict[str, Any] = {
        "slots": [3, {"slot_id": "x"}, {"slot_id": 1, "open_orders": "none", "phase": 7}],
        "price": "soon",
        "capacity_fill_health": [],
        "stages": "canary",
        "holds": "all",
        "tick": {},
    }
    app = fine(show(view, published(candles=60, count=2, **wrong)))
    assert "ledger sequence" in markup(app)


@pytest.mark.parametrize("view", VIEWS)
def test_a_page_renders_while_table_files_are_missing(
    view: str, show: Show, markup: Read, published: Build
) -> None:
    folder = published(candles=60, count=2)
    for part in (*(folder / "tables").iterdir(), *(folder / "events").iterdir()):
        part.unlink()
    assert "RUNNING" in markup(fine(show(view, folder)))


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_of_the_ledger_renders_without_its_table(
    section: str, show: Show, published: Build
) -> None:
    folder = published(candles=60, count=2)
    for part in (*(folder / "tables").iterdir(), *(folder / "events").iterdir()):
        part.unlink()
    fine(show("ledger", folder, section=section))


def test_a_status_that_cannot_be_read_is_named(show: Show, markup: Read, published: Build) -> None:
    folder = published(candles=60, count=2)
    (folder / "status.json").write_text("{half")
    assert "status.json cannot be read just now" in markup(fine(show("overview", folder)))


def test_numbers_may_come_as_decimal_texts(show: Show, markup: Read, published: Build) -> None:
    folder = published(candles=60, count=2)
    status = json.loads((folder / "status.json").read_text())
    status |= {"tick": "1234", "price": "0.10000", "capacity_fill_health": {}}
    (folder / "status.json").write_text(json.dumps(status))
    text = markup(fine(show("overview", folder)))
    assert "1,234" in text
    assert "0.100000" in text


def test_picking_a_slot_tells_why_a_leg_has_no_entry(
    show: Show, markup: Read, published: Build
) -> None:
    app = fine(show("slots", published(), slot_pick=1))
    assert "Leg B has no entry: too little free balance" in markup(app)
    app.selectbox(key="slot_pick").select(0)
    text = markup(fine(app.run()))
    assert "Slot 0" in text
    assert "has no entry" not in text
    assert "OrderPlaced" in text


def test_the_slot_table_has_a_row_for_each_slot(show: Show, published: Build) -> None:
    app = fine(show("slots", published(count=5)))
    table = app.dataframe[0].value
    assert list(table["slot"]) == [0, 1, 2, 3, 4]
    assert table["no entry"][1] == "B balance"


def test_events_can_be_filtered_by_stream_type_slot_and_text(show: Show, published: Build) -> None:
    app = fine(show("ledger", published()))
    app.selectbox(key="event_stream").select("slot")
    assert set(fine(app.run()).dataframe[0].value["stream"]) == {"slot"}
    app.selectbox(key="event_stream").select("any")
    fine(app.run())
    app.selectbox(key="event_type").select("CycleBooked")
    app.number_input(key="event_slot").set_value(3)
    found = fine(app.run()).dataframe[0].value
    assert set(found["type"]) == {"CycleBooked"}
    assert set(found["slot"]) == {"3"}
    app.text_input(key="event_text").set_value("no such text")
    assert not fine(app.run()).dataframe


def test_an_event_without_a_slot_shows_a_dash(show: Show, published: Build) -> None:
    app = fine(show("ledger", published()))
    streams = app.selectbox(key="event_stream")
    streams.select(next(name for name in streams.options if name.startswith("ops/")))
    assert set(fine(app.run()).dataframe[0].value["slot"]) == {"-"}


def test_events_come_in_pages_and_one_can_be_read_whole(show: Show, published: Build) -> None:
    app = fine(show("ledger", published()))
    first = app.dataframe[0].value
    assert "slot" in json.loads(app.json[0].value)
    app.number_input(key="event_page").set_value(2)
    second = fine(app.run()).dataframe[0].value
    assert len(first) == 50
    assert first["seq"].min() > second["seq"].max()


@pytest.mark.parametrize(
    ("section", "column"), [("Fills", "fee"), ("Cycles", "net"), ("Days", "fees")]
)
def test_the_books_are_listed(section: str, column: str, show: Show, published: Build) -> None:
    table = fine(show("ledger", published(), section=section)).dataframe[0].value
    assert len(table)
    assert table[column].notna().all()


def test_accounts_are_exact_and_their_sum_is_checked(
    show: Show, markup: Read, published: Build
) -> None:
    app = fine(show("ledger", published(), section="Accounts"))
    assert "DOGE: all accounts sum to zero" in markup(app)
    assert "USD: all accounts sum to zero" in markup(app)
    table = app.dataframe[0].value.set_index("account")
    assert table.loc["external", "DOGE"] == "-2,000"
