"""Shape the plain amount of an entry: a share of the free quote, layers of capital, swept dust.

Base sizing is never shaped: an entry there is exactly the size the profile names.
"""

from decimal import Decimal

import msgspec

from holdfast.domain.slots import LEG_B, LegName
from holdfast.engine.allocation import Funds, Sharing, buy_amount, dust_dividend, swept
from holdfast.engine.layers import Layering, layer_amount, layers


class Shaping(msgspec.Struct, frozen=True, kw_only=True):
    """What shapes entries; a part that is None is off."""

    sharing: Sharing | None = None
    layering: Layering | None = None


def shaped(
    shaping: Shaping, leg: LegName, size: Decimal, plain: Decimal, funds: Funds, mark: Decimal
) -> Decimal:
    """Say what an entry may use; `size` is the order size, `plain` that with what was earned."""
    amount, sharing, layering = plain, shaping.sharing, shaping.layering
    if sharing is not None and leg is LEG_B:
        amount = buy_amount(sharing, size, plain, funds)
    added = amount
    if layering is not None:
        added += layer_amount(layering, layers(layering, funds, mark), mark)
    if sharing is not None and sharing.dust and funds.asks and leg is LEG_B:
        added = swept(sharing, added, dust_dividend(sharing, amount, funds))
    return added
