"""What an order is held against: at every limit, a step inside it and a step beyond it."""

from decimal import Decimal

import pytest
from risk_cases import NOW, SECOND, close, entry, policy, state

from holdfast.safety.risk import CODES, MALFORMED, evaluate
from holdfast.safety.risk_case import notional_of


def codes(request, its_policy=None, its_state=None):
    return evaluate(request, its_policy or policy(), its_state or state()).codes


@pytest.mark.plan("004-019", "004-020", "004-021", "004-022", "004-023", "004-079")
@pytest.mark.parametrize(
    ("size", "price", "refused"),
    [("100", "1000", False), ("100", "1001", True), ("1001", "100", True), ("1000", "100", False)],
)
def test_a_position_at_its_limit_is_allowed_and_one_over_it_refused(size, price, refused):
    decision = evaluate(
        entry(size=size, price=price), policy(), state(mid=price, symbol_exposure="0")
    )
    assert decision.allow is not refused
    assert decision.codes == (("order_notional",) if refused else ())
    if refused:
        assert (decision.limit, decision.observed) == ("100000", "100100")


@pytest.mark.plan("004-078")
@pytest.mark.parametrize(
    ("size", "price", "allowed"),
    [
        ("200", "50", True),
        ("50", "200", True),
        ("50", "200.000001", False),
        ("50", "200.00000001", False),
        ("50", "199.99999999", True),
    ],
)
def test_what_lies_beyond_a_limit_by_less_than_a_millionth_is_rounded_up_and_refused(
    size, price, allowed
):
    decision = evaluate(
        entry(size=size, price=price), policy(max_order_notional_usd="10000"), state(mid=price)
    )
    assert decision.allow is allowed
    assert decision.code == ("" if allowed else "order_notional")


def test_a_notional_of_very_many_digits_is_still_rounded_up():
    size = Decimal("1." + "0" * 40 + "1")
    assert notional_of(Decimal("10000." + "0" * 39), size) == Decimal("10000.000001")


@pytest.mark.plan("004-078")
@pytest.mark.parametrize(("leverage", "expected"), [("50", ()), ("51", ("max_leverage",))])
def test_leverage_is_held_against_the_policy_on_every_request(leverage, expected):
    assert codes(entry(leverage=leverage), None, state(venue_leverage="100")) == expected


@pytest.mark.parametrize(
    ("leverage", "expected"),
    [
        ("1", ()),
        ("0.5", ()),
        ("1.01", ("leverage_not_supported",)),
        ("2", ("leverage_not_supported",)),
        ("3", ("leverage_not_supported", "max_leverage")),
    ],
)
def test_a_spot_venue_lends_nothing_whatever_the_policy_allows(leverage, expected):
    assert codes(entry(leverage=leverage), policy(max_leverage="2")) == expected


@pytest.mark.parametrize("field", ["price", "size", "leverage"])
@pytest.mark.parametrize("value", ["0", "-1", "-0", "NaN", "sNaN", "Infinity", "-Infinity", "1e16"])
def test_what_is_no_amount_is_malformed_and_nothing_else(field, value):
    for request in (entry(**{field: value}), close(**{field: value})):
        decision = evaluate(request, policy(max_order_notional_usd="0"), state())
        assert decision.codes == (MALFORMED,)
        assert field in decision.message


@pytest.mark.parametrize("field", ["held", "replaces", "cost"])
def test_what_goes_with_an_order_is_an_amount_too(field):
    for value in ("NaN", "-1"):
        assert codes(entry(**{field: value})) == (MALFORMED,)


LIMITS = [
    # code, the policy's field and value, the state at the limit, the state beyond it
    ("symbol_exposure", {"max_symbol_exposure_usd": "3000"}, {"symbol_exposure": "2000"}, {"symbol_exposure": "2000.000001"}),
    ("total_exposure", {"max_total_exposure_usd": "3000"}, {"total_exposure": "2000"}, {"total_exposure": "2000.01"}),
    ("open_notional", {"max_open_notional_usd": "3000"}, {"open_notional": "2000"}, {"open_notional": "2001"}),
    ("open_orders", {"max_open_orders": 50}, {"open_orders": 49}, {"open_orders": 50}),
    ("order_rate", {"max_orders_per_minute": 10}, {"minute_orders": 9}, {"minute_orders": 10}),
    ("daily_orders", {"max_daily_orders": 50}, {"day_orders": 49}, {"day_orders": 50}),
    ("daily_loss", {"daily_loss_limit": "3"}, {"day_loss": "2.99999999"}, {"day_loss": "3"}),
    ("total_loss", {"max_total_loss_usd": "5"}, {"total_loss": "4.99"}, {"total_loss": "5"}),
    ("drawdown", {"max_drawdown_pct": "10"}, {"equity": "90.0001"}, {"equity": "90"}),
    ("reserve", {"min_quote_reserve_usd": "10"}, {"free_quote": "1010"}, {"free_quote": "1009.99"}),
    ("price_deviation", {"max_price_deviation_pct": "25"}, {"mid": "800"}, {"mid": "799.99"}),
    ("mode_not_live", {}, {"mode": "LIVE"}, {"mode": "DRY"}),
    ("env_mismatch", {}, {"env": "live"}, {"env": "staging"}),
    ("below_min_size", {}, {"min_base": "1"}, {"min_base": "1.01"}),
    ("below_min_size", {}, {"min_quote": "1000"}, {"min_quote": "1000.01"}),
    ("insufficient_balance", {}, {"free_quote": "1000"}, {"free_quote": "999.99", "mid": "1000"}),
]  # fmt: skip


