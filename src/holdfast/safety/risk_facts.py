"""Read what a policy asks of a desk out of its books, its past and the moment."""

from decimal import Decimal

import msgspec

from holdfast.domain.money import ZERO, Instrument
from holdfast.domain.slots import ENTRY
from holdfast.engine.accounts import EXTERNAL
from holdfast.engine.books import Books
from holdfast.safety.risk_memory import RiskMemory
from holdfast.safety.risk_state import RiskState


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """What the books do not know: the time, the price and since when, the mode, the other desks.

    `others` is the exposure of the account's other desks, in quote; None while nobody knows.
    """

    at: int
    mid: Decimal
    price_at: int
    mode: str
    env: str
    others: Decimal | None = ZERO


class BookFacts:
    """The facts of one step; what the books take in meanwhile counts at once."""

    def __init__(
        self, books: Books, memory: RiskMemory, instrument: Instrument, moment: Moment
    ) -> None:
        self._books = books
        self._memory = memory
        self._instrument = instrument
        self._moment = moment

    def price_at(self) -> int:
        """Say when the price that is decided on was seen."""
        return self._moment.price_at

    def state(self) -> RiskState:
        """Say how the desk stands now."""
        books, memory, moment = self._books, self._memory, self._moment
        accounts, instrument = books.accounts, self._instrument
        exposure = exposure_of(books, moment.mid)
        equity = equity_of(books, moment.mid)
        return RiskState(
            at=moment.at,
            env=moment.env,
            symbol=instrument.symbol,
            mode=moment.mode,
            mid=moment.mid,
            symbol_exposure=exposure,
            total_exposure=None if moment.others is None else exposure + moment.others,
            open_notional=open_notional_of(books),
            open_orders=len(books.orders),
            minute_orders=memory.entries_of_a_minute(moment.at),
            day_orders=memory.entries_of_the_day(moment.at),
            day_loss=memory.loss_of_the_day(moment.at),
            total_loss=memory.total_loss,
            equity=equity,
            peak_equity=memory.see(equity, moment.mid),
            free_quote=accounts.free_quote,
            free_base=accounts.free_base,
            min_base=instrument.min_base,
            min_quote=instrument.min_quote,
        )


def exposure_of(books: Books, mark: Decimal) -> Decimal:
    """Add up open entries, and the inventory above the base that came in from outside."""
    entries = ZERO
    for slot in books.slots.values():
        for leg in (slot.a, slot.b):
            order = leg.order
            if order is not None and order.role is ENTRY:
                entries += order.price * (order.size - order.filled)
    return entries + inventory_above(books) * mark


def inventory_above(books: Books) -> Decimal:
    """Say how much base there is beyond what came in from outside, at least none."""
    accounts = books.accounts
    came_in = -accounts.balances.get((EXTERNAL, accounts.base), ZERO)
    return max(ZERO, accounts.free_base + accounts.held_base - came_in)


def open_notional_of(books: Books) -> Decimal:
    """Add up what every open order still asks for, exits too."""
    total = ZERO
    for slot in books.slots.values():
        orders = (slot.a.order, slot.b.order, *(one.order for one in slot.recoveries))
        total += sum((one.price * (one.size - one.filled) for one in orders if one), ZERO)
    return total


def equity_of(books: Books, mark: Decimal) -> Decimal:
    """Say what everything the venue holds for us is worth."""
    accounts = books.accounts
    base = accounts.free_base + accounts.held_base
    return accounts.free_quote + accounts.held_quote + base * mark
