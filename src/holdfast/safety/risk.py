"""Hold one order against a policy and the facts of the moment.

Rules: every limit is inclusive, so an order that comes to it is allowed and one beyond it refused; a
loss is a trigger and counts from the limit on. A notional is rounded up to a millionth of quote. All
violations are collected; the first in the order of `RULES` gives the decision its code. An order that
closes what is open answers for its shape, its market, a price that gives it away, and its size, and
for nothing else: no list, breaker, cap, mode or loss keeps it from being placed. A change that asks
for no more than the order it replaces is no new exposure.
"""

from collections.abc import Callable, Iterator
from decimal import ROUND_CEILING, Context, Decimal
from functools import partial
from typing import NamedTuple

import msgspec

from holdfast.config.knob import spell
from holdfast.domain.market import SECOND
from holdfast.domain.money import HUNDRED, ZERO
from holdfast.safety.risk_policy import RiskPolicy
from holdfast.safety.risk_request import RiskRequest
from holdfast.safety.risk_state import RiskState

MICRO = Decimal("0.000001")
LARGEST = Decimal(10) ** 15
LIVE = "LIVE"
_UP = Context(prec=60, rounding=ROUND_CEILING)


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided and why; `limit` and `observed` are those of the leading code."""

    allow: bool
    code: str = ""
    codes: tuple[str, ...] = ()
    message: str = ""
    limit: str = ""
    observed: str = ""
    policy_version: str
    evaluated_at: int

    def __bool__(self) -> bool:
        """Say whether the order may go."""
        return self.allow


class Violation(NamedTuple):
    """One rule that does not hold: what it allows, what it saw, and a sentence."""

    limit: str
    observed: str
    message: str


class Case(NamedTuple):
    """An order beside what judges it; `notional` is rounded up."""

    request: RiskRequest
    policy: RiskPolicy
    state: RiskState
    notional: Decimal


Check = Callable[[Case], Violation | None]


def evaluate(request: RiskRequest, policy: RiskPolicy, state: RiskState) -> Decision:
    """Allow an order, or refuse it with every rule it breaks."""
    found = tuple(_violations(request, policy, state))
    if not found:
        return Decision(allow=True, policy_version=policy.version, evaluated_at=state.at)
    code, first = found[0]
    return Decision(
        allow=False,
        code=code,
        codes=tuple(each for each, _ in found),
        message=first.message,
        limit=first.limit,
        observed=first.observed,
        policy_version=policy.version,
        evaluated_at=state.at,
    )


def notional_of(price: Decimal, size: Decimal) -> Decimal:
    """Say what an order comes to, rounded up to a millionth of quote.

    >>> str(notional_of(Decimal("200.00000001"), Decimal(50)))
    '10000.000001'
    """
    return _UP.quantize(_UP.multiply(price, size), MICRO)


def is_tripped(limit: Decimal, loss: Decimal) -> bool:
    """Say whether a loss has come to its limit; 0 is off."""
    return ZERO < limit <= loss


def _violations(
    request: RiskRequest, policy: RiskPolicy, state: RiskState
) -> Iterator[tuple[str, Violation]]:
    malformed = _malformed(request)
    if malformed is not None:
        yield MALFORMED, malformed
        return
    case = Case(request, policy, state, notional_of(request.price, request.size))
    for code, check in REDUCING if request.reduces else RULES:
        violation = check(case)
        if violation is not None:
            yield code, violation


def _malformed(request: RiskRequest) -> Violation | None:
    for name in ("price", "size", "leverage"):
        value: Decimal = getattr(request, name)
        if not value.is_finite() or not ZERO < value <= LARGEST:
            return Violation(f"above 0, at most {LARGEST:f}", str(value), f"{name} is {value}")
    for name in ("held", "replaces", "cost"):
        amount: Decimal | None = getattr(request, name)
        if amount is not None and not (amount.is_finite() and ZERO <= amount <= LARGEST):
            return Violation(f"from 0 to {LARGEST:f}", str(amount), f"{name} is {amount}")
    return None


def _env(case: Case) -> Violation | None:
    ours, asked = case.state.env, case.request.env
    if ours == asked:
        return None
    return Violation(ours, asked, f"the order is meant for {asked}, this desk is {ours}")


def _symbol(case: Case) -> Violation | None:
    allowed, asked = case.policy.allowed_symbols, case.request.symbol
    if asked in allowed:
        return None
    return Violation(",".join(allowed), asked, f"symbol {asked} is not allowed")


def _side(case: Case) -> Violation | None:
    allowed, asked = case.policy.allowed_sides, case.request.side
    if asked in allowed:
        return None
    return Violation(",".join(allowed), asked, f"side {asked} is not allowed")


def _own_symbol(case: Case) -> Violation | None:
    ours, asked = case.state.symbol, case.request.symbol
    if ours == asked:
        return None
    return Violation(ours, asked, f"nothing of {asked} is held, this desk trades {ours}")


def _any_side(case: Case) -> Violation | None:
    side = case.request.side
    return None if side in {"buy", "sell"} else Violation("buy,sell", side, f"there is no {side}")


def _venue_leverage(case: Case) -> Violation | None:
    most, asked = case.state.venue_leverage, case.request.leverage
    if asked <= most:
        return None
    text = f"leverage {spell(asked)} is asked, the venue gives {spell(most)}"
    return Violation(spell(most), spell(asked), text)


def _breaker(case: Case) -> Violation | None:
    breaker, action = case.policy.circuit_breaker, case.request.action
    if breaker == "off" or (breaker == "entries" and action == "amend"):
        return None
    return Violation("off", breaker, f"the circuit breaker is set to {breaker}")


def _mode(case: Case) -> Violation | None:
    mode = case.state.mode
    return None if mode == LIVE else Violation(LIVE, mode, f"the mode is {mode}, not {LIVE}")


def _stale(case: Case) -> Violation | None:
    most = case.policy.max_price_age_s
    if not _has_mid(case.state):
        return Violation(f"{most} s", "none", "there is no price")
    return _too_old("the price", case.state.at - case.request.price_at, most)


def _signal(case: Case) -> Violation | None:
    sent = case.request.signal_at
    if sent is None:
        return None
    return _too_old("the signal", case.state.at - sent, case.policy.max_signal_age_s)


def _too_old(what: str, age: int, most: int) -> Violation | None:
    if age <= most * SECOND:
        return None
    shown = f"{spell(Decimal(age) / SECOND)} s"
    return Violation(f"{most} s", shown, f"{what} is {shown} old, at most {most} s are allowed")


def _deviation(case: Case) -> Violation | None:
    if not _has_mid(case.state):
        return None
    return _off_the_mid(case, abs(case.request.price - case.state.mid))


def _gives_away(case: Case) -> Violation | None:
    if not _has_mid(case.state):
        return None
    price, mid = case.request.price, case.state.mid
    return _off_the_mid(case, mid - price if case.request.side == "sell" else price - mid)


def _off_the_mid(case: Case, distance: Decimal) -> Violation | None:
    most, mid = case.policy.max_price_deviation_pct, case.state.mid
    if distance * HUNDRED <= most * mid:
        return None
    shown = f"{distance * HUNDRED / mid:.4f} %"
    text = f"the price is {shown} off the mid, at most {spell(most)} % are allowed"
    return Violation(f"{spell(most)} %", shown, text)


def _has_mid(state: RiskState) -> bool:
    return state.mid.is_finite() and state.mid > ZERO


def _min_size(case: Case) -> Violation | None:
    size, state = case.request.size, case.state
    if size < state.min_base:
        text = f"{spell(size)} is below the venue's smallest size {spell(state.min_base)}"
        return Violation(spell(state.min_base), spell(size), text)
    cost = size * case.request.price
    if cost >= state.min_quote:
        return None
    text = f"{spell(cost)} is below the venue's smallest notional {spell(state.min_quote)}"
    return Violation(spell(state.min_quote), spell(cost), text)


def _above(what: str, observed: Decimal, limit: Decimal) -> Violation | None:
    if observed <= limit:
        return None
    text = f"{what} would be {spell(observed)}, the cap is {spell(limit)}"
    return Violation(spell(limit), spell(observed), text)


def _cap(name: str, what: str, before: str, case: Case) -> Violation | None:
    added = _added(case)
    if added <= ZERO:
        return None
    held: Decimal | None = getattr(case.state, before)
    limit: Decimal = getattr(case.policy, name)
    if held is None:
        return Violation(spell(limit), "unknown", f"{what} is not known, the cap is {spell(limit)}")
    return _above(what, held + added, limit)


def _added(case: Case) -> Decimal:
    return case.notional - case.request.replaces


def _leverage(case: Case) -> Violation | None:
    return _above("leverage", case.request.leverage, case.policy.max_leverage)


def _order(case: Case) -> Violation | None:
    return _above("the order", case.notional, case.policy.max_order_notional_usd)


def _count(name: str, what: str, before: str, case: Case) -> Violation | None:
    if case.request.action == "amend":
        return None
    count, most = getattr(case.state, before) + 1, getattr(case.policy, name)
    if count <= most:
        return None
    return Violation(str(most), str(count), f"it would be number {count} of {most} {what}")


def _loss(name: str, what: str, seen: str, case: Case) -> Violation | None:
    limit: Decimal = getattr(case.policy, name)
    loss: Decimal = getattr(case.state, seen)
    if not is_tripped(limit, loss):
        return None
    return Violation(spell(limit), spell(loss), f"{what} is {spell(loss)}, from {spell(limit)} on")


def _drawdown(case: Case) -> Violation | None:
    limit, seen = case.policy.max_drawdown_pct, case.state.drawdown_pct
    if seen <= ZERO or seen < limit:
        return None
    shown = f"{seen:.4f} %"
    text = f"equity is {shown} below its peak, from {spell(limit)} % on nothing enters"
    return Violation(f"{spell(limit)} %", shown, text)


def _spent(case: Case) -> Decimal:
    if case.request.action == "amend":
        return max(_added(case), ZERO)
    return max(case.notional, case.request.cost or ZERO)


def _reserve(case: Case) -> Violation | None:
    spent, least = _spent(case), case.policy.min_quote_reserve_usd
    left = case.state.free_quote - spent
    if case.request.side != "buy" or ZERO in {spent, least} or left >= least:
        return None
    text = f"{spell(left)} of quote would be left, {spell(least)} are kept back"
    return Violation(spell(least), spell(left), text)


def _balance(case: Case) -> Violation | None:
    request, state = case.request, case.state
    if request.side == "buy":
        spent = _spent(case)
        if spent <= state.free_quote or spent == ZERO:
            return None
        need = spell(spent)
        return Violation(spell(state.free_quote), need, f"{need} of quote are needed")
    if request.action == "amend" or request.size <= state.free_base:
        return None  # a change of a sell may use what the order holds already
    need = spell(request.size)
    return Violation(spell(state.free_base), need, f"{need} of base are needed")


def _held(case: Case) -> Violation | None:
    held, size = case.request.held, case.request.size
    if size <= held:
        return None
    text = f"{spell(size)} is more than the {spell(held)} that are held"
    return Violation(spell(held), spell(size), text)


MALFORMED = "malformed_input"
RULES: tuple[tuple[str, Check], ...] = (
    ("env_mismatch", _env),
    ("symbol_not_allowed", _symbol),
    ("side_not_allowed", _side),
    ("leverage_not_supported", _venue_leverage),
    ("max_leverage", _leverage),
    ("circuit_breaker", _breaker),
    ("mode_not_live", _mode),
    ("price_stale", _stale),
    ("signal_expired", _signal),
    ("price_deviation", _deviation),
    ("below_min_size", _min_size),
    ("order_notional", _order),
    ("symbol_exposure", partial(_cap, "max_symbol_exposure_usd", "exposure", "symbol_exposure")),
    (
        "total_exposure",
        partial(_cap, "max_total_exposure_usd", "exposure in all symbols", "total_exposure"),
    ),
    ("open_notional", partial(_cap, "max_open_notional_usd", "open orders", "open_notional")),
    ("open_orders", partial(_count, "max_open_orders", "open orders", "open_orders")),
    (
        "order_rate",
        partial(_count, "max_orders_per_minute", "entries of a minute", "minute_orders"),
    ),
    ("daily_orders", partial(_count, "max_daily_orders", "entries of a day", "day_orders")),
    ("daily_loss", partial(_loss, "daily_loss_limit", "the day's loss", "day_loss")),
    ("total_loss", partial(_loss, "max_total_loss_usd", "the whole loss", "total_loss")),
    ("drawdown", _drawdown),
    ("reserve", _reserve),
    ("insufficient_balance", _balance),
)
REDUCING: tuple[tuple[str, Check], ...] = (
    ("env_mismatch", _env),
    ("symbol_not_allowed", _own_symbol),
    ("side_not_allowed", _any_side),
    ("price_deviation", _gives_away),
    ("exceeds_held", _held),
)
CODES: tuple[str, ...] = (MALFORMED, *(code for code, _ in RULES), "exceeds_held")
