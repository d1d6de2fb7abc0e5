"""The ladder wakes exactly the keys a plain loop over all of them would."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from strategies import prices, rules_with

from holdfast.engine.ladder import Ladder
from holdfast.engine.pricing import is_stale, stale_bounds

keys = st.tuples(st.integers(0, 6), st.sampled_from(["A", "B"]))
levels = st.integers(1, 60).map(Decimal)
acts = st.lists(
    st.one_of(
        st.tuples(st.just("set"), keys, levels, levels),
        st.tuples(st.just("remove"), keys, st.none(), st.none()),
    ),
    max_size=40,
)


@given(acts=acts, mark=levels)
def test_the_ladder_wakes_what_a_plain_loop_would(acts, mark):
    ladder, plain = Ladder(), {}
    for verb, key, one, other in acts:
        if verb == "set":
            low, high = sorted((one, other))
            ladder.set(key, low, high)
            plain[key] = low, high
        else:
            ladder.remove(key)
            plain.pop(key, None)
    assert len(ladder) == len(plain)
    assert ladder.floor() == max((low for low, _ in plain.values()), default=None)
    assert ladder.ceiling() == min((high for _, high in plain.values()), default=None)
    expected = sorted(key for key, (low, high) in plain.items() if mark <= low or mark >= high)
    assert ladder.woken(mark) == expected
    assert ladder.woken(mark) == expected, "they stay until set or removed"


@given(
    price=prices,
    change=st.integers(-500, 500),
    refresh=st.sampled_from([Decimal("0.1"), Decimal("0.3"), Decimal(1), Decimal(150)]),
)
def test_no_stale_entry_sleeps(price, change, refresh):
    rules = rules_with(refresh_pct=refresh)
    mark = price + price * change / 10_000
    mark = max(mark.quantize(rules.instrument.price_tick), rules.instrument.price_tick)
    low, high = stale_bounds(price, refresh, rules.instrument.price_tick)
    if is_stale(price, mark, refresh):
        assert mark <= low or mark >= high
    if low + rules.instrument.price_tick < mark < high - rules.instrument.price_tick:
        assert not is_stale(price, mark, refresh)
