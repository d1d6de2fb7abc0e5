"""The profile a stranger starts first: it trades within half a minute, and its books are exact."""

from decimal import Decimal
from pathlib import Path

import pytest

from holdfast.clock import FixedClock
from holdfast.config.loader import load_profile
from holdfast.desk.desk import Desk
from holdfast.desk.startup import StartPlan, start
from holdfast.desk.tick import tick
from holdfast.ledger.memory import MemoryLedger
from holdfast.wiring.market import feed_of, first_time, paper_venue
from holdfast.wiring.rules import policy_of

PROFILES = Path(__file__).parents[3] / "profiles"


@pytest.fixture
def desk() -> Desk:
    profile = load_profile("paper", profiles=PROFILES, environ={}, overrides={})
    policy = policy_of(profile, "paper")
    feed = feed_of(profile, policy.rules.instrument)
    at = first_time(feed)
    made = Desk(
        rules=policy.rules,
        sizing=policy.sizing,
        limits=policy.limits,
        venue=paper_venue(profile, policy, feed, None),
        ledger=MemoryLedger("DOGE", "USD"),
        clock=FixedClock(at),
    )
    plan = StartPlan(
        at=at, slots=policy.slots, sticky=policy.sticky, profile="paper", pid=0, build=""
    )
    start(made, plan)
    return made


def test_the_shipped_seed_completes_its_first_cycle_within_thirty_candles(desk: Desk) -> None:
    for _ in range(30):
        tick(desk)
    assert desk.counters.cycles >= 1
    assert desk.mode() == "RUNNING"


def test_a_day_on_the_built_in_market_leaves_books_and_venue_equal(desk: Desk) -> None:
    for _ in range(1440):
        tick(desk)
    accounts = desk.books.accounts
    for asset, balance in desk.venue.balances().items():
        assert (accounts.free(asset), accounts.held(asset)) == (balance.free, balance.held)
    assert set(accounts.sums().values()) == {Decimal(0)}
    assert desk.counters.cycles > 30
    assert not desk.books.holds
