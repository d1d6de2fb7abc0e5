"""Compare the books of a desk with its venue's own balances, to the last unit.

A run settles before it ends, so nothing is allowed for: free and held must be equal, asset by asset.
"""

from decimal import Decimal

from holdfast.desk.desk import Desk
from holdfast.domain.money import ZERO
from holdfast.venue.port import Balance


def compare(desk: Desk) -> list[str]:
    """Say in words where a venue account of the books differs, or where accounts do not sum to zero."""
    accounts, balances = desk.books.accounts, desk.venue.balances()
    found: list[str] = []
    none = Balance(ZERO, ZERO)
    for asset in sorted({*balances, accounts.base, accounts.quote}):
        there = balances.get(asset, none)
        found += _differs(asset, "free", accounts.free(asset), there.free)
        found += _differs(asset, "held", accounts.held(asset), there.held)
    for asset, total in accounts.sums().items():
        if total:
            found.append(f"all accounts together hold {total:f} {asset}, and must hold 0")
    return found


def _differs(asset: str, name: str, ours: Decimal, theirs: Decimal) -> list[str]:
    if ours == theirs:
        return []
    text = f"the ledger has {ours:f} {asset} {name}, the venue {theirs:f}"
    return [f"{text}; difference {ours - theirs:f}"]
