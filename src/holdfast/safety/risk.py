"""Hold one order against a policy and the facts of the moment.

Rules: every limit is inclusive, so an order that comes to it is allowed and one beyond it refused; a
loss is a trigger and counts from the limit on. A notional is rounded up to a millionth of quote. All
violations are collected; the first in the order of `RULES` gives the decision its code. An order that
closes what is open answers for its shape, its market, a price that gives it away, and its size, and
for nothing else: no list, breaker, cap, mode or loss keeps it from being placed. A change that asks
for no more than the order it replaces is no new exposure.
"""

from collections.abc import Iterator
from decimal import Decimal
from functools import partial

import msgspec

from holdfast.domain.money import ZERO
from holdfast.safety import risk_caps, risk_checks
from holdfast.safety.risk_case import Case, Check, Violation, notional_of
from holdfast.safety.risk_policy import RiskPolicy
from holdfast.safety.risk_request import RiskRequest
from holdfast.safety.risk_state import RiskState

LARGEST = Decimal(10) ** 15
MALFORMED = "malformed_input"


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


RULES: tuple[tuple[str, Check], ...] = (
    ("env_mismatch", risk_checks.same_env),
    ("symbol_not_allowed", risk_checks.listed_symbol),
    ("side_not_allowed", risk_checks.listed_side),
    ("leverage_not_supported", risk_checks.venue_leverage),
    ("max_leverage", risk_caps.policy_leverage),
    ("circuit_breaker", risk_checks.breaker),
    ("mode_not_live", risk_checks.mode_is_live),
    ("price_stale", risk_checks.price_age),
    ("signal_expired", risk_checks.signal_age),
    ("price_deviation", risk_checks.deviation),
    ("below_min_size", risk_checks.min_size),
    ("order_notional", risk_caps.order_cap),
    (
        "symbol_exposure",
        partial(risk_caps.cap, "max_symbol_exposure_usd", "exposure", "symbol_exposure"),
    ),
    (
        "total_exposure",
        partial(
            risk_caps.cap, "max_total_exposure_usd", "exposure in all symbols", "total_exposure"
        ),
    ),
    (
        "open_notional",
        partial(risk_caps.cap, "max_open_notional_usd", "open orders", "open_notional"),
    ),
    ("open_orders", partial(risk_caps.count, "max_open_orders", "open orders", "open_orders")),
    (
        "order_rate",
        partial(risk_caps.count, "max_orders_per_minute", "entries of a minute", "minute_orders"),
    ),
    (
        "daily_orders",
        partial(risk_caps.count, "max_daily_orders", "entries of a day", "day_orders"),
    ),
    ("daily_loss", partial(risk_caps.loss, "daily_loss_limit", "the day's loss", "day_loss")),
    ("total_loss", partial(risk_caps.loss, "max_total_loss_usd", "the whole loss", "total_loss")),
    ("drawdown", risk_caps.drawdown),
    ("reserve", risk_caps.reserve),
    ("insufficient_balance", risk_caps.balance),
)
REDUCING: tuple[tuple[str, Check], ...] = (
    ("env_mismatch", risk_checks.same_env),
    ("symbol_not_allowed", risk_checks.own_symbol),
    ("side_not_allowed", risk_checks.any_side),
    ("price_deviation", risk_checks.gives_away),
    ("exceeds_held", risk_checks.within_held),
)
CODES: tuple[str, ...] = (MALFORMED, *(code for code, _ in RULES), "exceeds_held")
