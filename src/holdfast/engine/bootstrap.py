"""Say how a slot without orders is brought up, and how a missing side is repaired (core 2.1, 2.2).

Two sides whenever both can be paid for; else one, with the reason of the other named. The table is
read from the top and its first row that fits holds. The contract is docs/contracts/bootstrap.md.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

import msgspec

from holdfast.domain.money import ZERO, Instrument
from holdfast.domain.slots import LEG_A, LEG_B, Block, LegName, Slot, is_idle
from holdfast.engine.inputs import EntryWanted
from holdfast.engine.rules import Terms

BOOTSTRAP, BOOTSTRAP_REGIME, AUTO_REPAIR = "bootstrap", "bootstrap_regime", "auto_repair"
RESEED_QUOTE, RESEED_BASE = "bootstrap_reseed_quote", "bootstrap_reseed_base"
SHORT_ONLY, LONG_ONLY = "fallback_short_only", "fallback_long_only"
EXEMPT: Final = {
    "none": frozenset[str](),
    "bootstrap": frozenset({BOOTSTRAP, BOOTSTRAP_REGIME}),
    "repair": frozenset({BOOTSTRAP, BOOTSTRAP_REGIME, AUTO_REPAIR}),
}


class Means(msgspec.Struct, frozen=True):
    """What a slot may be brought up with: is there enough of each asset, and twice as much."""

    base: bool
    quote: bool
    twice_base: bool
    twice_quote: bool
    suppressed: LegName | None = None


class Row(msgspec.Struct, frozen=True):
    """One row of the table: when it fits, how its entries are tagged, and what each leg gets.

    A leg gets `normal` size, `least` the venue takes, `twice` that, or nothing.
    """

    number: int
    fits: Callable[[Means], bool]
    source: str = BOOTSTRAP
    b: str = ""
    a: str = ""


ROWS: Final = (
    Row(1, lambda m: m.suppressed is LEG_A and m.quote, BOOTSTRAP_REGIME, b="normal"),
    Row(2, lambda m: m.suppressed is LEG_A),
    Row(3, lambda m: m.suppressed is LEG_B and m.base, BOOTSTRAP_REGIME, a="normal"),
    Row(4, lambda m: m.suppressed is LEG_B),
    Row(5, lambda m: m.base and m.quote, BOOTSTRAP, b="normal", a="normal"),
    Row(6, lambda m: not m.quote and m.twice_base, RESEED_QUOTE, a="twice"),
    Row(7, lambda m: not m.base and m.twice_quote, RESEED_BASE, b="twice"),
    Row(8, lambda m: m.base, SHORT_ONLY, a="least"),
    Row(9, lambda m: m.quote, LONG_ONLY, b="least"),
    Row(10, lambda _: True),
)
_TIMES: Final = {"least": 1, "twice": 2}


def requirements(instrument: Instrument, mark: Decimal) -> tuple[Decimal, Decimal]:
    """Say how much base and quote the smallest entry of each side asks for.

    >>> doge = Instrument(symbol="DOGE/USD", base="DOGE", quote="USD", price_tick=Decimal("0.00001"),
    ...     size_step=Decimal(1), min_base=Decimal(13), maker_fee_pct=ZERO, taker_fee_pct=ZERO)
    >>> [str(amount) for amount in requirements(doge, Decimal("0.1"))]
    ['13', '1.3']
    """
    least = instrument.min_base
    return least, instrument.min_quote if instrument.min_quote > ZERO else least * mark


def means_of(terms: Terms) -> Means:
    """Weigh what is free against what the smallest entries ask for; no limit is enough.

    Twice as much quote is what twice the smallest size costs, where that is more than the venue's
    smallest notional: a reseed that cannot be paid for would keep a smaller entry away.
    """
    base, quote = terms.spare_base, terms.spare_quote
    least_base, least_quote = requirements(terms.rules.instrument, terms.mark)
    return Means(
        base is None or base >= least_base,
        quote is None or quote >= least_quote,
        base is None or base >= 2 * least_base,
        quote is None or quote >= 2 * max(least_quote, least_base * terms.mark),
        suppressed_side(terms),
    )


def suppressed_side(terms: Terms) -> LegName | None:
    """Name the one side that the regime keeps from entering, None where it keeps none or both."""
    held = [leg for leg in (LEG_A, LEG_B) if terms.blocks.get(leg) is Block.REGIME]
    return held[0] if len(held) == 1 else None


def row_for(means: Means) -> Row:
    """Find the row of the table that holds."""
    return next(row for row in ROWS if row.fits(means))


def bring_up(terms: Terms) -> tuple[EntryWanted, EntryWanted]:
    """Say what the legs of a slot without orders are to do, B first: scarce quote is asked first.

    A leg that its row leaves out names why: the regime, or what there is not enough of. The gate of
    bring-up, as docs/contracts/bootstrap.md has it.
    """
    row = row_for(means_of(terms))
    return _wanted(terms, row, LEG_B, row.b), _wanted(terms, row, LEG_A, row.a)


def repair(slot: Slot, leg: LegName, terms: Terms) -> EntryWanted:
    """Say what is to be done about the missing side of a slot (core 2.2).

    The gate is whether the missing side is suppressed now, whoever marked the slot (C-7, C-8): only
    active suppression, its cooldown with it, keeps a repair from being made. A slot with no orders
    at all is brought up by the table instead.
    """
    if is_idle(slot.a) and is_idle(slot.b):
        of_b, of_a = bring_up(terms)
        return of_a if leg is LEG_A else of_b
    return EntryWanted(leg=leg, reason=AUTO_REPAIR)


def _wanted(terms: Terms, row: Row, leg: LegName, share: str) -> EntryWanted:
    if not share:
        why = terms.blocks.get(leg, Block.NONE)
        return EntryWanted(
            leg=leg, reason=row.source, block=Block.BALANCE if why is Block.NONE else why
        )
    return EntryWanted(leg=leg, reason=row.source, least_times=_TIMES.get(share, 0))
