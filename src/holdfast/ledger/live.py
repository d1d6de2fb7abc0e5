"""Keep the rows that later events may still change: live orders, open positions, standing holds."""

from collections.abc import Iterable

from holdfast.domain.ids import position_id
from holdfast.domain.slots import Role
from holdfast.ledger.rows import (
    AlertRow,
    HoldRow,
    IntentRow,
    OrderRow,
    PositionRow,
    Row,
    SessionRow,
)


class LiveRows:
    """Rows by the name under which an event will ask for them."""

    def __init__(self) -> None:
        self.orders: dict[str, OrderRow] = {}
        self.intents: dict[str, list[IntentRow]] = {}
        self.positions: dict[str, PositionRow] = {}
        self.holds: dict[str, HoldRow] = {}
        self.alerts: dict[str, AlertRow] = {}
        self.session: SessionRow | None = None
        self.fill_ids: dict[str, set[str]] = {}
        self.exits: dict[str, str] = {}  # position_id → the live exit order

    def take(self, rows: Iterable[Row]) -> None:
        """Take in rows as they were read back from the tables, oldest first."""
        for row in rows:
            match row:
                case OrderRow():
                    self.take_order(row)
                case IntentRow():
                    self.intents.setdefault(row.client_order_id, []).append(row)
                case PositionRow():
                    self.positions[row.position_id] = row
                case HoldRow():
                    self.holds[row.name] = row
                case AlertRow():
                    self.alerts[row.name] = row
                case SessionRow():
                    self.session = row
                case _:
                    pass

    def take_order(self, row: OrderRow) -> None:
        """Take in a live order."""
        self.orders[row.client_order_id] = row
        if row.role == Role.EXIT.value:
            self.exits[position_id(row.slot_id, row.leg, row.cycle)] = row.client_order_id

    def end_order(self, client_order_id: str) -> list[IntentRow]:
        """Forget an order that is over; return its intents."""
        row = self.orders.pop(client_order_id, None)
        if row is not None and row.role == Role.EXIT.value:
            self.exits.pop(position_id(row.slot_id, row.leg, row.cycle), None)
        self.fill_ids.pop(client_order_id, None)
        return self.intents.pop(client_order_id, [])
