"""Eighty sticky slots on real minutes, the rally of 3 April 2023 among them, recounted all the way.

What waits is counted a second time from nothing but the ledger's rows, every thousand candles.
"""

import os
from decimal import Decimal
from pathlib import Path

import pytest

from holdfast.clock import FixedClock
from holdfast.config.loader import load_profile
from holdfast.desk.settle import settle
from holdfast.desk.status.board import StatusBoard, StatusReport
from holdfast.desk.status.facts import Facts
from holdfast.desk.status.heard import HeardLedger
from holdfast.desk.status.tally import Tally
from holdfast.desk.tick import tick
from holdfast.domain.events import CycleBooked, OrderFilled
from holdfast.domain.market import DAY, HOUR, SECOND
from holdfast.domain.slots import Role
from holdfast.engine.invariants import breaches
from holdfast.ledger.bulk import BulkLedger
from holdfast.replay.conservation import compare
from holdfast.venue.files import load_candles
from holdfast.wiring.replay import replay_desk
from holdfast.wiring.rules import instrument_of

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("HOLDFAST_SHARED", ROOT.parent / "shared"))
DATA = SHARED / "data" / "doge_usdt_1m_2023-03-16_2023-04-09.parquet"
EVERY = 1_000
RALLY = (1_680_480_000 * SECOND, 1_680_566_400 * SECOND)  # 3 April 2023, UTC
EDGES = (HOUR, 6 * HOUR, DAY, 7 * DAY)
BUCKETS = (
    "vintage_fresh_0_1h",
    "vintage_aging_1_6h",
    "vintage_stale_6_24h",
    "vintage_old_1_7d",
    "vintage_ancient_7d_plus",
)


class Recount:
    """What waits, counted from the ledger's rows alone: no slot is looked at."""

    def __init__(self, ledger):
        self._ledger, self._read = ledger, 0
        self._bought, self._opened, self._closed = {}, {}, {}

    def _take(self):
        rows = self._ledger.rows[self._read :]
        self._read += len(rows)
        for at, event in rows:
            if isinstance(event, OrderFilled):
                key = (event.slot, event.leg, event.cycle)
                book = self._bought if event.role is Role.ENTRY else self._closed
                book[key] = book.get(key, 0) + event.size
                if event.role is Role.ENTRY and event.complete:
                    self._opened[key] = at
            elif isinstance(event, CycleBooked):
                key = (event.slot, event.leg, event.cycle)
                for book in (self._bought, self._opened, self._closed):
                    book.pop(key, None)

    def figures(self, price, now):
        """Count the exits by age, and what they are worth at a price."""
        self._take()
        counts, waiting, stuck, oldest = [0] * len(BUCKETS), Decimal(0), Decimal(0), 0
        for key, opened in self._opened.items():
            age = now - opened
            left = self._bought[key] - self._closed.get(key, 0)
            counts[sum(age >= edge for edge in EDGES)] += 1
            waiting += left * price
            stuck += left * price if age >= DAY else 0
            oldest = max(oldest, age)
        return {
            **dict(zip(BUCKETS, counts, strict=True)),
            "waiting_exits": sum(counts),
            "oldest_exit_age_sec": oldest // SECOND,
            "waiting_capital_usd": waiting,
            "stuck_capital_usd": stuck,
        }


@pytest.fixture(scope="module")
def eighty():
    if not DATA.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"the candles are missing: set HOLDFAST_SHARED (looked in {SHARED})")
        pytest.skip("the candles are not here: set HOLDFAST_SHARED")
    settings = {"slots": "80", "opening_base_per_slot": "40", "opening_quote_per_slot": "4"}
    return load_profile("sticky-2", profiles=ROOT / "profiles", environ={}, overrides=settings)


@pytest.mark.plan("001-168", "001-200", "001-201")
def test_eighty_sticky_slots_keep_every_promise_on_three_weeks_of_real_minutes(eighty, capsys):
    instrument = instrument_of(eighty)
    candles = load_candles(DATA, tick=instrument.price_tick, step=instrument.size_step).candles
    clock, tally, board = FixedClock(0), Tally(), StatusBoard()
    ledger = BulkLedger(instrument.base, instrument.quote)
    desk, venue = replay_desk(eighty, candles, HeardLedger(ledger, tally, clock, lambda _: None))
    report = StatusReport(board, Facts(tally=tally), clock, lambda: eighty, lambda: "none")
    recount = Recount(ledger)
    seen = {"headroom": desk.limits.order_cap, "recounts": 0, "oldest": 0, "rally": 0}

    def look():
        assert [text for slot in desk.books.slots.values() for text in breaches(slot)] == []
        told = report.now(desk).status
        vintage, health = told["slot_vintage"], told["capacity_fill_health"]
        own = recount.figures(told["price"], told["market_time"])
        assert {name: vintage[name] for name in own} == own
        assert health["open_order_headroom"] >= 0
        seen["oldest"] = max(seen["oldest"], own["oldest_exit_age_sec"])
        seen["recounts"] += 1

    walked = 0
    while True:
        walked += venue.skip_quiet(desk.watch, EVERY - 1 - walked % EVERY)
        if tick(desk).over:
            break
        walked += 1
        seen["headroom"] = min(seen["headroom"], desk.limits.order_cap - len(desk.books.orders))
        seen["rally"] += RALLY[0] <= desk.now < RALLY[1]
        if walked % EVERY == 0:
            look()
    settle(desk)
    assert walked == len(candles)
    assert not desk.books.holds
    assert compare(desk) == []
    assert seen["headroom"] >= 0
    assert seen["recounts"] == walked // EVERY
    assert seen["rally"] > 0
    assert all(slot.sticky and not slot.recoveries for slot in desk.books.slots.values())
    with capsys.disabled():
        counters = desk.counters
        print(  # noqa: T201 (the figures are the point)
            f"\n80 sticky slots, {walked:,} candles: {counters.fills:,} fills, "
            f"{counters.cycles:,} cycles, {ledger.sequence:,} rows, 0 breaches, "
            f"{seen['recounts']} recounts, headroom at least {seen['headroom']}, "
            f"oldest exit {seen['oldest'] / 86_400:.1f} d, "
            f"{seen['rally']} busy minutes on 3 April, net {tally.total.net:.4f}"
        )
