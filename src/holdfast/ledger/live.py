"""Keep the rows that later events may still change: live orders, open positions, standing holds."""

from collections.abc import Iterable

from holdfast.domain.ids import position_id
from holdfast.domain.slots import Role
from holdfast.engine.intents import Intents
from holdfast.ledger.row import Row
from holdfast.ledger.rows import HoldRow, IntentRow, OrderRow, PositionRow, SessionRow
from holdfast.ledger.rows_alerts import AlertRow
from holdfast.ledger.rows_safety import PolicyRow, SignalRow


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
        self.ways = Intents()  # where each live order stands on its way to the venue
        self.signals: dict[tuple[str, str], SignalRow] = {}
        self.policies: dict[tuple[str, str], PolicyRow] = {}

    def take(self, rows: Iterable[Row]) -> None:
        """Take in rows as they were read back from the tables, oldest first."""
        for row in rows:
            match row:
                case SignalRow():
                    self.signals[row.source, row.signal_id] = row
                case PolicyRow():
                    self.policies[row.principal, row.field] = row
                case AlertRow():
                    self.alerts[row.name] = row
                case _:
                    self._take_trade(row)

    def _take_trade(self, row: Row) -> None:
        match row:
            case OrderRow():
                self.take_order(row)
            case IntentRow():
                self.intents.setdefault(row.client_order_id, []).append(row)
            case PositionRow():
                self.positions[row.position_id] = row
            case HoldRow():
                self.holds[row.name] = row
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
