"""List the orders nearest the price, with how far each is, and the price between them."""

from decimal import Decimal

from dashboards import theme
from dashboards.parts import markup
from dashboards.parts.empty_state import nothing
from dashboards.parts.markup import Cell, Column
from dashboards.standing import Resting

_COLUMNS = (
    Column("order"),
    Column("slot", right=True),
    Column("price", right=True),
    Column("distance %", right=True),
    Column("size", right=True),
)


def order_ladder(resting: list[Resting], mark: Decimal | None, base: str, *, each: int = 9) -> None:
    """Show up to `each` orders on both sides of the mark."""
    priced = sorted(
        (order for order in resting if order.price is not None),
        key=lambda order: order.price or Decimal(0),
        reverse=True,
    )
    markup.title("Order ladder", f"{len(priced)} resting, nearest shown, size in {base or 'base'}")
    if not priced or mark is None:
        nothing("No order rests.")
        return
    above = [order for order in priced if (order.price or 0) > mark][-each:]
    below = [order for order in priced if (order.price or 0) <= mark][:each]
    rows = [_row(order) for order in above]
    rows.append(["price now", "", theme.price(mark), "", ""])
    rows += [_row(order) for order in below]
    markup.table(_COLUMNS, rows, marked=len(above))


def _row(order: Resting) -> list[Cell | str]:
    tone = order.side if order.side in ("buy", "sell") else ""
    role = f"{order.side} {order.role}" + (" (recovery)" if order.recovery else "")
    return [
        Cell(role + (" not placed" if order.unplaced else ""), tone),
        str(order.slot),
        theme.price(order.price),
        theme.number(order.distance, 2, signed=True),
        theme.number(order.size, 2),
    ]
