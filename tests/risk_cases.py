"""A policy, a state and an order that fit one another, for tests to bend."""

from decimal import Decimal

from msgspec.structs import replace

from holdfast.safety.risk_policy import RiskPolicy
from holdfast.safety.risk_request import RiskRequest
from holdfast.safety.risk_state import RiskState

SECOND = 1_000_000
NOW = 20_000 * 86_400 * SECOND

WIDE = RiskPolicy(
    max_leverage=Decimal(50),
    max_order_notional_usd=Decimal(100_000),
    max_symbol_exposure_usd=Decimal(1_000_000),
    max_total_exposure_usd=Decimal(1_000_000),
    max_open_notional_usd=Decimal(1_000_000),
    max_open_orders=50,
    max_orders_per_minute=10,
    max_daily_orders=50,
    max_total_loss_usd=Decimal(5),
    daily_loss_limit=Decimal(3),
    max_drawdown_pct=Decimal(10),
    allowed_symbols=("BTC/USD", "DOGE/USD"),
    max_price_age_s=60,
    max_price_deviation_pct=Decimal(5),
    min_quote_reserve_usd=Decimal(0),
    max_signal_age_s=120,
)
CALM = RiskState(
    at=NOW,
    env="live",
    symbol="DOGE/USD",
    mode="LIVE",
    mid=Decimal(1000),
    free_quote=Decimal(10_000_000),
    free_base=Decimal(10_000_000),
    equity=Decimal(100),
    peak_equity=Decimal(100),
)
BUY = RiskRequest(
    env="live",
    symbol="DOGE/USD",
    side="buy",
    role="entry",
    price=Decimal(1000),
    size=Decimal(1),
    price_at=NOW,
)
CLOSE = replace(BUY, side="sell", role="exit", held=Decimal(1))


def policy(**changes):
    """Bend the wide policy."""
    return replace(WIDE, **_exact(changes))


def state(**changes):
    """Bend the calm state."""
    return replace(CALM, **_exact(changes))


def entry(**changes):
    """Bend the buy."""
    return replace(BUY, **_exact(changes))


def close(**changes):
    """Bend the close."""
    return replace(CLOSE, **_exact(changes))


def _exact(changes):
    texts = {"env", "symbol", "side", "role", "mode", "action", "circuit_breaker"}
    return {
        name: Decimal(value) if isinstance(value, str) and name not in texts else value
        for name, value in changes.items()
    }
