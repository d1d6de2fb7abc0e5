"""Figures are read and written without inventing any: what is missing is a dash, never a zero."""

import json
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from dashboards import queries, standing, theme
from dashboards.parts.age_heatmap import band, waiting_exits
from dashboards.parts.slot_detail import entry_times, reasons
from dashboards.parts.slot_timeline import read_story

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("value", [None, "soon", float("nan"), "Infinity", True, {}, []])
def test_what_is_not_a_number_is_a_dash(value: object) -> None:
    assert theme.number(value) == theme.DASH
    assert theme.price(value) == theme.DASH
    assert theme.exact(value) == theme.DASH


def test_numbers_keep_their_sign_and_unit() -> None:
    assert theme.number("1234.567", 2, "USD") == "1,234.57 USD"
    assert theme.number(-0.00001, 4, signed=True) == "+0.0000"
    assert theme.exact("-0.500000000000000000") == "-0.5"
    assert theme.exact("1E+3") == "1,000"
    assert theme.price("0.0912345") == "0.091234"
    assert theme.price("61234.5") == "61,234.50"


def test_times_are_utc_unless_asked() -> None:
    at = 1_790_000_000_000_000
    assert theme.moment(at) == "21 Sep 14:13:20 UTC"
    assert theme.moment(at, "Europe/Berlin") == "21 Sep 16:13:20 CEST"
    assert theme.moment(at, "Nowhere/At_All") == "21 Sep 14:13:20 UTC"
    assert theme.moment(10**30) == theme.DASH
    assert theme.age(59) == "59 s"
    assert theme.age(90_061) == "1 d 1 h"


def test_resting_orders_carry_their_distance_and_recoveries_are_exits() -> None:
    order = {"trade_id": "A", "side": "sell", "role": "entry", "price": 0.11, "volume": "20"}
    late = {"trade_id": "B", "side": "sell", "price": "0.12", "age_sec": 90_000}
    row = {"slot_id": 4, "open_orders": [order], "recovery_orders": [late]}
    found = standing.resting({"price": "0.10", "slots": [row]})
    assert [(one.slot, one.role, one.distance) for one in found] == [
        (4, "entry", Decimal(10)),
        (4, "exit", Decimal(20)),
    ]
    waiting = waiting_exits(found, {}, None)
    assert [(one.band, one.distance, one.age) for one in waiting] == [("stuck", "over 5 %", 90_000)]


@pytest.mark.parametrize(
    ("age", "distance", "name"),
    [
        (7_199, 10, "fresh"),
        (7_200, 10, "aging"),
        (86_400, 0, "stale"),
        (86_400, 5, "stale"),
        (259_200, 0, "stuck"),
        (259_200, 8, "write_off"),
        (604_799, 0, "stuck"),
        (604_800, 0, "write_off"),
        (None, 1, "unknown"),
    ],
)
def test_an_exit_falls_in_the_band_of_its_effective_age(
    age: float | None, distance: float, name: str
) -> None:
    assert band(age, distance) == name


def test_the_age_of_an_exit_comes_from_the_entry_behind_it() -> None:
    states = {2: {"a": {"lot": {"cycle": 5, "opened_at": 1_000_000}}, "b": {}, "recoveries": []}}
    entries = entry_times(states)
    assert entries == {(2, "A", 5): 1_000_000}
    order = {"trade_id": "A", "side": "buy", "role": "exit", "price": 1, "cycle": 5, "volume": 1}
    found = standing.resting({"price": 1, "slots": [{"slot_id": 2, "open_orders": [order]}]})
    assert waiting_exits(found, entries, 61_000_000)[0].age == 60


def test_only_an_idle_leg_is_explained() -> None:
    idle = {"name": "B", "block": "cooldown", "cooldown_until": 1_790_000_000_000_000}
    said = reasons({"a": {"order": {"price": "1"}, "block": "none"}, "b": idle}, "UTC")
    assert said == [
        "Leg B has no entry: cooling down after losing cycles, until 21 Sep 14:13:20 UTC."
    ]


def test_a_story_follows_an_order_over_its_reprice_to_its_end() -> None:
    def row(at: int, kind: str, **payload: object) -> dict[str, object]:
        return {"at": at, "type": kind, "payload": json.dumps({"client_order_id": "x", **payload})}

    placed = {"side": "buy", "role": "entry", "price": "1.0"}
    story = read_story(
        pd.DataFrame(
            [
                row(1, "OrderPlaced", **placed),
                row(2, "OrderRepriced", price="1.1"),
                row(3, "OrderFilled", side="buy", role="entry", price="1.1", complete=True),
                row(4, "CycleBooked", net="0.5", exit_price="1.2"),
                {"at": 5, "type": "OrderPlaced", "payload": "not json"},
            ]
        )
    )
    lines = [(line.price, line.start, line.end) for line in story.lines[:2]]
    assert lines == [(1.0, 1, 2), (1.1, 2, 3)]
    assert story.fills == [(3, 1.1, "buy", "entry")]
    assert story.cycles == [(4, 1.2, 0.5)]


def test_runtimes_are_listed_newest_first(tmp_path: Path) -> None:
    import os

    for age, name in enumerate(("paper", "canary")):
        folder = tmp_path / "var" / name / "published"
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text("{}")
        os.utime(folder / "manifest.json", (1_000 + age, 1_000 + age))
    found = queries.runtimes(tmp_path)
    assert [folder.parent.name for folder in found] == ["canary", "paper"]


def test_no_sql_is_built_from_text() -> None:
    for name in ("queries.py", "statements.py", "sandbox.py"):
        source = (ROOT / "dashboards" / name).read_text(encoding="utf-8")
        assert 'f"""' not in source
        assert 'execute(f"' not in source


def test_the_dashboard_reads_nothing_but_what_it_may() -> None:
    for path in (ROOT / "dashboards").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        for banned in ("unsafe_allow_html", "st.markdown", "ledger.store", "import prefect"):
            assert banned not in source, (path.name, banned)
