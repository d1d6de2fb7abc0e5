"""Say what a desk, a stage and a principal allow, and take the stricter of them field by field.

A field is named as the knob it comes from. A row is a part of a policy as text: what a stage sets, or
what is kept for a principal; a field it does not name leaves the policy as it is. Two losses are off
at 0; every other limit at 0 lets nothing through.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from holdfast.config.catalogue import CATALOGUE
from holdfast.config.knob import spell
from holdfast.config.settings import Settings
from holdfast.config.values import Misfit, fit_text
from holdfast.domain.money import ZERO

FORM = 1  # rises when a field is added or means something else
BREAKERS = ("off", "entries", "all")
SIDES = ("buy", "sell")


class RiskPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Every limit an order is held against; money is quote, ages are seconds."""

    max_leverage: Decimal
    max_order_notional_usd: Decimal
    max_symbol_exposure_usd: Decimal
    max_total_exposure_usd: Decimal
    max_open_notional_usd: Decimal
    max_open_orders: int
    max_orders_per_minute: int
    max_daily_orders: int
    max_total_loss_usd: Decimal
    daily_loss_limit: Decimal
    max_drawdown_pct: Decimal
    allowed_symbols: tuple[str, ...]
    allowed_sides: tuple[str, ...] = SIDES
    circuit_breaker: str = "off"
    max_price_age_s: int
    max_price_deviation_pct: Decimal
    min_quote_reserve_usd: Decimal
    max_signal_age_s: int

    @property
    def version(self) -> str:
        """Name the policy by its form and its content."""
        return _version(self)


class UnfitRow(ValueError):
    """A row names a field there is not, or a value that does not fit it."""


def policy_of(settings: Settings, symbol: str) -> RiskPolicy:
    """Read the policy of a desk; without a list, only its own symbol is allowed."""
    return RiskPolicy(
        max_leverage=settings.max_leverage,
        max_order_notional_usd=settings.max_order_notional_usd,
        max_symbol_exposure_usd=settings.max_symbol_exposure_usd,
        max_total_exposure_usd=settings.max_total_exposure_usd,
        max_open_notional_usd=settings.max_open_notional_usd,
        max_open_orders=settings.max_open_orders,
        max_orders_per_minute=settings.max_orders_per_minute,
        max_daily_orders=settings.max_daily_orders,
        max_total_loss_usd=settings.max_total_loss_usd,
        daily_loss_limit=settings.daily_loss_limit,
        max_drawdown_pct=settings.max_drawdown_pct,
        allowed_symbols=listed(settings.symbol_allowlist or symbol),
        circuit_breaker=settings.circuit_breaker,
        max_price_age_s=settings.stale_price_max_age_sec,
        max_price_deviation_pct=settings.max_price_deviation_pct,
        min_quote_reserve_usd=settings.min_quote_reserve_usd,
        max_signal_age_s=settings.max_signal_age_s,
    )


def stricter(policy: RiskPolicy, *others: RiskPolicy) -> RiskPolicy:
    """Take the stricter of several policies, field by field."""
    for other in others:
        changes = {
            name: rule.stricter(getattr(policy, name), getattr(other, name))
            for name, rule in FIELDS.items()
        }
        policy = replace(policy, **changes)
    return policy


def narrowed(policy: RiskPolicy, row: Mapping[str, str]) -> RiskPolicy:
    """Hold a policy to a row: the stricter of both where the row says something."""
    changes = {
        name: FIELDS[name].stricter(getattr(policy, name), value)
        for name, value in read_row(row).items()
    }
    return replace(policy, **changes)


def read_row(row: Mapping[str, str]) -> dict[str, Any]:
    """Read a row; raise UnfitRow, naming the field and what it takes."""
    found = {}
    for name, text in row.items():
        rule = FIELDS.get(name)
        if rule is None:
            raise UnfitRow(f"{name} is no field of a policy; allowed: {', '.join(FIELDS)}")
        found[name] = rule.read(text)
    return found


def is_looser(name: str, before: str, after: str) -> bool:
    """Say whether a field of a row would allow more than before; an empty text is no limit."""
    if not before or not after:
        return bool(before)
    rule = FIELDS[name]
    old, new = rule.read(before), rule.read(after)
    return bool(rule.stricter(old, new) != new)


def row_of_stages(origins: Mapping[str, tuple[Any, ...]]) -> dict[str, str]:
    """Pick out of a profile's origins what the chosen stages say; a leaf cannot loosen that."""
    row = {}
    for name, rule in FIELDS.items():
        said = [one.value for one in origins.get(rule.knob, ()) if one.layer == "stage"]
        if said:
            row[name] = str(said[-1])
    return row


def listed(text: str) -> tuple[str, ...]:
    """Take a list of words apart: trimmed, each once, in order of the alphabet."""
    return tuple(sorted({word.strip() for word in text.split(",")} - {""}))


class _Field(NamedTuple):
    knob: str
    read: Callable[[str], Any]
    stricter: Callable[[Any, Any], Any]


def _knob(name: str) -> Callable[[str], Any]:
    def read(text: str) -> object:
        try:
            return fit_text(CATALOGUE[name], text)
        except Misfit as error:
            raise UnfitRow(f"{name}: {error}; allowed: {CATALOGUE[name].allowed}") from None

    return read


def _words(text: str) -> tuple[str, ...]:
    found = listed(text)
    if not found:
        raise UnfitRow("a list is empty; allowed: words, separated by commas")
    return found


def _sides(text: str) -> tuple[str, ...]:
    found = _words(text)
    if not set(found) <= set(SIDES):
        raise UnfitRow(f"allowed_sides: {text} is not buy, sell, or both")
    return found


def _common(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(one) & set(other)))


def _breaker(one: str, other: str) -> str:
    return max(one, other, key=BREAKERS.index)


def _least_loss(one: Decimal, other: Decimal) -> Decimal:
    if min(one, other) == ZERO:
        return max(one, other)  # off, beside one that may be on
    return min(one, other)


def _least(name: str, knob: str = "") -> tuple[str, _Field]:
    return name, _Field(knob or name, _knob(knob or name), min)


FIELDS: Mapping[str, _Field] = MappingProxyType(
    dict(
        (
            _least("max_leverage"),
            _least("max_order_notional_usd"),
            _least("max_symbol_exposure_usd"),
            _least("max_total_exposure_usd"),
            _least("max_open_notional_usd"),
            _least("max_open_orders"),
            _least("max_orders_per_minute"),
            _least("max_daily_orders"),
            _least("max_drawdown_pct"),
            _least("max_price_age_s", "stale_price_max_age_sec"),
            _least("max_price_deviation_pct"),
            _least("max_signal_age_s"),
            *(
                (name, _Field(name, _knob(name), _least_loss))
                for name in ("max_total_loss_usd", "daily_loss_limit")
            ),
            (
                "min_quote_reserve_usd",
                _Field("min_quote_reserve_usd", _knob("min_quote_reserve_usd"), max),
            ),
            ("allowed_symbols", _Field("symbol_allowlist", _words, _common)),
            ("allowed_sides", _Field("", _sides, _common)),
            ("circuit_breaker", _Field("circuit_breaker", _knob("circuit_breaker"), _breaker)),
        )
    )
)


@lru_cache(maxsize=64)
def _version(policy: RiskPolicy) -> str:
    values = {
        name: list(value) if isinstance(value, tuple) else spell(value)
        for name, value in msgspec.structs.asdict(policy).items()
    }
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"{FORM}:{hashlib.sha256(text.encode()).hexdigest()[:16]}"
