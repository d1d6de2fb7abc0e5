"""Turn settings into what the engine and the desk may see, and name the rules by their digest."""

from decimal import Decimal

import msgspec
from msgspec.structs import replace

from holdfast.config.profile import Profile
from holdfast.config.relations import order_cap
from holdfast.config.settings import Settings
from holdfast.desk.limits import UNLIMITED, Limits, Repairs
from holdfast.desk.rules_change import digest_of
from holdfast.domain.market import SECOND
from holdfast.domain.money import ZERO, Instrument
from holdfast.engine.capacity import safe_cap
from holdfast.engine.rules import NEVER, Rules
from holdfast.engine.sizing import Sizing
from holdfast.wiring.shaping import shaping_of


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of a profile that decides how a desk trades."""

    rules: Rules
    sizing: Sizing
    limits: Limits
    slots: int
    sticky: bool
    may_cycle: bool = True


def policy_of(profile: Profile, genesis: str, instrument: Instrument | None = None) -> Policy:
    """Read the trading rules out of a profile; their digest ignores how fast or where it runs.

    The instrument is the one the venue names, or on paper the one the profile asks for.
    """
    settings = profile.settings
    rules = rules_of(settings, instrument or instrument_of(profile), genesis)
    sizing = sizing_of(settings)
    limits = limits_of(settings)
    return Policy(
        rules=replace(rules, digest=digest_of(rules, sizing, limits)),
        sizing=sizing,
        limits=limits,
        slots=settings.slots,
        sticky=settings.sticky_mode_enabled,
        may_cycle=settings.legacy_orphans != "removed",
    )


def instrument_of(profile: Profile) -> Instrument:
    """Describe the paper market a profile asks for."""
    settings = profile.settings
    base, _, quote = profile.symbol.partition("/")
    return Instrument(
        symbol=profile.symbol,
        base=base,
        quote=quote,
        price_tick=Decimal(1).scaleb(-settings.price_decimals),
        size_step=Decimal(1).scaleb(-settings.size_decimals),
        min_base=settings.min_base,
        min_quote=settings.min_quote,
        maker_fee_pct=settings.maker_fee_pct,
        taker_fee_pct=settings.taker_fee_pct,
    )


def rules_of(settings: Settings, instrument: Instrument, genesis: str) -> Rules:
    """Read the rules of the reducer; core's name of each is in the settings catalogue."""
    backoff = settings.entry_backoff_enabled
    recovers = settings.recovery_enabled and settings.legacy_orphans != "removed"
    return Rules(
        genesis=genesis,
        instrument=instrument,
        entry_pct=settings.pair_entry_pct,
        slot_spacing_pct=settings.slot_spacing_pct,
        profit_pct=settings.pair_profit_pct,
        refresh_pct=settings.pair_refresh_pct,
        max_refreshes=settings.max_consecutive_refreshes,
        refresh_cooldown=micros(settings.refresh_cooldown_sec),
        base_sized=is_base_sized(settings),
        loss_backoff_start=settings.loss_backoff_start,
        backoff_factor=settings.entry_backoff_factor if backoff else ZERO,
        backoff_max=settings.entry_backoff_max_multiplier,
        loss_cooldown_start=settings.loss_cooldown_start,
        loss_cooldown=micros(settings.loss_cooldown_sec),
        reentry_cooldown=micros(settings.reentry_base_cooldown_sec),
        s1_orphan_after=micros(settings.s1_orphan_after_sec) if recovers else NEVER,
        s2_orphan_after=micros(settings.s2_orphan_after_sec) if recovers else NEVER,
        max_recoveries=settings.max_recovery_slots,
        positions=settings.position_ledger_enabled,
    )


def sizing_of(settings: Settings) -> Sizing:
    """Read how entries are sized."""
    if is_base_sized(settings):
        return Sizing(
            base_sized=True,
            amount=settings.order_size_doge,
            compounding=settings.order_size_base_compounding == "profit",
        )
    return Sizing(
        base_sized=False,
        amount=settings.order_size_usd,
        compounding=settings.sticky_compounding_mode == "legacy_profit",
        floor=settings.entry_floor_enabled,
        shaping=shaping_of(settings),
    )


def limits_of(settings: Settings) -> Limits:
    """Read how much a tick may do, and the safe part of the venue's open-order cap."""
    return Limits(
        calls_per_tick=settings.max_api_calls_per_loop,
        entries_per_tick=settings.max_entry_adds_per_loop,
        bootstraps_per_tick=settings.bootstrap_slots_per_tick,
        order_cap=order_cap_of(settings, safe=True),
        repairs=repairs_of(settings),
        entries_only=settings.entry_cap_policy == "entry_only",
        by_band=settings.regime_adx_enabled,
    )


def repairs_of(settings: Settings) -> Repairs:
    """Read how missing sides come back, and which entries pass the cap of a tick."""
    return Repairs(exempt=settings.entry_scheduler_exempt, regime=settings.auto_repair_regime)


def order_cap_of(settings: Settings, *, safe: bool) -> int:
    """Say how many orders may rest: the venue's cap, or the safe part of it for entries."""
    cap = order_cap(settings.open_order_cap, settings.kraken_open_orders_per_pair_limit)
    if cap is None:
        return UNLIMITED
    return safe_cap(cap, settings.open_order_safety_ratio) if safe else cap


def is_base_sized(settings: Settings) -> bool:
    """Say whether entries are sized in base."""
    return settings.order_size_mode != "USD"


def micros(seconds: Decimal | int) -> int:
    """Turn seconds into microseconds."""
    return int(seconds * SECOND)
