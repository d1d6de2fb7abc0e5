"""Decide how far the regime is acted upon: tiers by confidence and bias (core 2.3, operations 6.8).

Order: target by confidence, directional gate, hysteresis, cooldown of tier 2, dwell. Losing the gate may
always demote, whatever the dwell; the side of tier 2 is frozen while it lasts, and a flip of the bias
starts its grace anew.
"""

from decimal import Decimal

import msgspec
from msgspec.structs import replace

from holdfast.domain.market import SECOND, Regime
from holdfast.domain.money import ZERO
from holdfast.domain.slots import LEG_A, LEG_B, LegName
from holdfast.domain.tiers import BIASED, DIRECTIONAL, SYMMETRIC, TierState

ONE = Decimal(1)
AWAY, NEAR, NEAREST = Decimal("0.5"), Decimal("0.3"), Decimal("0.6")
LEAST, MOST = Decimal("0.1"), Decimal(3)


class TierRules(msgspec.Struct, frozen=True, kw_only=True):
    """The thresholds of the tiers; times are microseconds."""

    confidence: tuple[Decimal, Decimal] = (Decimal("0.20"), Decimal("0.50"))
    bias: tuple[Decimal, Decimal] = (Decimal("0.10"), Decimal("0.25"))
    hysteresis: Decimal = Decimal("0.05")
    dwell: int = 300 * SECOND
    grace: int = 60 * SECOND
    cooldown: int = 600 * SECOND


class Leaning(msgspec.Struct, frozen=True, kw_only=True):
    """Which way the market leans, how sure that is, and whether anybody may act on it."""

    regime: Regime = Regime.RANGING
    confidence: Decimal = ZERO
    bias: Decimal = ZERO
    ready: bool = False


class Assessed(msgspec.Struct, frozen=True):
    """The tiers after one look, and why they are there."""

    state: TierState
    reason: str


def assess(state: TierState, seen: Leaning, rules: TierRules, now: int) -> Assessed:
    """Take one look at the market in."""
    tier = state.tier
    target, reason = _target(state, seen, rules, now)
    if target == tier:
        return _stay(state, seen, rules, now, reason)
    lost = target < tier and not passes(tier, seen, rules)
    if not lost and state.entered_at is not None and now - state.entered_at < rules.dwell:
        return Assessed(state, "dwell")
    return Assessed(_moved(state, target, seen, now), "gate lost" if lost else reason)


def passes(tier: int, seen: Leaning, rules: TierRules) -> bool:
    """Say whether the directional gate of a tier is open; tier 0 has none."""
    if tier == SYMMETRIC:
        return True
    leans = seen.ready and seen.regime is not Regime.RANGING
    return leans and abs(seen.bias) >= rules.bias[tier - 1]


def against(bias: Decimal) -> LegName | None:
    """Name the leg that a bias is against: selling first in a rising market, buying first in a falling."""
    if bias == ZERO:
        return None
    return LEG_A if bias > ZERO else LEG_B


def suppressed(state: TierState, rules: TierRules, now: int) -> LegName | None:
    """Name the leg that tier 2 suppresses now, None during its grace and below it."""
    if state.tier != DIRECTIONAL or now - state.grace_at < rules.grace:
        return None
    return state.side


def cooling(state: TierState, rules: TierRules, now: int) -> LegName | None:
    """Name the leg whose repair still waits after tier 2 was left."""
    if state.tier == DIRECTIONAL or state.left_at is None or now - state.left_at >= rules.cooldown:
        return None
    return state.left_side


def turning_points(state: TierState, rules: TierRules) -> tuple[int, ...]:
    """List the times at which suppression begins or ends without another look."""
    if state.tier == DIRECTIONAL:
        return (state.grace_at + rules.grace,)
    return () if state.left_at is None else (state.left_at + rules.cooldown,)


def spacing(seen: Leaning, least_confidence: Decimal) -> tuple[Decimal, Decimal]:
    """Say by what the entry distances of legs A and B are multiplied from tier 1 on.

    >>> bull = Leaning(confidence=Decimal("0.3"), bias=Decimal("0.4"), ready=True)
    >>> [str(one.normalize()) for one in spacing(bull, Decimal("0.15"))]
    ['1.2', '0.88']
    """
    if seen.confidence < least_confidence:
        return ONE, ONE
    away = min(MOST, max(LEAST, ONE + abs(seen.bias) * AWAY))
    near = min(MOST, max(LEAST, NEAREST, ONE - abs(seen.bias) * NEAR))
    return (away, near) if seen.bias > ZERO else (near, away)


def _target(state: TierState, seen: Leaning, rules: TierRules, now: int) -> tuple[int, str]:
    wanted = sum(seen.ready and seen.confidence >= bound for bound in rules.confidence)
    target, reason = wanted, "confidence" if seen.ready else "not ready"
    while target > SYMMETRIC and not passes(target, seen, rules):
        target, reason = target - 1, "directional gate"
    tier = state.tier
    if target < tier and passes(tier, seen, rules) and _is_near(tier, seen, rules):
        return tier, "hysteresis"
    if target == DIRECTIONAL and tier < DIRECTIONAL and _cools(state, rules, now):
        return (BIASED if passes(BIASED, seen, rules) else SYMMETRIC), "re-entry cooldown"
    return target, reason


def _is_near(tier: int, seen: Leaning, rules: TierRules) -> bool:
    return seen.confidence > rules.confidence[tier - 1] - rules.hysteresis


def _cools(state: TierState, rules: TierRules, now: int) -> bool:
    return state.left_at is not None and now - state.left_at < rules.cooldown


def _stay(state: TierState, seen: Leaning, rules: TierRules, now: int, reason: str) -> Assessed:
    side = against(seen.bias)
    flips = state.tier == DIRECTIONAL and side not in {None, state.side}
    if flips and passes(DIRECTIONAL, seen, rules):
        return Assessed(replace(state, side=side, grace_at=now), "flip")
    return Assessed(state, reason)


def _moved(state: TierState, target: int, seen: Leaning, now: int) -> TierState:
    if target == DIRECTIONAL:
        return replace(
            state,
            tier=target,
            entered_at=now,
            side=against(seen.bias),
            grace_at=now,
            left_at=None,
            left_side=None,
        )
    if state.tier == DIRECTIONAL:
        return replace(
            state, tier=target, entered_at=now, side=None, left_at=now, left_side=state.side
        )
    return replace(state, tier=target, entered_at=now)
