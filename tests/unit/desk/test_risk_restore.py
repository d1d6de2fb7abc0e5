"""What a restart knows of losses, rates, the peak and the rows of principals is what was known."""

from decimal import Decimal

import pytest
from risk_cases import SECOND

from holdfast.clock import FixedClock
from holdfast.desk.risk_restore import restore_memory, restore_policies
from holdfast.domain.bookkeeping import LedgerFounded, PolicyNoted
from holdfast.domain.events import BalanceOpened, CycleBooked, OrderPlaced, SlotAdded
from holdfast.domain.market import DAY, MINUTE, Candle
from holdfast.domain.slots import LegName, Role, Side
from holdfast.ledger.store import DuckDbLedger
from holdfast.safety.policies import PolicyBook
from holdfast.safety.risk_memory import RiskMemory

START = 20_000 * DAY + DAY // 2


@pytest.fixture
def ledger(tmp_path):
    found = LedgerFounded(genesis="g", env="live", venue="kraken", account="a", symbol="DOGE/USD")
    opened = DuckDbLedger.open(
        tmp_path / "ledger.duckdb", clock=FixedClock(1), base="DOGE", quote="USD", found=found
    )
    yield opened
    opened.close()


def booked(slot, cycle, net):
    zero = Decimal(0)
    return CycleBooked(
        *(slot, LegName.B, cycle, Decimal("0.1"), Decimal("0.1"), Decimal(20), Decimal(net)),
        *(zero, zero, Decimal(net), Decimal(net), zero, 1, 0, 0, cycle + 1, Decimal("0.1"), "r"),
    )


def entry(slot, number):
    return OrderPlaced(
        *(slot, LegName.B, Role.ENTRY, Side.BUY, f"e{slot}-{number}", number, number, 1),
        *(Decimal("0.1"), Decimal(20), Decimal("2.1"), "test", Decimal("0.1"), "r"),
    )


def test_losses_and_entries_come_back(ledger):
    memory = RiskMemory("USD")

    def commit(at, *entries):
        ledger.commit(at, entries)
        for one in entries:
            memory.apply(at, one)

    commit(START - DAY, *(SlotAdded(slot=slot, sticky=True) for slot in range(4)))
    commit(START - DAY, BalanceOpened(asset="USD", amount=Decimal(100), reason="opening"))
    commit(START - DAY, booked(0, 1, "-2.5"), booked(1, 1, "4"), entry(0, 1))
    commit(START - MINUTE, booked(2, 1, "-1"), entry(1, 2))
    commit(START - 30 * SECOND, booked(3, 1, "-0.25"), entry(2, 3))
    ledger.project()
    again = RiskMemory("USD")
    restore_memory(again, ledger.cursor(), START)
    for one in (memory, again):
        assert one.loss_of_the_day(START) == Decimal("1.25")
        assert one.total_loss == Decimal("3.75")
        assert one.entries_of_the_day(START) == 2
        assert one.entries_of_a_minute(START) == 1


def test_just_after_midnight_the_minute_before_still_counts(ledger):
    midnight = 20_001 * DAY
    ledger.commit(midnight - SECOND, [SlotAdded(slot=0, sticky=True), entry(0, 1)])
    ledger.project()
    memory = RiskMemory("USD")
    restore_memory(memory, ledger.cursor(), midnight + SECOND)
    assert memory.entries_of_a_minute(midnight + SECOND) == 1
    assert memory.entries_of_the_day(midnight + SECOND) == 0


def candle(at, price):
    exact = Decimal(price)
    return Candle(at, exact, exact, exact, exact, Decimal(1))


def test_the_peak_comes_back_and_is_moved_by_what_came_and_went(ledger):
    flows = (("USD", 100), ("DOGE", 1000))
    ledger.commit(START, [BalanceOpened(asset=a, amount=Decimal(n), reason="") for a, n in flows])
    for number, price in enumerate(("0.10", "0.20", "0.15")):
        ledger.record_candle(candle(START + number * MINUTE, price))
    taken = BalanceOpened(asset="USD", amount=Decimal(-60), reason="withdrawal")
    ledger.commit(START + 3 * MINUTE, [taken])
    ledger.record_candle(candle(START + 3 * MINUTE, "0.12"))
    ledger.commit(START + 4 * MINUTE, [SlotAdded(slot=0, sticky=True)])
    ledger.project()
    memory = RiskMemory("USD")
    restore_memory(memory, ledger.cursor(), START + 5 * MINUTE)
    assert memory.peak == 240  # 100 and 1000 at 0.20, less the 60 that left


def test_an_empty_ledger_gives_an_empty_memory(ledger):
    memory = RiskMemory("USD")
    restore_memory(memory, ledger.cursor(), START)
    assert (memory.total_loss, memory.peak, memory.entries_of_the_day(START)) == (0, 0, 0)


def test_the_rows_of_principals_come_back_as_they_were_folded(ledger):
    kept = PolicyBook()
    notes = (
        PolicyNoted(principal="chat:1", changes={"max_leverage": ("", "1")}, reason="new"),
        PolicyNoted(principal="chat:1", changes={"max_leverage": ("1", "2")}, reason="more"),
        PolicyNoted(principal="chat:2", changes={"daily_loss_limit": ("", "3")}, reason="new"),
        PolicyNoted(principal="chat:2", changes={"daily_loss_limit": ("3", "")}, reason="off"),
    )
    for note in notes:
        ledger.commit(START, [note])
        kept.apply(note)
    ledger.project()
    found = restore_policies(ledger.cursor())
    assert found.rows == kept.rows
    assert found.rows == {"chat:1": {"max_leverage": "2"}, "chat:2": {}}
