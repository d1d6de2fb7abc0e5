"""Gather what a release is judged by: the bounds of the profile, the exits, the strength, the account."""

from decimal import Decimal
from itertools import chain

import msgspec

from holdfast.config.settings import Settings
from holdfast.desk.desk import Desk
from holdfast.desk.release.recon import Recon, recon_of
from holdfast.domain.market import SECOND
from holdfast.domain.money import ZERO
from holdfast.domain.slots import Lot
from holdfast.engine.gates import Gate, ReleaseRules, Tier, Waiting, gates_of, waiting_exits

_TIERS = {"none": Tier.NONE, "tier1": Tier.GATED, "tier2": Tier.PANIC}


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """A desk at one moment, as a release is judged; `mark` is 0 while the price is stale."""

    rules: ReleaseRules
    now: int
    mark: Decimal
    strength: Decimal | None
    worth: Decimal
    recon: Recon

    def gates(self, one: Waiting) -> tuple[Gate, Gate, Gate]:
        """Judge one exit."""
        return gates_of(one, self.mark, self.now, self.strength, self.rules)


def look_at(desk: Desk, settings: Settings, mark: Decimal, now: int) -> Look:
    """Look at a desk."""
    accounts, seen = desk.books.accounts, mark if desk.fresh else ZERO
    return Look(
        rules=release_rules(settings),
        now=now,
        mark=seen,
        strength=strength_of(desk),
        worth=accounts.total(accounts.quote) + accounts.total(accounts.base) * mark,
        recon=recon_of(
            desk,
            seen,
            settings.balance_recon_drift_pct,
            hard=settings.release_recon_hard_gate_enabled,
        ),
    )


def release_rules(settings: Settings) -> ReleaseRules:
    """Read the bounds of a profile."""
    acts = settings.sticky_mode_enabled and settings.release_auto_enabled
    return ReleaseRules(
        min_age=settings.release_min_age_sec * SECOND,
        min_distance_pct=settings.release_min_distance_pct,
        min_strength=settings.release_adx_threshold,
        max_stuck_pct=settings.release_max_stuck_pct,
        panic_stuck_pct=settings.release_panic_stuck_pct,
        panic_min_age=settings.release_panic_min_age_sec * SECOND,
        recovery_target_pct=settings.release_recovery_target_pct,
        stuck_min_age=settings.stuck_min_age_sec * SECOND,
        batch=settings.release_max_per_loop,
        tiers=_TIERS[settings.release_auto_tier] if acts else Tier.NONE,
    )


def strength_of(desk: Desk) -> Decimal | None:
    """Say how strongly the market trends, None while too few candles stand behind it."""
    readings = desk.readings
    return readings.adx if readings is not None and readings.adx_ready else None


def exits_of(desk: Desk) -> list[Waiting]:
    """List every exit the legs of all slots owe."""
    slots = desk.books.slots.values()
    waiting = (slot for slot in slots if slot.a.lot is not None or slot.b.lot is not None)
    return list(chain.from_iterable(waiting_exits(slot) for slot in waiting))


def set_aside(desk: Desk) -> list[Lot]:
    """List the lots of recoveries: they hold capital, and no release gives them up."""
    return [one.lot for slot in desk.books.slots.values() for one in slot.recoveries]
