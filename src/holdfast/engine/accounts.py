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
    LateFilled,
    LotDusted,
    OrderEnded,
    OrderFilled,
    OrderPlaced,
    OrderRepriced,
)
from holdfast.domain.money import ZERO
from holdfast.domain.slots import BUY, LEG_A, LEG_B, Side

FREE = "venue:free"
HELD = "venue:held"
FEES = "fees"
EXTERNAL = "external"
DUST = "dust"
UNALLOCATED = "unallocated"
RESERVE = "reserve"
SLOT = "slot:"
_FIELDS = MappingProxyType({FREE: ("free_base", "free_quote"), HELD: ("held_base", "held_quote")})

Movement = tuple[str, str, Decimal]  # account, asset, amount


def slot_account(slot: int) -> str:
    """Name the account of a slot."""
    return f"{SLOT}{slot}"


def movements(event: Event | Note, base: str, quote: str) -> tuple[Movement, ...]:
    """Say what an event moves, as (account, asset, amount) rows that sum to zero per asset."""
    rule = _RULES.get(type(event))
    return () if rule is None else rule(event, base, quote)


class Accounts:
    """The balance of every account, folded from events.

    Orders and fills, which come by the thousand, move plain fields; what comes rarely goes through
    `movements`. Both say the same, and a test holds them together.
    """

    __slots__ = (
        "_others",
        "_slots",
        "base",
        "fees",
        "free_base",
        "free_quote",
        "held_base",
        "held_quote",
        "quote",
    )

    def __init__(self, base: str, quote: str) -> None:
        self.base = base
        self.quote = quote
        self.free_base = self.free_quote = ZERO
        self.held_base = self.held_quote = ZERO
        self.fees = ZERO
        self._slots: dict[int, list[Decimal]] = {}
        self._others: dict[tuple[str, str], Decimal] = {}

    def apply(self, event: Event | Note) -> None:
        """Move what the event moves."""
        if type(event) is OrderFilled:
            self.fill(event)
        elif type(event) is OrderPlaced:
            self.hold(event.side, event.hold)
        elif type(event) is OrderEnded:
            self.hold(event.side, -event.released)
        else:
            for account, asset, amount in movements(event, self.base, self.quote):
                self._move(account, asset, amount)

    def hold(self, side: Side, amount: Decimal) -> None:
        """Hold back, or free where it is negative, what an order of a side needs."""
        if side is BUY:
            self.free_quote -= amount
            self.held_quote += amount
        else:
            self.free_base -= amount
            self.held_base += amount

    def fill(self, event: OrderFilled) -> None:
        """Move base and quote of one execution."""
        size, cost, fee, released = event.size, event.cost, event.fee, event.released
        held = self._slots.get(event.slot)
        if held is None:
            held = self._slots[event.slot] = [ZERO, ZERO]
        if event.side is BUY:
            self.held_quote -= released
            self.free_quote += released - cost - fee
            self.free_base += size
            held[0] -= size
            held[1] += cost
        else:
            self.held_base -= released
            self.free_base += released - size
            self.free_quote += cost - fee
            held[0] += size
            held[1] -= cost
        self.fees += fee

    @property
    def balances(self) -> dict[tuple[str, str], Decimal]:
        """Return every account, by name and asset."""
        found = {
            (FREE, self.base): self.free_base,
            (FREE, self.quote): self.free_quote,
            (HELD, self.base): self.held_base,
            (HELD, self.quote): self.held_quote,
            (FEES, self.quote): self.fees,
        }
        for slot, (base, quote) in self._slots.items():
            found[slot_account(slot), self.base] = base
            found[slot_account(slot), self.quote] = quote
        return {**found, **self._others}

    @balances.setter
    def balances(self, balances: Mapping[tuple[str, str], Decimal]) -> None:
        self.free_base = self.free_quote = self.held_base = self.held_quote = self.fees = ZERO
        self._slots, self._others = {}, {}
        for (account, asset), amount in balances.items():
            self._move(account, asset, amount)

    def free(self, asset: str) -> Decimal:
        """Say what is free at the venue."""
        return self.free_base if asset == self.base else self.free_quote

    def held(self, asset: str) -> Decimal:
        """Say what resting orders hold back at the venue."""
        return self.held_base if asset == self.base else self.held_quote

    def total(self, asset: str) -> Decimal:
        """Say what the venue owes us of an asset, free and held."""
        return self.free(asset) + self.held(asset)

    def of(self, account: str, asset: str) -> Decimal:
        """Say the balance of an account that is neither the venue's nor a slot's."""
        return self._others.get((account, asset), ZERO)

    def sums(self) -> dict[str, Decimal]:
        """Sum every account per asset; each sum is zero or the books are broken."""
        sums = {self.base: ZERO, self.quote: ZERO}
        for (_, asset), amount in self.balances.items():
            sums[asset] = sums.get(asset, ZERO) + amount
        return sums

    def _move(self, account: str, asset: str, amount: Decimal) -> None:
        field = _FIELDS.get(account)
        if field is not None:
            name = field[0] if asset == self.base else field[1]
            setattr(self, name, getattr(self, name) + amount)
        elif account == FEES and asset == self.quote:
            self.fees += amount
        elif account.startswith(SLOT) and asset in {self.base, self.quote}:
            held = self._slots.setdefault(int(account.removeprefix(SLOT)), [ZERO, ZERO])
            held[asset != self.base] += amount
        else:
            key = (account, asset)
            self._others[key] = self._others.get(key, ZERO) + amount


def net(rows: Iterable[Movement]) -> dict[str, Decimal]:
    """Sum rows per asset."""
    sums: dict[str, Decimal] = {}
    for _, asset, amount in rows:
        sums[asset] = sums.get(asset, ZERO) + amount
    return sums


def _hold(event: OrderPlaced, base: str, quote: str) -> tuple[Movement, ...]:
    asset = quote if event.side is BUY else base
    return (FREE, asset, -event.hold), (HELD, asset, event.hold)


def _rehold(event: OrderRepriced, base: str, quote: str) -> tuple[Movement, ...]:
    asset = base if event.leg is LEG_A else quote
    change = event.hold - event.released
    return (FREE, asset, -change), (HELD, asset, change)


def _release(event: OrderEnded, base: str, quote: str) -> tuple[Movement, ...]:
    asset = quote if event.side is BUY else base
    return (HELD, asset, -event.released), (FREE, asset, event.released)


def _fill(event: OrderFilled, base: str, quote: str) -> tuple[Movement, ...]:
    slot = slot_account(event.slot)
    if event.side is BUY:
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


def _late(event: LateFilled, base: str, quote: str) -> tuple[Movement, ...]:
    sign = 1 if event.side is BUY else -1
    size, cost = sign * event.size, sign * event.cost
    return (
        (FREE, base, size),
        (UNALLOCATED, base, -size),
        (FREE, quote, -cost - event.fee),
        (UNALLOCATED, quote, cost),
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
    sign = 1 if event.leg is LEG_B else -1
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
        LateFilled: _late,
        InventoryMoved: _move,
        LotDusted: _dust,
        BalanceOpened: _open,
    }
)
