"""Say how many layers of capital the free balances carry (core Appendix A).

A layer adds the same amount of base to every order of the desk; off while its target is 0.
"""

from decimal import ROUND_FLOOR, Decimal
from typing import Literal

import msgspec

from holdfast.domain.money import ZERO
from holdfast.engine.allocation import Funds

Source = Literal["AUTO", "DOGE", "USD"]


class Layering(msgspec.Struct, frozen=True, kw_only=True):
    """How many layers are asked for, what each adds to an order, and what must be there for it.

    `buffer` is the balance a layer must find as a multiple of its need; `budget` the orders it is
    planned for; `source` the balance that carries it, AUTO both.
    """

    target: int = 0
    base_per_order: Decimal = Decimal(1)
    buffer: Decimal = Decimal("1.03")
    budget: int = 225
    source: Source = "AUTO"


class Layers(msgspec.Struct, frozen=True, kw_only=True):
    """Layers in force and what each balance would carry; `short_*` is what the rest is short of."""

    target: int
    in_force: int
    from_base: int
    from_quote: int
    short_base: Decimal
    short_quote: Decimal

    @property
    def short(self) -> int:
        """Say how many layers are asked for and not carried."""
        return max(0, self.target - self.in_force)


def layers(layering: Layering, funds: Funds, mark: Decimal) -> Layers:
    """Say how many layers hold.

    >>> funds = Funds(free_base=Decimal(1000), free_quote=Decimal(10), buys=10, sells=10)
    >>> found = layers(Layering(target=20), funds, Decimal("0.1"))
    >>> found.from_base, found.from_quote, found.in_force
    (97, 9, 9)
    """
    each = layering.base_per_order
    need_base = max(1, funds.sells) * each * layering.buffer
    need_quote = max(1, funds.buys) * each * mark * layering.buffer
    from_base = _whole(funds.free_base, need_base)
    from_quote = _whole(funds.free_quote, need_quote)
    carried = {"DOGE": (from_base,), "USD": (from_quote,)}.get(
        layering.source, (from_base, from_quote)
    )
    in_force = max(0, min(layering.target, *carried))
    return Layers(
        target=layering.target,
        in_force=in_force,
        from_base=from_base,
        from_quote=from_quote,
        short_base=max(0, layering.target - from_base) * each * max(1, funds.sells),
        short_quote=max(0, layering.target - from_quote) * each * mark * max(1, funds.buys),
    )


def layer_amount(layering: Layering, found: Layers, mark: Decimal) -> Decimal:
    """Say what the layers in force add to one order, in quote."""
    return found.in_force * layering.base_per_order * mark


def _whole(free: Decimal, need: Decimal) -> int:
    return int((max(ZERO, free) / need).to_integral_value(ROUND_FLOOR)) if need > ZERO else 0
