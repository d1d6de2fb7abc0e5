"""Put up a hold when a loss comes to its limit, warn before, and say when a hold may come down.

Rules: a loss is a trigger: at its limit it has come to it. A hold stands until a person resumes, and
resuming is refused while its loss still stands at the limit; midnight (UTC) ends the day's loss, not
the hold. A limit that is raised above the loss, or switched off, takes the day's hold down at once,
on the same day only. A restart changes nothing here: holds are kept by name in the ledger.
"""

from collections.abc import Collection
from decimal import Decimal
from typing import Literal

import msgspec

from holdfast.config.knob import spell
from holdfast.domain.bookkeeping import HoldCleared, HoldSet
from holdfast.domain.market import DAY
from holdfast.domain.money import ZERO
from holdfast.safety.risk_caps import is_tripped
from holdfast.safety.risk_policy import RiskPolicy
from holdfast.safety.risk_state import RiskState

WARNS_AT = Decimal("0.8")
DAILY_LOSS = "daily_loss"
TOTAL_LOSS = "total_loss"
DRAWDOWN = "drawdown"
HOLDS = (DAILY_LOSS, TOTAL_LOSS, DRAWDOWN)


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One loss beside its limit; `day` counts UTC days since the epoch."""

    name: str
    observed: Decimal
    limit: Decimal
    unit: str
    level: Literal["off", "ok", "warning", "tripped"]
    day: int

    @property
    def text(self) -> str:
        """Say it in words."""
        seen = spell(self.observed.quantize(Decimal("0.000001")))
        of_day = f" of UTC day {self.day}" if self.name == DAILY_LOSS else ""
        return f"{self.name.replace('_', ' ')} {seen}{self.unit}{of_day}, limit {spell(self.limit)}{self.unit}"


def readings(policy: RiskPolicy, state: RiskState) -> tuple[Reading, ...]:
    """Hold every loss beside its limit."""
    return (
        _money(DAILY_LOSS, policy.daily_loss_limit, state.day_loss, state.at),
        _money(TOTAL_LOSS, policy.max_total_loss_usd, state.total_loss, state.at),
        _drawdown(policy.max_drawdown_pct, state),
    )


def due(policy: RiskPolicy, state: RiskState, standing: Collection[str]) -> tuple[HoldSet, ...]:
    """Name the holds that are to be put up now."""
    return tuple(
        HoldSet(name=one.name, reason=one.text)
        for one in readings(policy, state)
        if one.level == "tripped" and one.name not in standing
    )


def warnings(policy: RiskPolicy, state: RiskState) -> tuple[Reading, ...]:
    """List the losses that have come to 80 % of their limit, and not to all of it."""
    return tuple(one for one in readings(policy, state) if one.level == "warning")


def lifted(
    before: RiskPolicy, after: RiskPolicy, state: RiskState, standing: Collection[str]
) -> tuple[HoldCleared, ...]:
    """Name the holds that a change of the policy takes down: today's loss had tripped, and no longer does."""
    old = {one.name: one for one in readings(before, state)}
    return tuple(
        HoldCleared(name=one.name, reason=f"the limit was changed: {one.text}")
        for one in readings(after, state)
        if one.name in standing and old[one.name].level == "tripped" and one.level != "tripped"
    )


def keeps(name: str, policy: RiskPolicy, state: RiskState) -> str:
    """Say why a hold of ours must not be taken down by a resume; empty where it may."""
    found = [one for one in readings(policy, state) if one.name == name]
    return found[0].text if found and found[0].level == "tripped" else ""


def _money(name: str, limit: Decimal, loss: Decimal, at: int) -> Reading:
    level: Literal["off", "ok", "warning", "tripped"] = "ok"
    if limit == ZERO:
        level = "off"
    elif is_tripped(limit, loss):
        level = "tripped"
    elif loss >= limit * WARNS_AT:
        level = "warning"
    return Reading(name=name, observed=loss, limit=limit, unit="", level=level, day=at // DAY)


def _drawdown(limit: Decimal, state: RiskState) -> Reading:
    seen = state.drawdown_pct
    level: Literal["ok", "warning", "tripped"] = "ok"
    if seen > ZERO and seen >= limit:
        level = "tripped"
    elif seen > ZERO and seen >= limit * WARNS_AT:
        level = "warning"
    return Reading(
        name=DRAWDOWN, observed=seen, limit=limit, unit=" %", level=level, day=state.at // DAY
    )
