"""Keep double entry: every event that moves base or quote moves it between two named accounts.

`venue:free` and `venue:held` are what the venue owes us; every other account is its counterpart, so
a slot that holds 20 of base stands at -20, and each asset sums to zero over all accounts.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from holdfast.domain.bookkeeping import Note
from holdfast.domain.events import (
    BalanceOpened,
    Event,
    InventoryMoved,
    LotDusted,
    OrderEnded,
    OrderFilled,
    OrderPlaced,
    OrderRepriced,
)
from holdfast.domain.money import ZERO
from holdfast.domain.slots import LegName, Side

FREE = "venue:free"
HELD = "venue:held"
FEES = "fees"
EXTERNAL = "external"
DUST = "dust"
UNALLOCATED = "unallocated"
RESERVE = "reserve"

Movement = tuple[str, str, Decimal]  # account, asset, amount


def slot_account(slot: int) -> str:
    """Name the account of a slot."""
    return f"slot:{slot}"


def movements(event: Event | Note, base: str, quote: str) -> tuple[Movement, ...]:
    """Say what an event moves, as (account, asset, amount) rows that sum to zero per asset."""
    rule = _RULES.get(type(event))
    return () if rule is None else rule(event, base, quote)


class Accounts:
    """The balance of every account, folded from events."""

    def __init__(self, base: str, quote: str) -> None:
        self.base = base
        self.quote = quote
        self.balances: dict[tuple[str, str], Decimal] = {
            (FREE, base): ZERO,
            (FREE, quote): ZERO,
            (HELD, base): ZERO,
            (HELD, quote): ZERO,
        }

    def apply(self, event: Event | Note) -> None:
        """Move what the event moves."""
        balances = self.balances
        for account, asset, amount in movements(event, self.base, self.quote):
            key = (account, asset)
            balances[key] = balances.get(key, ZERO) + amount

    def free(self, asset: str) -> Decimal:
        """Say what is free at the venue."""
        return self.balances[FREE, asset]

    def held(self, asset: str) -> Decimal:
        """Say what resting orders hold back at the venue."""
        return self.balances[HELD, asset]

    def total(self, asset: str) -> Decimal:
        """Say what the venue owes us of an asset, free and held."""
        return self.balances[FREE, asset] + self.balances[HELD, asset]

    def sums(self) -> dict[str, Decimal]:
        """Sum every account per asset; each sum is zero or the books are broken."""
        sums = {self.base: ZERO, self.quote: ZERO}
        for (_, asset), amount in self.balances.items():
            sums[asset] = sums.get(asset, ZERO) + amount
        return sums


def net(rows: Iterable[Movement]) -> dict[str, Decimal]:
    """Sum rows per asset."""
    sums: dict[str, Decimal] = {}
    for _, asset, amount in rows:
        sums[asset] = sums.get(asset, ZERO) + amount
    return sums


def _hold(event: OrderPlaced, base: str, quote: str) -> tuple[Movement, ...]:
    asset = quote if event.side is Side.BUY else base
    return (FREE, asset, -event.hold), (HELD, asset, event.hold)


def _rehold(event: OrderRepriced, base: str, quote: str) -> tuple[Movement, ...]:
    asset = base if event.leg is LegName.A else quote
    change = event.hold - event.released
    return (FREE, asset, -change), (HELD, asset, change)


def _release(event: OrderEnded, base: str, quote: str) -> tuple[Movement, ...]:
    asset = quote if event.side is Side.BUY else base
    return (HELD, asset, -event.released), (FREE, asset, event.released)


def _fill(event: OrderFilled, base: str, quote: str) -> tuple[Movement, ...]:
    slot = slot_account(event.slot)
    if event.side is Side.BUY:
        return (
            (HELD, quote, -event.released),
            (FREE, quote, event.released - event.cost - event.fee),
            (slot, quote, event.cost),
            (FEES, quote, event.fee),
            (FREE, base, event.size),
            (slot, base, -event.size),
        )
    return (
        (HELD, base, -event.released),
        (FREE, base, event.released - event.size),
        (slot, base, event.size),
        (FREE, quote, event.cost - event.fee),
        (slot, quote, -event.cost),
        (FEES, quote, event.fee),
    )


def _move(event: InventoryMoved, base: str, quote: str) -> tuple[Movement, ...]:
    return (
        (event.source, base, event.base),
        (event.target, base, -event.base),
        (event.source, quote, event.quote),
        (event.target, quote, -event.quote),
    )


def _dust(event: LotDusted, base: str, quote: str) -> tuple[Movement, ...]:
    slot = slot_account(event.slot)
    sign = 1 if event.leg is LegName.B else -1
    return (
        (slot, base, sign * event.size),
        (DUST, base, -sign * event.size),
        (slot, quote, -sign * event.cost),
        (DUST, quote, sign * event.cost),
    )


def _open(event: BalanceOpened, base: str, quote: str) -> tuple[Movement, ...]:
    del base, quote
    return (FREE, event.asset, event.amount), (EXTERNAL, event.asset, -event.amount)


_RULES: Mapping[type, Callable[[Any, str, str], tuple[Movement, ...]]] = MappingProxyType(
    {
        OrderPlaced: _hold,
        OrderRepriced: _rehold,
        OrderEnded: _release,
        OrderFilled: _fill,
        InventoryMoved: _move,
        LotDusted: _dust,
        BalanceOpened: _open,
    }
)
