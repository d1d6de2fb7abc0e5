"""How long no tier of release can be called for: until a lot comes of age, or the mark reaches a bound."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.market import SECOND
from holdfast.domain.slots import Lot
from holdfast.engine.calm import calm_of
from holdfast.engine.gates import ReleaseRules, Tier, plan
from holdfast.engine.rules import NEVER

RULES = ReleaseRules(
    min_age=0,
    min_distance_pct=Decimal(0),
    min_strength=Decimal(0),
    max_stuck_pct=Decimal(50),
    panic_stuck_pct=Decimal(80),
    panic_min_age=0,
    recovery_target_pct=Decimal(60),
    stuck_min_age=100 * SECOND,
    batch=1,
    tiers=Tier.PANIC,
)
amounts = st.decimals(min_value=0, max_value=1000, places=2)


def lot(opened, size):
    return Lot(1, Decimal(1), Decimal(size), Decimal(size), Decimal(0), opened * SECOND)


def planned(lots, mark, now, quote, base):
    worth = quote + base * mark
    return plan((), worth, mark, now, None, RULES, latched=False, aside=lots)


def test_without_a_stuck_lot_the_calm_lasts_until_the_oldest_comes_of_age_at_any_mark():
    lots = [lot(30, 5), lot(20, 5)]
    assert calm_of(lots, 119 * SECOND, Decimal(1), Decimal(1), RULES) == (calm(120, None))
    assert calm_of([], 0, Decimal(1), Decimal(1), RULES).until == NEVER


def calm(seconds, below):
    return type(calm_of([], 0, Decimal(1), Decimal(1), RULES))(seconds * SECOND, below)


def test_a_stuck_lot_bounds_the_mark_where_its_share_calls_for_a_tier():
    found = calm_of([lot(0, 100)], 100 * SECOND, Decimal(100), Decimal(100), RULES)
    assert (found.until, found.below) == (NEVER, Decimal(1))
    small = calm_of([lot(0, 50)], 100 * SECOND, Decimal(100), Decimal(100), RULES)
    assert small.below is None, "half the base alone is no more than half at any mark"


@given(
    st.lists(st.tuples(st.integers(0, 300), amounts), max_size=6),
    amounts,
    amounts,
    st.integers(0, 400),
    st.integers(0, 400),
    st.decimals(min_value="0.01", max_value=100, places=2),
)
def test_within_the_calm_no_look_finds_a_tier_or_a_latch(rows, quote, base, now, later, mark):
    lots = [lot(opened, size) for opened, size in rows]
    found = calm_of(lots, now * SECOND, quote, base, RULES)
    later = max(now, later) * SECOND
    look = planned(lots, mark, later, quote, base)
    if later < found.until and (found.below is None or mark < found.below):
        assert (look.tier, look.latched) == (Tier.NONE, False)
