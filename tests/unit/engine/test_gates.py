"""Release gates, tiers and the choice of what is given up: at, below and above each bound."""

from decimal import Decimal

import pytest

from holdfast.domain.market import DAY, SECOND
from holdfast.domain.slots import Close, LegName, Lot, Release
from holdfast.engine.gates import (
    ReleaseRules,
    Tier,
    Waiting,
    candidates,
    gates_of,
    passes,
    plan,
    tier_of,
)

NOW = 1_000 * DAY
MARK = Decimal("0.10")
RULES = ReleaseRules(
    min_age=604_800 * SECOND,
    min_distance_pct=Decimal(10),
    min_strength=Decimal(30),
    max_stuck_pct=Decimal(50),
    panic_stuck_pct=Decimal(80),
    panic_min_age=86_400 * SECOND,
    recovery_target_pct=Decimal(60),
    stuck_min_age=86_400 * SECOND,
    batch=5,
    tiers=Tier.PANIC,
)


def exit_of(age_sec=700_000, price="0.12", slot=0, size=100, release=None):
    lot = Lot(1, MARK, Decimal(size), MARK * size, Decimal(0), NOW - round(age_sec * SECOND))
    if release:
        lot = Lot(*[getattr(lot, name) for name in lot.__struct_fields__[:-1]], release)
    return Waiting(
        slot=slot,
        leg=LegName.B,
        lot=lot,
        price=Decimal(price),
        local_id=slot + 1,
        client_order_id=f"o{slot}",
    )


def judged(one, strength="35"):
    return gates_of(one, MARK, NOW, None if strength is None else Decimal(strength), RULES)


@pytest.mark.plan("001-010", "001-066", "001-153")
@pytest.mark.parametrize(
    ("age", "passed"), [(604_799.999, False), (604_800, True), (604_801, True)]
)
def test_release_gates_are_at_least_on_all_three_by_age(age, passed):
    assert judged(exit_of(age_sec=age))[0].passed is passed


@pytest.mark.plan("001-011", "001-067", "001-154")
@pytest.mark.parametrize(
    ("price", "passed"), [("0.109999", False), ("0.11", True), ("0.110001", True), ("0.09", True)]
)
def test_release_gates_are_at_least_on_all_three_by_distance(price, passed):
    assert judged(exit_of(price=price))[1].passed is passed


@pytest.mark.plan("001-012", "001-068", "001-106", "001-155")
@pytest.mark.parametrize(("strength", "passed"), [("29.99", False), ("30", True), ("30.01", True)])
def test_release_gates_are_at_least_on_all_three_by_strength(strength, passed):
    assert judged(exit_of(), strength)[2].passed is passed


def test_a_gate_whose_data_is_missing_is_closed_and_says_so():
    one = exit_of()
    age, distance, regime = gates_of(one, Decimal(0), NOW, None, RULES)
    assert (age.passed, distance.passed, regime.passed) == (True, False, False)
    assert distance.sentence == "distance unknown (no, at least 10%)"
    assert regime.sentence == "regime unknown (no, at least 30)"


def test_a_gate_says_what_was_measured():
    assert judged(exit_of(age_sec=518_400))[0].sentence == "age 518400s (no, at least 604800s)"


@pytest.mark.plan("001-013", "001-014", "001-075")
@pytest.mark.parametrize(
    ("stuck", "tier"),
    [
        ("49.99", Tier.NONE),
        ("50", Tier.NONE),
        ("50.01", Tier.GATED),
        ("79.99", Tier.GATED),
        ("80", Tier.GATED),
        ("80.01", Tier.PANIC),
    ],
)
def test_a_tier_begins_strictly_above_its_bound(stuck, tier):
    assert tier_of(Decimal(stuck), latched=False, rules=RULES) == (tier, tier is Tier.PANIC)


@pytest.mark.plan("001-016", "001-076", "001-158")
@pytest.mark.parametrize(
    ("stuck", "tier"), [("60.01", Tier.PANIC), ("60", Tier.GATED), ("59.99", Tier.GATED)]
)
def test_the_panic_tier_stays_latched_until_the_target_is_reached(stuck, tier):
    assert tier_of(Decimal(stuck), latched=True, rules=RULES) == (tier, tier is Tier.PANIC)


