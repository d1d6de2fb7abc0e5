"""The report's parts add up to one another, and the page shows foreign text without running it."""

import json
import re
from decimal import Decimal

import msgspec

from holdfast.replay import saving
from holdfast.replay.equity import walk
from holdfast.replay.page import render
from holdfast.replay.report import OUTCOMES
from holdfast.replay.result import plain
from holdfast.venue.candles import Candles
from holdfast.wiring.replaying import ReplayOptions, replay


def test_days_and_slots_add_up_to_the_totals(small):
    report = small.report
    for part in (report.days, report.per_slot):
        for name in ("fills", "cycles", "turnover", "fees"):
            assert sum(getattr(row, name) for row in part) == report.totals[name]
        assert sum(row.net for row in part) == report.totals["net_profit"]
    assert report.totals["cycles"] > 0
    assert sum(row.candles for row in report.days) == report.candles == 1_500
    assert report.days[-1].equity == report.equity.closing


def test_exits_add_up_over_slots_and_ages(small):
    report = small.report
    waiting = report.totals["open_exits"]
    assert waiting == len(report.exits) > 0
    assert sum(row.open_exits for row in report.per_slot) == waiting
    assert sum(row.exits for row in report.exits_by_age) == waiting
    assert sum(row.unrealized for row in report.per_slot) == report.totals["unrealized"]


def test_every_order_has_one_outcome(small):
    for row in small.report.orders.values():
        assert row["placed"] == sum(row[name] for name in OUTCOMES[1:6])
        assert min(row.values()) >= 0
    exits = small.report.orders["exit"]
    assert exits["resting"] == small.report.totals["open_exits"]
    assert small.report.cycle_seconds.count == small.report.totals["cycles"]


def test_fees_and_trades_explain_equity_beside_hold(small):
    report = small.report
    explained = Decimal(report.totals["gross_profit"]) + Decimal(report.totals["unrealized"])
    assert report.equity.against_hold == explained - Decimal(report.totals["fees"])


def test_settings_name_their_layer_and_the_digests_are_there(small):
    found = {one.key: one for one in small.report.settings}
    assert not found["market_seed"].is_default
    assert re.fullmatch(r"profiles/paper\.yaml:\d+", found["market_seed"].origin)
    assert len(small.report.profile_digest) == 64
    assert small.report.rules_digest


def test_the_page_loads_nothing_and_escapes_foreign_text(home):
    done = replay(ReplayOptions(candles=200, save=True, verify=False, out=home / "kept"))
    done.report.data = ["<script>alert(1)</script>.csv"]
    done.report.checks = ["<b>broken</b>"]
    page = (home / "kept" / saving.PAGE).read_text()
    assert "default-src 'none'" in page
    assert "cdn.plot.ly/plotly" not in page.split("<body>")[1]
    assert 'src="http' not in page
    body = render(done.report, _curve()).split("<body>")[1]
    assert "<script>alert" not in body
    assert "&lt;script&gt;alert(1)" in body
    assert "&lt;b&gt;broken" in body


def test_the_json_twin_says_what_the_command_says(home):
    done = replay(ReplayOptions(candles=200, out=home / "kept"))
    told = json.loads((home / "kept" / saving.DATA).read_text())
    assert {key: told["result"][key] for key in done.result} == json.loads(
        msgspec.json.encode(done.result)
    )
    assert {"load", "drive", "figures", "ledger", "verify", "report"} == set(
        told["timings_seconds"]
    )


def test_amounts_are_written_plainly():
    assert plain(Decimal("1E+3")) == "1000"
    assert plain(Decimal("0E-8")) == "0"
    assert plain(Decimal("-0.05000")) == "-0.05"


def _curve():
    rows = [(place * 60_000_000, 1, 1, 1, 1, 1) for place in range(3)]
    candles = Candles.from_rows(rows, seconds=60, tick=Decimal(1), step=Decimal(1))
    return walk(candles, 3, [], [])
