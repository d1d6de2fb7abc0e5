"""Fix the colours, number formats and labels of the dashboard.

Every text that comes from files goes through `escape` before it is part of any markup.
A missing number is shown as a dash, never as zero.
"""

import html
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

DASH = "-"
MICRO = 1_000_000
_PRICE_DIGITS = ((1, 6), (100, 4))


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme, all legible on its background."""

    buy: str
    sell: str
    good: str
    warn: str
    bad: str
    calm: str
    line: str
    muted: str
    heat: tuple[str, str]
    text: str
    on_heat: str


LIGHT = Palette(
    buy="#1f7a5c",
    sell="#b3472f",
    good="#1f7a5c",
    warn="#96650a",
    bad="#b42318",
    calm="#2f6690",
    line="#2f6690",
    muted="#5f6b74",
    heat=("#e6edf2", "#b3472f"),
    text="#1e2429",
    on_heat="#ffffff",
)
DARK = Palette(
    buy="#5cc2a0",
    sell="#e58a6f",
    good="#5cc2a0",
    warn="#e0b252",
    bad="#ff8478",
    calm="#8fc1e3",
    line="#8fc1e3",
    muted="#97a3ab",
    heat=("#27313a", "#e58a6f"),
    text="#d9dee2",
    on_heat="#14181c",
)

MODE_TONES = MappingProxyType(
    {"RUNNING": "good", "PAUSED": "warn", "INIT": "calm", "HALTED": "bad"},
)
BLOCK_REASONS = MappingProxyType(
    {
        "none": "nothing holds this side back; its entry is due at the next step",
        "balance": "too little free balance for an entry on this side",
        "regime": "the market regime suppresses this side",
        "cooldown": "cooling down after losing cycles",
        "capacity": "no room under the open-order cap",
        "deferred": "entries of this tick are spent; it waits its turn",
        "momentum": "the market moves too fast against this side",
        "min_size": "the entry would be below the venue's smallest order",
        "pacing": "the desk brings slots up a few at a time",
        "budget": "the call budget of this minute is spent",
        "hold": "a hold stops new entries",
        "unknown": "the outcome of an earlier order is not known yet",
        "stale_price": "the price is too old to trade on",
        "operator": "an operator stopped this side",
    },
)
PHASES = MappingProxyType(
    {
        "S0": "both entries",
        "S1a": "short open",
        "S1b": "long open",
        "S2": "both open",
    },
)


def palette() -> Palette:
    """Return the colours of the theme the browser shows."""
    return LIGHT if st.context.theme.type == "light" else DARK


def escape(value: object) -> str:
    """Make a text from a file harmless inside markup."""
    return html.escape(str(value), quote=True)


def number(value: object, digits: int = 2, unit: str = "", *, signed: bool = False) -> str:
    """Write a number with grouped thousands and its unit.

    >>> number("-1234.5", 2, "USD", signed=True)
    '-1,234.50 USD'
    >>> number(None)
    '-'
    """
    amount = decimal(value)
    if amount is None:
        return DASH
    if not any(f"{amount:.{digits}f}".strip("-0.")):
        amount = abs(amount)
    text = f"{amount:+,.{digits}f}" if signed else f"{amount:,.{digits}f}"
    return f"{text} {unit}" if unit else text


def decimal(value: object) -> Decimal | None:
    """Read a JSON number or a decimal text; anything else, or not finite, is None."""
    if value is None or isinstance(value, bool):
        return None
    try:
        amount = Decimal(str(value))
    except ArithmeticError:
        return None
    return amount if amount.is_finite() else None


def exact(value: object) -> str:
    """Write an exact amount with no trailing zeros.

    >>> exact("120.500000")
    '120.5'
    """
    amount = decimal(value)
    if amount is None:
        return DASH
    text = f"{amount:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def price(value: object) -> str:
    """Write a price with six decimals of a small one, fewer of a large one."""
    amount = decimal(value)
    if amount is None:
        return DASH
    digits = next((digits for top, digits in _PRICE_DIGITS if abs(amount) < top), 2)
    return f"{amount:,.{digits}f}"


def age(seconds: float | None) -> str:
    """Write a length of time in its two largest units.

    >>> age(8045)
    '2 h 14 min'
    """
    if seconds is None:
        return DASH
    left = max(0, int(seconds))
    parts: list[str] = []
    for size, name in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        if left >= size or (size == 1 and not parts):
            parts.append(f"{left // size} {name}")
            left %= size
    return " ".join(parts[:2])


def moment(micros: object, zone: str = "UTC", *, date: bool = True) -> str:
    """Write a time in microseconds as people read it, with its zone."""
    amount = decimal(micros)
    if not amount:
        return DASH
    try:
        at = datetime.fromtimestamp(float(amount) / MICRO, UTC).astimezone(_zone(zone))
    except (OverflowError, ValueError, OSError):
        return DASH
    name = at.tzname() or zone
    return f"{at:%d %b %H:%M:%S} {name}" if date else f"{at:%H:%M:%S} {name}"


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
