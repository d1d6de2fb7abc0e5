"""Read out of settings what shapes entries; what is switched off is None."""

from holdfast.config.settings import Settings
from holdfast.engine.allocation import Sharing
from holdfast.engine.layers import Layering
from holdfast.engine.shaping import Shaping
from holdfast.engine.throughput import Throughput
from holdfast.engine.volatility import VolatilityTarget


def shaping_of(settings: Settings) -> Shaping | None:
    """Read what shapes entries; None where nothing does."""
    shares = settings.quote_first_allocation or settings.account_share_enabled
    sharing = None
    if shares or settings.dust_sweep_enabled:
        sharing = Sharing(
            quote_first=settings.quote_first_allocation,
            by_account=settings.account_share_enabled,
            buffer=settings.allocation_safety_buffer_usd,
            most=settings.b_side_max_mult,
            dust=settings.dust_sweep_enabled,
            dust_least=settings.dust_min_threshold,
            dust_most_pct=settings.dust_max_bump_pct,
        )
    layering = layering_of(settings) if settings.capital_layer_target_layers else None
    return Shaping(sharing=sharing, layering=layering) if sharing or layering else None


def layering_of(settings: Settings) -> Layering:
    """Read how layers of capital are planned."""
    return Layering(
        target=settings.capital_layer_target_layers,
        base_per_order=settings.capital_layer_doge_per_order,
        buffer=settings.capital_layer_balance_buffer,
        budget=settings.capital_layer_order_budget,
        source=settings.capital_layer_default_source,
    )


def throughput_of(settings: Settings) -> Throughput:
    """Read the knobs of the sizer by speed."""
    return Throughput(
        enabled=settings.tp_enabled,
        lookback=settings.tp_lookback_cycles,
        min_samples=settings.tp_min_samples,
        min_samples_per_bucket=settings.tp_min_samples_per_bucket,
        full_confidence=settings.tp_full_confidence_samples,
        halflife=settings.tp_recency_halflife,
        censored_weight=settings.tp_censored_weight,
        floor=settings.tp_floor_mult,
        ceiling=settings.tp_ceiling_mult,
        age_trigger=settings.tp_age_pressure_trigger,
        age_sensitivity=settings.tp_age_pressure_sensitivity,
        age_floor=settings.tp_age_pressure_floor,
        util_threshold=settings.tp_util_threshold,
        util_sensitivity=settings.tp_util_sensitivity,
        util_floor=settings.tp_util_floor,
    )


def volatility_of(settings: Settings) -> VolatilityTarget:
    """Read the knobs of the profit target by volatility."""
    return VolatilityTarget(
        factor=settings.volatility_profit_factor,
        floor=settings.volatility_profit_floor,
        ceiling=settings.volatility_profit_ceiling,
        mult_floor=settings.volatility_profit_mult_floor,
        mult_ceiling=settings.volatility_profit_mult_ceiling,
        min_change=settings.volatility_profit_min_change,
    )
