"""A desk whose position ledger was off and is turned on: each live exit gets its row at the start."""

from contextlib import ExitStack, contextmanager

import pytest

from holdfast.desk.tick import tick
from holdfast.ledger.connect import connect
from holdfast.ledger.paths import runtime
from holdfast.ledger.verify import verify
from holdfast.wiring.live import DeskOptions, open_desk

PROFILE = """
env: paper
venue: paper
symbol: DOGE/USD
settings:
  slots: 4
  pair_entry_pct: 0.1
  pair_profit_pct: 0.6
  pair_refresh_pct: 0.3
  order_size_usd: 2.0
  market_seed: 7
  position_ledger_enabled: {on}
"""
OPEN = "select position_id from positions where status = 'open' order by 1"


@pytest.fixture
def house(tmp_path, monkeypatch):
    profiles = tmp_path / "profiles"
    profiles.mkdir()
    monkeypatch.setenv("HOLDFAST_HOME", str(tmp_path))
    monkeypatch.setenv("HOLDFAST_PROFILES", str(profiles))
    return House(tmp_path, profiles)


class House:
    def __init__(self, home, profiles):
        self.profiles = profiles
        self.ledger = runtime("mine", home).ledger

    @contextmanager
    def desk(self, *, on):
        (self.profiles / "mine.yaml").write_text(PROFILE.format(on=str(on).lower()))
        with ExitStack() as stack:
            yield open_desk(DeskOptions(profile="mine"), stack).desk

    def rows(self, sql):
        connection = connect(self.ledger, read_only=True)
        try:
            return [row[0] for row in connection.execute(sql).fetchall()]
        finally:
            connection.close()


def live(desk):
    """Name the exits that are owed and were placed."""
    return sorted(
        f"s{slot.slot_id}-{leg.name.value}-c{leg.lot.cycle}"
        for slot in desk.books.slots.values()
        for leg in (slot.a, slot.b)
        if leg.lot is not None and leg.attempts
    )


def until_open(desk, most=400):
    for _ in range(most):
        tick(desk)
        if len(live(desk)) > 2:
            return
    raise AssertionError("no exits came to wait")


@pytest.mark.plan("002-140")
def test_turned_on_each_live_exit_gets_a_row_and_the_desk_trades_on(house):
    with house.desk(on=False) as desk:
        until_open(desk)
        owed = live(desk)
    assert house.rows(OPEN) == []
    with house.desk(on=True) as desk:
        assert live(desk) == owed
        before = desk.counters.cycles
        for _ in range(300):
            tick(desk)
        assert desk.counters.cycles > before
        owed = live(desk)
    assert house.rows(OPEN) == owed
    assert verify(house.ledger).findings == ()


def test_a_start_with_every_row_in_order_writes_none(house):
    with house.desk(on=True) as desk:
        until_open(desk)
    before = house.rows("select count(*) from event where stream = 'position'")
    with house.desk(on=True) as desk:
        assert live(desk)
    assert house.rows("select count(*) from event where stream = 'position'") == before


def test_rows_whose_cycle_was_booked_while_they_were_not_kept_are_closed_by_it(house):
    with house.desk(on=True) as desk:
        until_open(desk)
    with house.desk(on=False) as desk:
        for _ in range(300):
            tick(desk)
        assert desk.counters.cycles > 0
    with house.desk(on=True) as desk:
        owed = live(desk)
    assert house.rows(OPEN) == owed
    wrong = """
    select p.position_id from positions as p join cycles as c
    on c.slot_id = p.slot_id and c.leg = p.leg and c.cycle = p.cycle
    where p.status = 'open' or p.net_profit <> c.net
        or p.exit_cost - (case p.leg when 'B' then 1 else -1 end) * c.gross <> p.entry_cost
    """
    assert house.rows(wrong) == []
    assert verify(house.ledger).findings == ()
