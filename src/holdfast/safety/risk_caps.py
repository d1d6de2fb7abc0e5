"""The rules about how much: caps, counts, losses and what is free.

A check returns what is wrong, or None. A change that asks for no more than the order it replaces
adds nothing.
"""

from decimal import Decimal

from holdfast.config.knob import spell
from holdfast.domain.money import ZERO
from holdfast.safety.risk_case import Case, Violation, above


def policy_leverage(case: Case) -> Violation | None:
    """Refuse more leverage than the policy allows."""
    return above("leverage", case.request.leverage, case.policy.max_leverage)


def order_cap(case: Case) -> Violation | None:
    """Refuse an order above the cap of one."""
    return above("the order", case.notional, case.policy.max_order_notional_usd)


def cap(name: str, what: str, before: str, case: Case) -> Violation | None:
    """Refuse what lifts a sum of money above its cap, or adds to one nobody knows."""
    added = _added(case)
    if added <= ZERO:
        return None
    held: Decimal | None = getattr(case.state, before)
    limit: Decimal = getattr(case.policy, name)
    if held is None:
        return Violation(spell(limit), "unknown", f"{what} is not known, the cap is {spell(limit)}")
    return above(what, held + added, limit)


def count(name: str, what: str, before: str, case: Case) -> Violation | None:
    """Refuse one more than the count allows; a change of an order is none."""
    if case.request.action == "amend":
        return None
    count, most = getattr(case.state, before) + 1, getattr(case.policy, name)
    if count <= most:
        return None
    return Violation(str(most), str(count), f"it would be number {count} of {most} {what}")


def loss(name: str, what: str, seen: str, case: Case) -> Violation | None:
    """Refuse to enter once a loss has come to its limit."""
    limit: Decimal = getattr(case.policy, name)
    loss: Decimal = getattr(case.state, seen)
    if not is_tripped(limit, loss):
        return None
    return Violation(spell(limit), spell(loss), f"{what} is {spell(loss)}, from {spell(limit)} on")


def drawdown(case: Case) -> Violation | None:
    """Refuse to enter once equity has fallen so far below its peak."""
    limit, seen = case.policy.max_drawdown_pct, case.state.drawdown_pct
    if seen <= ZERO or seen < limit:
        return None
    shown = f"{seen:.4f} %"
    text = f"equity is {shown} below its peak, from {spell(limit)} % on nothing enters"
    return Violation(f"{spell(limit)} %", shown, text)


def reserve(case: Case) -> Violation | None:
    """Refuse a buy that spends the reserve."""
    spent, least = _spent(case), case.policy.min_quote_reserve_usd
    left = case.state.free_quote - spent
    if case.request.side != "buy" or ZERO in {spent, least} or left >= least:
        return None
    text = f"{spell(left)} of quote would be left, {spell(least)} are kept back"
    return Violation(spell(least), spell(left), text)


def balance(case: Case) -> Violation | None:
    """Refuse what there is nothing free for."""
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


def is_tripped(limit: Decimal, loss: Decimal) -> bool:
    """Say whether a loss has come to its limit; 0 is off."""
    return ZERO < limit <= loss


def _added(case: Case) -> Decimal:
    return case.notional - case.request.replaces


def _spent(case: Case) -> Decimal:
    if case.request.action == "amend":
        return max(_added(case), ZERO)
    return max(case.notional, case.request.cost or ZERO)
