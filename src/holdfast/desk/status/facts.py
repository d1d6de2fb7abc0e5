"""Gather what a status is made from beside the desk itself, and one look at all of it."""

from collections import deque
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Protocol

import msgspec

from holdfast.config.profile import Profile
from holdfast.desk.desk import Desk
from holdfast.desk.status.tally import Tally
from holdfast.domain.market import SECOND
from holdfast.domain.money import ZERO
from holdfast.engine.efficiency import PRICES
from holdfast.engine.rebalance import Lean

PLACES = Decimal("1E-8")


class ReloadSeen(Protocol):
    """What became of the last edit of the profile."""

    @property
    def result(self) -> str:
        """Say taken, pending or refused; empty before the first edit."""

    @property
    def detail(self) -> str:
        """Say what was taken, or why not."""

    @property
    def pending(self) -> tuple[str, ...]:
        """Name the keys that wait for a restart."""


class NoReload(msgspec.Struct, frozen=True):
    """No edit was seen."""

    result: str = ""
    detail: str = ""
    pending: tuple[str, ...] = ()


Block = Callable[[], Mapping[str, Any]]


def no_block() -> Mapping[str, Any]:
    """Say that there is nothing to tell: the desk trades on paper."""
    return {"ready": False}


class Facts(msgspec.Struct, kw_only=True):
    """What is known beside the books; `startup` holds milliseconds by name.

    `price_seen` is the machine time of the last look at the market, 0 before the first; `prices` are
    those of the last looks, one a tick. `lean` is the last measure of idle quote.
    """

    tally: Tally
    reload: ReloadSeen = NoReload()
    startup: Mapping[str, int] = {}
    price_seen: int = 0
    execution: Block = no_block
    exchange: Block = no_block
    digests: tuple[Profile | None, str] = (None, "")
    prices: deque[Decimal] = msgspec.field(default_factory=lambda: deque(maxlen=PRICES))
    lean: Lean | None = None

    def digest(self, profile: Profile) -> str:
        """Return the digest of a profile, worked out once."""
        if self.digests[0] is not profile:
            self.digests = (profile, profile.digest)
        return self.digests[1]


class View(msgspec.Struct, frozen=True, kw_only=True):
    """One look at a desk: price and market time are those of the last candle walked."""

    desk: Desk
    profile: Profile
    facts: Facts
    price: Decimal
    market_time: int
    now_wall: int


def view_of(desk: Desk, profile: Profile, facts: Facts, now_wall: int) -> View:
    """Look at a desk between steps; quiet candles moved the price though no step was taken."""
    price, market_time = desk.mark, desk.now
    candle = desk.venue.candle()
    if candle is not None:
        close = candle.at + profile.settings.candle_seconds * SECOND * 3 // 4
        if close >= market_time:
            price, market_time = candle.close, close
    return View(
        desk=desk,
        profile=profile,
        facts=facts,
        price=price,
        market_time=market_time,
        now_wall=now_wall,
    )


def in_base(amount: Decimal, price: Decimal) -> Decimal:
    """Say what an amount of quote is worth in base, to eight decimals; 0 without a price."""
    return (amount / price).quantize(PLACES) if price > ZERO else ZERO


def percent(part: Decimal, whole: Decimal) -> Decimal:
    """Say a part of a whole in percent, to four decimals; 0 of nothing."""
    return (part * 100 / whole).quantize(Decimal("1E-4")) if whole > ZERO else ZERO
