"""Hold everything the exchange remembers, as plain values that can be written down whole.

Rules: times are virtual microseconds UTC; a balance is a total, what open orders hold back is told
apart; nothing here acts.
"""

from decimal import Decimal

import msgspec

ZERO = Decimal(0)


class Order(msgspec.Struct, kw_only=True):
    """One order, open or closed; `stamped` is when it was placed or last amended."""

    txid: str
    pair: str
    side: str
    kind: str
    price: Decimal
    vol: Decimal
    opened: int
    stamped: int
    rank: int
    cl_ord_id: str | None = None
    userref: int | None = None
    oflags: str = "fciq"
    tif: str = "GTC"
    expires: int = 0
    closed: int = 0
    status: str = "open"
    reason: str | None = None
    executed: Decimal = ZERO
    cost: Decimal = ZERO
    fee: Decimal = ZERO
    hold: Decimal = ZERO
    trades: list[str] = msgspec.field(default_factory=list)
    foreign: bool = False

    @property
    def left(self) -> Decimal:
        """What has not traded yet."""
        return self.vol - self.executed

    @property
    def buys(self) -> bool:
        """Say whether it buys."""
        return self.side == "buy"


class Trade(msgspec.Struct, frozen=True, kw_only=True):
    """One execution of an order."""

    txid: str
    number: int
    order: str
    pair: str
    side: str
    kind: str
    at: int
    price: Decimal
    vol: Decimal
    cost: Decimal
    fee: Decimal
    maker: bool


class LedgerRow(msgspec.Struct, frozen=True, kw_only=True):
    """One movement of one asset, and the balance after it; the fee is not part of the amount."""

    txid: str
    refid: str
    at: int
    kind: str
    asset: str
    amount: Decimal
    fee: Decimal
    balance: Decimal


class Counter(msgspec.Struct):
    """A number that rises with use and falls with time; `high` is the highest it was."""

    value: Decimal = ZERO
    at: int = 0
    high: Decimal = ZERO


class Budget(msgspec.Struct):
    """What of a candle's volume makers have had."""

    candle: int = -1
    used: Decimal = ZERO


class Rule(msgspec.Struct, kw_only=True):
    """One line of a fault plan, and how often it was met and acted."""

    kind: str
    endpoints: tuple[str, ...] = ()
    p: Decimal = Decimal(1)
    times: int = 0
    after: int = 0
    since: int = 0
    until: int = 0
    seed: int = 0
    when: str = "before"
    seconds: Decimal = ZERO
    status: int = 502
    fraction: Decimal = Decimal("0.5")
    mode: str = "maintenance"
    text: str = ""
    cl_ord_id: str = ""
    met: int = 0
    acted: int = 0


class State(msgspec.Struct, kw_only=True):
    """All of it."""

    now: int
    stepped: int = 0
    balances: dict[str, Decimal] = msgspec.field(default_factory=dict)
    orders: dict[str, Order] = msgspec.field(default_factory=dict)
    closed: list[str] = msgspec.field(default_factory=list)
    trades: list[Trade] = msgspec.field(default_factory=list)
    ledger: list[LedgerRow] = msgspec.field(default_factory=list)
    budgets: dict[str, Budget] = msgspec.field(default_factory=dict)
    rest: dict[str, Counter] = msgspec.field(default_factory=dict)
    engine: dict[str, Counter] = msgspec.field(default_factory=dict)
    nonces: dict[str, int] = msgspec.field(default_factory=dict)
    used: dict[str, int] = msgspec.field(default_factory=dict)
    rejects: dict[str, int] = msgspec.field(default_factory=dict)
    calls: dict[str, int] = msgspec.field(default_factory=dict)
    high_open: dict[str, int] = msgspec.field(default_factory=dict)
    faults: list[Rule] = msgspec.field(default_factory=list)
    plan: str = ""
    dead_man: int = 0
    serial: int = 0
