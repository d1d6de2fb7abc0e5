"""The rules about what an order is: for whom, of what, when, and at which price.

A check returns what is wrong, or None.
"""

from decimal import Decimal

from holdfast.config.knob import spell
from holdfast.domain.market import SECOND
from holdfast.domain.money import HUNDRED, ZERO
from holdfast.safety.risk_case import Case, Violation
from holdfast.safety.risk_state import RiskState

LIVE = "LIVE"


def same_env(case: Case) -> Violation | None:
    """Refuse an order meant for another kind of desk."""
    ours, asked = case.state.env, case.request.env
    if ours == asked:
        return None
    return Violation(ours, asked, f"the order is meant for {asked}, this desk is {ours}")


def listed_symbol(case: Case) -> Violation | None:
    """Refuse a symbol that is not on the list."""
    allowed, asked = case.policy.allowed_symbols, case.request.symbol
    if asked in allowed:
        return None
    return Violation(",".join(allowed), asked, f"symbol {asked} is not allowed")


def own_symbol(case: Case) -> Violation | None:
    """Refuse to close what this desk does not trade."""
    ours, asked = case.state.symbol, case.request.symbol
    if ours == asked:
        return None
    return Violation(ours, asked, f"nothing of {asked} is held, this desk trades {ours}")


def listed_side(case: Case) -> Violation | None:
    """Refuse a side that is not on the list."""
    allowed, asked = case.policy.allowed_sides, case.request.side
    if asked in allowed:
        return None
    return Violation(",".join(allowed), asked, f"side {asked} is not allowed")


def any_side(case: Case) -> Violation | None:
    """Refuse a close that neither buys nor sells."""
    side = case.request.side
    return None if side in {"buy", "sell"} else Violation("buy,sell", side, f"there is no {side}")


def venue_leverage(case: Case) -> Violation | None:
    """Refuse more leverage than the venue gives."""
    most, asked = case.state.venue_leverage, case.request.leverage
    if asked <= most:
        return None
    text = f"leverage {spell(asked)} is asked, the venue gives {spell(most)}"
    return Violation(spell(most), spell(asked), text)


def breaker(case: Case) -> Violation | None:
    """Refuse what the circuit breaker blocks: entries, or changes of them too."""
    breaker, action = case.policy.circuit_breaker, case.request.action
    if breaker == "off" or (breaker == "entries" and action == "amend"):
        return None
    return Violation("off", breaker, f"the circuit breaker is set to {breaker}")


def mode_is_live(case: Case) -> Violation | None:
    """Refuse to enter in any mode but LIVE."""
    mode = case.state.mode
    return None if mode == LIVE else Violation(LIVE, mode, f"the mode is {mode}, not {LIVE}")


def price_age(case: Case) -> Violation | None:
    """Refuse to enter without a fresh price."""
    most = case.policy.max_price_age_s
    if not _has_mid(case.state):
        return Violation(f"{most} s", "none", "there is no price")
    return _too_old("the price", case.state.at - case.request.price_at, most)


def signal_age(case: Case) -> Violation | None:
    """Refuse what a signal asked for too long ago."""
    sent = case.request.signal_at
    if sent is None:
        return None
    return _too_old("the signal", case.state.at - sent, case.policy.max_signal_age_s)


def deviation(case: Case) -> Violation | None:
    """Refuse a price far from the mid, on either side."""
    if not _has_mid(case.state):
        return None
    return _off_the_mid(case, abs(case.request.price - case.state.mid))


def gives_away(case: Case) -> Violation | None:
    """Refuse a close at a price that gives it away; one that waits far off may wait."""
    if not _has_mid(case.state):
        return None
    price, mid = case.request.price, case.state.mid
    return _off_the_mid(case, mid - price if case.request.side == "sell" else price - mid)


def min_size(case: Case) -> Violation | None:
    """Refuse less than the venue takes."""
    size, state = case.request.size, case.state
    if size < state.min_base:
        text = f"{spell(size)} is below the venue's smallest size {spell(state.min_base)}"
        return Violation(spell(state.min_base), spell(size), text)
    cost = size * case.request.price
    if cost >= state.min_quote:
        return None
    text = f"{spell(cost)} is below the venue's smallest notional {spell(state.min_quote)}"
    return Violation(spell(state.min_quote), spell(cost), text)


def within_held(case: Case) -> Violation | None:
    """Refuse to close more than is held."""
    held, size = case.request.held, case.request.size
    if size <= held:
        return None
    text = f"{spell(size)} is more than the {spell(held)} that are held"
    return Violation(spell(held), spell(size), text)


def _too_old(what: str, age: int, most: int) -> Violation | None:
    if age <= most * SECOND:
        return None
    shown = f"{spell(Decimal(age) / SECOND)} s"
    return Violation(f"{most} s", shown, f"{what} is {shown} old, at most {most} s are allowed")


def _off_the_mid(case: Case, distance: Decimal) -> Violation | None:
    most, mid = case.policy.max_price_deviation_pct, case.state.mid
    if distance * HUNDRED <= most * mid:
        return None
    shown = f"{distance * HUNDRED / mid:.4f} %"
    text = f"the price is {shown} off the mid, at most {spell(most)} % are allowed"
    return Violation(f"{spell(most)} %", shown, text)


def _has_mid(state: RiskState) -> bool:
    return state.mid.is_finite() and state.mid > ZERO
