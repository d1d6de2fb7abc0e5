"""Counters at the bound, one below and one above; caps; penalties by age."""

from decimal import Decimal

import pytest
from emulated import SECOND, Caller, limit, session, under

from holdfast.venue.emulator import limits
from holdfast.venue.emulator.limits import TIERS, Counter, amend_cost, cancel_cost, spend
from holdfast.venue.emulator.refusals import ENGINE_RATE, ORDERS_LIMIT, REST_RATE

TABLE = {
    "starter": ("15", "0.33", "60", "1", 60),
    "intermediate": ("20", "0.5", "125", "2.34", 80),
    "pro": ("20", "1", "180", "3.75", 225),
}


@pytest.mark.parametrize("name", TABLE)
def test_a_tier_has_krakens_figures(name):
    tier = TIERS[name]
    assert (
        str(tier.rest_limit),
        str(tier.rest_decay),
        str(tier.engine_limit),
        str(tier.engine_decay),
        tier.open_orders,
    ) == TABLE[name]


def test_a_counter_may_reach_its_limit_and_not_pass_it():
    counter = Counter(at=0)
    for _ in range(14):
        assert spend(counter, Decimal(1), Decimal(15), Decimal("0.33"), 0)
    assert spend(counter, Decimal(1), Decimal(15), Decimal("0.33"), 0)
    assert not spend(counter, Decimal(1), Decimal(15), Decimal("0.33"), 0)
    assert (counter.value, counter.high) == (15, 15)


def test_a_counter_falls_with_time_exactly_and_not_below_zero():
    counter = Counter(value=Decimal(15), at=0)
    assert not spend(counter, Decimal(1), Decimal(15), Decimal("0.33"), 3 * SECOND)
    assert counter.value == Decimal("14.01")
    assert spend(counter, Decimal(1), Decimal(15), Decimal("0.33"), 4 * SECOND)
    assert spend(counter, Decimal(1), Decimal(15), Decimal("0.33"), 4000 * SECOND)
    assert counter.value == 1


@pytest.mark.parametrize(
    ("age", "amends", "cancels"),
    [(4.999999, 4, 8), (5, 3, 6), (9.999999, 3, 6), (10, 2, 5), (15, 1, 4), (44.999999, 1, 4),
     (45, 1, 2), (90, 1, 1), (299.999999, 1, 1), (300, 1, 0)],
)  # fmt: skip
def test_amending_and_cancelling_cost_by_the_age_of_the_order(age, amends, cancels):
    assert amend_cost(round(age * SECOND)) == amends
    assert cancel_cost(round(age * SECOND)) == cancels


@pytest.mark.parametrize("tier", TABLE)
def test_as_many_orders_rest_as_the_tier_allows_and_not_one_more(tmp_path, tier):
    opened = session(tmp_path, tier=tier)
    caller, price = Caller(opened), under(opened.core, "0.9")
    cap = TIERS[tier].open_orders
    answers = []
    for _ in range(cap + 1):
        opened.move(opened.clock.now() + 2 * SECOND)  # so that no rate is in the way
        answers.append(caller.ask("AddOrder", **limit("buy", price, 20))[1])
    assert answers == [""] * cap + [ORDERS_LIMIT]
    assert opened.core.state.high_open == {"XDGUSD": cap}


def test_the_engine_counter_takes_sixty_adds_at_once_on_starter(tmp_path):
    opened = session(tmp_path, tier="starter")
    caller, price = Caller(opened), under(opened.core, "0.9")
    answers = [caller.ask("AddOrder", **limit("buy", price, 1))[1] for _ in range(61)]
    assert answers[:60].count("EOrder:Order minimum not met") == 60  # a fault counts all the same
    assert answers[60] == ENGINE_RATE
    opened.move(opened.clock.now() + SECOND)
    assert caller.ask("AddOrder", **limit("buy", price, 20))[1] == ""
    assert opened.core.state.engine["XDGUSD"].high == 60


def test_counters_are_kept_for_each_pair(tmp_path):
    opened = session(tmp_path, tier="starter")
    caller = Caller(opened)
    for _ in range(60):
        caller.ask("AddOrder", **limit("buy", under(opened.core, "0.9"), 1))
    assert caller.ask("AddOrder", **limit("buy", "0.05", 20))[1] == ENGINE_RATE
    other = {**limit("buy", "30000.0", "0.001"), "pair": "XBTUSD"}
    assert caller.ask("AddOrder", **other)[1] == ""


def test_a_cancel_is_counted_and_never_refused(tmp_path):
    opened = session(tmp_path, tier="starter")
    caller, price = Caller(opened), under(opened.core, "0.9")
    ids = [caller.ask("AddOrder", **limit("buy", price, 20))[0]["txid"][0] for _ in range(20)]
    assert all(caller.ask("CancelOrder", txid=one)[1] == "" for one in ids)
    assert opened.core.state.engine["XDGUSD"].value == 20 + 20 * 8


@pytest.mark.parametrize(("tier", "free"), [("starter", 15), ("intermediate", 20), ("pro", 20)])
def test_reads_are_counted_by_key_and_history_twice(tmp_path, tier, free):
    opened = session(tmp_path, tier=tier)
    caller = Caller(opened)
    assert all(caller.ask("BalanceEx")[1] == "" for _ in range(free - 2))
    assert caller.ask("TradesHistory")[1] == ""
    assert caller.ask("OpenOrders")[1] == REST_RATE
    assert caller.ask("AddOrder", **limit("buy", under(opened.core), 20))[1] == ""


def test_eighty_slots_are_brought_up_in_eleven_batches_on_pro(tmp_path):
    opened = session(tmp_path)
    caller, price = Caller(opened), under(opened.core, "0.9")
    sizes = [15] * 10 + [10]
    for size in sizes:
        told, error = caller.ask(
            "AddOrderBatch", pair="XDGUSD", orders=[limit("buy", price, 20) for _ in range(size)]
        )
        assert error == ""
        assert all("txid" in one for one in told["orders"])
    assert opened.core.book.count("XDGUSD") == 160
    assert opened.core.state.engine["XDGUSD"].value == limits.BATCH_SHARE * 160 == 80