@pytest.mark.plan("004-022", "004-023")
@pytest.mark.parametrize(
    ("code", "fields", "inside", "beyond"), LIMITS, ids=[each[0] for each in LIMITS]
)
def test_every_limit_is_inclusive_and_a_loss_counts_from_its_limit_on(code, fields, inside, beyond):
    assert codes(entry(), policy(**fields), state(**inside)) == ()
    found = codes(entry(), policy(**fields), state(**beyond))
    assert found[0] == code
    assert found == (code,)


@pytest.mark.parametrize(
    ("field", "limit", "code"),
    [("price_at", 60, "price_stale"), ("signal_at", 120, "signal_expired")],
)
def test_an_age_counts_in_seconds_and_to_the_microsecond(field, limit, code):
    assert codes(entry(**{field: NOW - limit * SECOND})) == ()
    assert codes(entry(**{field: NOW - limit * SECOND - 1})) == (code,)


@pytest.mark.parametrize("mid", ["0", "-1", "NaN"])
def test_without_a_price_nothing_enters_and_what_is_open_can_still_be_closed(mid):
    assert codes(entry(), None, state(mid=mid)) == ("price_stale",)
    assert codes(close(), None, state(mid=mid)) == ()


def test_names_are_taken_as_they_are_written():
    assert codes(entry(symbol="doge/usd")) == ("symbol_not_allowed",)
    assert codes(entry(symbol="BTC/USD")) == ()
    assert codes(entry(side="BUY")) == ("side_not_allowed",)
    assert codes(close(side="CLOSE")) == ("side_not_allowed",)
    assert codes(close(symbol="BTC/USD")) == ("symbol_not_allowed",)


def test_all_violations_are_collected_and_the_first_by_precedence_leads():
    bad = entry(env="paper", symbol="X/Y", side="up", leverage="60", price_at=0, signal_at=0)
    nothing = policy(
        circuit_breaker="all",
        max_order_notional_usd="0",
        max_symbol_exposure_usd="0",
        max_total_exposure_usd="0",
        max_open_notional_usd="0",
        min_quote_reserve_usd="1",
    )
    worst = state(
        mode="ESTOP",
        mid="2000",
        min_base="2",
        open_orders=50,
        minute_orders=10,
        day_orders=50,
        day_loss="3",
        total_loss="5",
        equity="50",
        free_quote="0",
    )
    decision = evaluate(bad, nothing, worst)
    without_a_purse = {MALFORMED, "exceeds_held", "reserve", "insufficient_balance"}
    assert decision.codes == tuple(code for code in CODES if code not in without_a_purse)
    assert decision.code == "env_mismatch"
    bought = evaluate(entry(size="2"), nothing, worst)
    assert bought.codes[0] == "circuit_breaker"
    assert bought.codes[-2:] == ("reserve", "insufficient_balance")
    assert bought.policy_version == nothing.version
    assert bought.evaluated_at == NOW


@pytest.mark.parametrize(
    ("breaker", "action", "blocked"),
    [
        ("off", "place", False),
        ("off", "amend", False),
        ("entries", "place", True),
        ("entries", "amend", False),
        ("all", "place", True),
        ("all", "amend", True),
    ],
)
def test_the_breaker_blocks_entries_and_at_most_their_changes(breaker, action, blocked):
    found = codes(entry(action=action), policy(circuit_breaker=breaker))
    assert found == (("circuit_breaker",) if blocked else ())
    assert codes(close(action=action), policy(circuit_breaker=breaker)) == ()


def test_a_change_counts_for_what_it_adds():
    tight = policy(max_symbol_exposure_usd="1000", max_open_orders=1, max_orders_per_minute=1)
    full = state(symbol_exposure="1000", open_orders=1, minute_orders=1, free_quote="0")
    assert codes(entry(action="amend", replaces="1000"), tight, full) == ()
    assert codes(entry(action="amend", replaces="999.99"), tight, full) == (
        "symbol_exposure",
        "insufficient_balance",
    )
    above = state(symbol_exposure="5000", free_quote="0")
    assert codes(entry(action="amend", size="0.5", replaces="1000"), tight, above) == ()


def test_a_close_is_bounded_by_what_is_held_and_by_a_price_that_gives_it_away():
    assert codes(close(size="1", held="1")) == ()
    assert codes(close(size="1.00000001", held="1")) == ("exceeds_held",)
    assert codes(close(price="950")) == ()
    assert codes(close(price="949.99")) == ("price_deviation",)
    assert codes(close(price="9000")) == ()  # an exit may wait as far away as it likes
    assert codes(close(side="buy", price="1050")) == ()
    assert codes(close(side="buy", price="1050.01")) == ("price_deviation",)
    assert codes(close(side="buy", price="1")) == ()


def test_a_policy_is_named_by_what_it_says():
    assert policy().version == policy().version
    assert policy().version != policy(max_leverage="49").version
    assert policy(max_leverage="50.0").version == policy().version
    assert policy().version.startswith("1:")


def test_a_sell_needs_the_base_it_sells():
    assert codes(entry(side="sell"), None, state(free_base="1", free_quote="0")) == ()
    assert codes(entry(side="sell"), None, state(free_base="0.99")) == ("insufficient_balance",)


def test_a_buy_needs_its_fee_as_well():
    assert codes(entry(cost="1002.5"), None, state(free_quote="1002.5")) == ()
    found = codes(entry(cost="1002.5"), None, state(free_quote="1002.49"))
    assert found == ("insufficient_balance",)


def test_an_exposure_nobody_knows_lets_no_entry_in_and_every_exit_out():
    blind = state(total_exposure=None)
    decision = evaluate(entry(), policy(), blind)
    assert (decision.codes, decision.observed) == (("total_exposure",), "unknown")
    assert evaluate(close(), policy(), blind).allow
    assert evaluate(entry(action="amend", replaces="1000"), policy(), blind).allow
