"""Say how long no tier of automatic release can be called for, whatever the mark does below a bound.

It holds while lots and account are as they are: the stuck share grows when a lot comes of age, and with
the mark, never otherwise.
"""

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from holdfast.domain.money import HUNDRED, ZERO
from holdfast.domain.slots import Lot
from holdfast.engine.gates import ReleaseRules
from holdfast.engine.rules import NEVER


class Calm(msgspec.Struct, frozen=True):
    """Nothing is called for before `until`, and below the mark `below`; None is any mark."""

    until: int
    below: Decimal | None


def calm_of(
    lots: Iterable[Lot], now: int, quote: Decimal, base: Decimal, rules: ReleaseRules
) -> Calm:
    """Look ahead from a moment at which no tier is called for; the account is what it owns in all."""
    until, stuck = NEVER, ZERO
    for lot in lots:
        if max(0, now - lot.opened_at) >= rules.stuck_min_age:
            stuck += lot.size - lot.closed
        else:
            until = min(until, lot.opened_at + rules.stuck_min_age)
    return Calm(until, _bound(stuck, quote, base, min(rules.max_stuck_pct, rules.panic_stuck_pct)))


def _bound(stuck: Decimal, quote: Decimal, base: Decimal, pct: Decimal) -> Decimal | None:
    """Solve `stuck * mark = pct % of (quote + base * mark)`; None where no mark reaches it."""
    over = stuck * HUNDRED - pct * base
    return pct * quote / over if over > ZERO else None
