"""Laws of the risk policy: stricter never allows more, smaller never less, and a close goes through."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from risk_cases import NOW, SECOND, WIDE

from holdfast.safety.risk import CODES, MALFORMED, evaluate
from holdfast.safety.risk_policy import BREAKERS, RiskPolicy, stricter
from holdfast.safety.risk_request import RiskRequest
from holdfast.safety.risk_state import RiskState
from holdfast.safety.tightened import Resting, no_longer_fits

cents = st.integers(0, 20_000).map(lambda count: Decimal(count) / 100)
some = st.integers(1, 20_000).map(lambda count: Decimal(count) / 100)
counts = st.integers(1, 20)
symbols = st.sampled_from(["DOGE/USD", "BTC/USD"])
wild = st.decimals(allow_nan=True, allow_infinity=True)

policies = st.builds(
    RiskPolicy,
    max_leverage=st.sampled_from([Decimal(1), Decimal(2), Decimal(50)]),
    max_order_notional_usd=cents,
    max_symbol_exposure_usd=cents,
    max_total_exposure_usd=cents,
    max_open_notional_usd=cents,
    max_open_orders=counts,
    max_orders_per_minute=counts,
    max_daily_orders=counts,
    max_total_loss_usd=cents,
    daily_loss_limit=cents,
    max_drawdown_pct=st.integers(0, 100).map(Decimal),
    allowed_symbols=st.lists(symbols, unique=True).map(tuple),
    allowed_sides=st.lists(st.sampled_from(["buy", "sell"]), unique=True).map(tuple),
    circuit_breaker=st.sampled_from(BREAKERS),
    max_price_age_s=st.integers(1, 600),
    max_price_deviation_pct=some,
    min_quote_reserve_usd=cents,
    max_signal_age_s=st.integers(0, 600),
)
requests = st.builds(
    RiskRequest,
    env=st.sampled_from(["live", "paper"]),
    symbol=symbols,
    side=st.sampled_from(["buy", "sell"]),
    role=st.sampled_from(["entry", "exit"]),
    price=some,
    size=some,
    price_at=st.integers(0, 700).map(lambda age: NOW - age * SECOND),
    leverage=st.sampled_from([Decimal(1), Decimal(2)]),
    action=st.sampled_from(["place", "amend"]),
    held=cents,
    replaces=cents,
    cost=st.none() | cents,
    signal_at=st.none() | st.integers(0, 700).map(lambda age: NOW - age * SECOND),
)
states = st.builds(
    RiskState,
    at=st.just(NOW),
    env=st.just("live"),
    symbol=symbols,
    mode=st.sampled_from(["LIVE", "LIVE", "DRY", "DRAIN"]),
    mid=cents,
    symbol_exposure=cents,
    total_exposure=st.none() | cents,
    open_notional=cents,
    open_orders=st.integers(0, 20),
    minute_orders=st.integers(0, 20),
    day_orders=st.integers(0, 20),
    day_loss=cents,
    total_loss=cents,
    equity=cents,
    peak_equity=cents,
    free_quote=cents,
    free_base=cents,
    min_base=st.just(Decimal(0)),
    min_quote=st.just(Decimal(0)),
)


@given(requests, policies, policies, states)
def test_a_stricter_policy_never_allows_more(request, one, other, state):
    strict = evaluate(request, stricter(one, other), state)
    for policy in (one, other):
        assert set(evaluate(request, policy, state).codes) <= set(strict.codes)


@given(policies, policies, policies)
def test_the_stricter_of_policies_does_not_depend_on_their_order(one, two, three):
    assert stricter(one, two, three) == stricter(three, two, one)
    assert stricter(one, stricter(one, two)) == stricter(one, two)


@given(requests, policies, states, some)
def test_a_smaller_order_is_never_refused_where_a_larger_is_allowed(request, policy, state, less):
    smaller = replace(request, size=min(request.size, less))
    assert set(evaluate(smaller, policy, state).codes) <= set(
        evaluate(request, policy, state).codes
    )


@given(requests, policies, states)
def test_the_codes_are_in_the_order_of_precedence_and_the_first_leads(request, policy, state):
    decision = evaluate(request, policy, state)
    assert list(decision.codes) == sorted(decision.codes, key=CODES.index)
    assert decision.allow is (not decision.codes)
    assert decision.code == (decision.codes[0] if decision.codes else "")
    assert bool(decision.message) is not decision.allow


@given(requests, policies, states)
def test_a_close_of_what_is_held_is_allowed_under_every_policy(request, policy, state):
    closing = replace(
        request,
        env=state.env,
        symbol=state.symbol,
        role="exit",
        held=request.size,
        price=state.mid if state.mid > 0 else request.price,
    )
    assert evaluate(closing, policy, state).allow


@given(wild, wild, wild, wild, policies, states)
def test_no_amount_however_wild_makes_it_raise(price, size, leverage, cost, policy, state):
    request = RiskRequest(
        env="live",
        symbol="DOGE/USD",
        side="buy",
        role="entry",
        price=price,
        size=size,
        price_at=NOW,
        leverage=leverage,
        cost=cost,
    )
    decision = evaluate(request, policy, state)
    finite = all(value.is_finite() and value > 0 for value in (price, size, leverage))
    assert decision.code == MALFORMED or finite


@given(st.lists(st.tuples(st.integers(0, 99), some), max_size=12), policies, states)
def test_what_stays_after_tightening_fits_as_far_as_entries_can(rows, policy, state):
    entries = [
        Resting(client_order_id=f"e{number}", placed_at=at, notional=amount)
        for number, (at, amount) in enumerate(rows)
    ]
    going = set(no_longer_fits(policy, state, entries))
    wide = replace(
        WIDE, max_total_exposure_usd=Decimal(10**9), max_symbol_exposure_usd=Decimal(10**9)
    )
    assert no_longer_fits(wide, state, entries) == ()
    gone = sum(one.notional for one in entries if one.client_order_id in going)
    if len(going) < len(entries):
        assert state.symbol_exposure - gone <= policy.max_symbol_exposure_usd
        assert state.open_orders - len(going) <= policy.max_open_orders
    kept = [one.notional for one in entries if one.client_order_id not in going]
    assert all(amount <= policy.max_order_notional_usd for amount in kept)