def test_a_profile_that_allows_the_first_tier_never_reaches_the_second():
    rules = ReleaseRules(**{**as_dict(RULES), "tiers": Tier.GATED})
    assert tier_of(Decimal(95), latched=False, rules=rules)[0] is Tier.GATED


@pytest.mark.plan("001-015", "001-157")
@pytest.mark.parametrize(("age", "taken"), [(86_399.999, False), (86_400, True), (86_401, True)])
def test_the_panic_tier_asks_for_age_alone(age, taken):
    one = exit_of(age_sec=age, price="0.1001")
    assert bool(candidates([one], Tier.PANIC, MARK, NOW, None, RULES)) is taken


def test_the_oldest_goes_first_and_the_lower_slot_of_one_age():
    found = [exit_of(8 * 86_400, slot=2), exit_of(9 * 86_400, slot=3), exit_of(8 * 86_400, slot=1)]
    order = [one.slot for one in candidates(found, Tier.GATED, MARK, NOW, Decimal(35), RULES)]
    assert order == [3, 1, 2]


def planned(exits, worth, strength=35, latched=False):
    told = None if strength is None else Decimal(strength)
    return plan(exits, Decimal(worth), MARK, NOW, told, RULES, latched=latched)


def test_fifty_one_percent_releases_every_exit_that_passes_within_the_batch():
    days = (8, 9, 2)
    exits = [exit_of(day * 86_400, slot=slot) for slot, day in enumerate(days)]
    assert [one.slot for one in planned(exits, "58.82").chosen] == [1, 0]
    assert planned(exits, "58.82", strength=10).chosen == ()


@pytest.mark.parametrize(("at", "chosen"), [("60", 0), ("60.01", 1)])
def test_exactly_fifty_percent_releases_nothing(at, chosen):
    exits = [exit_of(8 * 86_400)]  # holds 10
    worth = Decimal(10) / (Decimal(at) - 10) * 100
    assert len(planned(exits, worth).chosen) == chosen


def test_eighty_one_percent_drains_by_age_alone_and_stops_at_the_target():
    ages = (8 * 86_400, 3 * 86_400, 2 * 86_400, 86_400, 86_399)
    exits = [exit_of(age, slot=slot, price="0.1001") for slot, age in enumerate(ages)]
    found = planned(exits, Decimal(40) / 81 * 100, strength=10)
    assert (found.tier, found.latched) == (Tier.PANIC, True)
    assert [one.slot for one in found.chosen] == [0, 1]


def test_auto_50_percent_none_51_percent_only_gate_passing_81_percent_age_only_until_60_percent_latched():
    whole = [exit_of(8 * 86_400, slot=slot, size=10) for slot in range(6)]
    whole += [exit_of(86_400, slot=slot, size=10, price="0.1001") for slot in range(6, 9)]
    whole.append(exit_of(86_399, slot=9, size=10))
    holds = Decimal(9)  # what the stuck ones hold at the mark
    assert planned(whole, holds * 2).chosen == ()
    gated = planned(whole, holds * 100 / 51)
    assert (gated.tier, len(gated.chosen)) == (Tier.GATED, 5)
    assert planned(whole, holds * 100 / 51, strength=10).chosen == ()
    panic = planned(whole, holds * 100 / 81, strength=10)
    assert (panic.tier, len(panic.chosen)) == (Tier.PANIC, 3)  # 54 percent are left
    assert planned(whole, holds * 100 / 70, strength=10, latched=True).tier is Tier.PANIC
    assert planned(whole, holds * 100 / 60, strength=10, latched=True).latched is False


def test_what_is_on_its_way_out_counts_as_gone():
    leaving = Release(close=Close.TRANSFER, reason="tier2", asked_at=NOW)
    exits = [exit_of(8 * 86_400, release=leaving), exit_of(3 * 86_400, slot=1)]
    found = planned(exits, "21", latched=True)
    assert found.stuck_pct == pytest.approx(Decimal("47.619"), rel=Decimal("1e-4"))
    assert (found.latched, found.chosen) == (False, ())


def test_passing_means_every_gate():
    assert passes(judged(exit_of()))
    assert not passes(judged(exit_of(), "29"))


def as_dict(rules):
    return {name: getattr(rules, name) for name in rules.__struct_fields__}
