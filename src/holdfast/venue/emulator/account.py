"""Keep the account: totals, what open orders hold back, and a ledger row for every movement.

Rules: a total changes only together with a ledger row; what is held never exceeds the total; a buy
holds its cost and its fee, rounded up, a sell its volume. Costs and fees are cut off at the pair's
decimals, so that the parts of an order never cost more than its hold.
"""

from decimal import ROUND_CEILING, ROUND_DOWN, Decimal

from holdfast.domain.money import CENT
from holdfast.venue.emulator import names, refusals
from holdfast.venue.emulator.listing import BY_PAIR, FEES, MAKER_PCT, Pair
from holdfast.venue.emulator.refusals import Refused
from holdfast.venue.emulator.state import ZERO, LedgerRow, Order, State, Trade

TAKER_PCT = FEES[0][2]


class Account:
    """The money of the exchange's one account."""

    def __init__(self, state: State, seed: int) -> None:
        self.state = state
        self._seed = seed
        self._held: dict[str, Decimal] = {}
        for order in state.orders.values():
            if order.status == "open":
                self._move_hold(order, order.hold)

    def total(self, asset: str) -> Decimal:
        """Say what there is of an asset, held back or not."""
        return self.state.balances.get(asset, ZERO)

    def held(self, asset: str) -> Decimal:
        """Say what open orders hold back of an asset."""
        return self._held.get(asset, ZERO)

    def free(self, asset: str) -> Decimal:
        """Say what new orders may use of an asset."""
        return self.total(asset) - self.held(asset)

    def hold(self, order: Order, amount: Decimal) -> None:
        """Let an order hold back so much from now on; refuse where that is not there."""
        more = amount - order.hold
        if more > self.free(held_asset(order)):
            raise Refused(refusals.FUNDS)
        order.hold = amount
        self._move_hold(order, more)

    def release(self, order: Order) -> None:
        """Give back all an order holds."""
        self._move_hold(order, -order.hold)
        order.hold = ZERO

    def settle(self, order: Order, trade: Trade) -> None:
        """Book a trade: base against quote, the fee in quote, and the hold of what traded."""
        pair, state = BY_PAIR[trade.pair], self.state
        order.executed += trade.vol
        order.cost += trade.cost
        order.fee += trade.fee
        order.trades.append(trade.txid)
        state.trades.append(trade)
        spent = trade.cost + trade.fee if order.buys else trade.vol
        self._move_hold(order, -spent)
        order.hold -= spent
        sign = 1 if order.buys else -1
        self.move(pair.base, sign * trade.vol, ZERO, "trade", trade.txid, trade.at)
        self.move(pair.quote, -sign * trade.cost, trade.fee, "trade", trade.txid, trade.at)

    def move(
        self, asset: str, amount: Decimal, fee: Decimal, kind: str, refid: str, at: int
    ) -> LedgerRow:
        """Change a total, with its row in the ledger."""
        state = self.state
        balance = self.total(asset) + amount - fee
        state.balances[asset] = balance
        row = LedgerRow(
            txid=names.txid(self._seed, names.LEDGER, len(state.ledger)),
            refid=refid,
            at=at,
            kind=kind,
            asset=asset,
            amount=amount,
            fee=fee,
            balance=balance,
        )
        state.ledger.append(row)
        return row

    def _move_hold(self, order: Order, change: Decimal) -> None:
        asset = held_asset(order)
        self._held[asset] = self.held(asset) + change


def held_asset(order: Order) -> str:
    """Say which asset an order holds back."""
    pair = BY_PAIR[order.pair]
    return pair.quote if order.buys else pair.base


def needed(pair: Pair, order: Order, *, taker: bool) -> Decimal:
    """Say what the rest of a limit order has to hold back."""
    if not order.buys:
        return order.left
    rate = TAKER_PCT if taker else MAKER_PCT
    return (order.left * order.price * (1 + rate * CENT)).quantize(pair.cent, ROUND_CEILING)


def cost_of(pair: Pair, price: Decimal, vol: Decimal) -> Decimal:
    """Say what a volume costs, in the pair's decimals."""
    return (price * vol).quantize(pair.cent, ROUND_DOWN)


def fee_of(pair: Pair, cost: Decimal, *, maker: bool) -> Decimal:
    """Say the fee on a cost, at the lowest tier of volume."""
    rate = MAKER_PCT if maker else TAKER_PCT
    return (cost * rate * CENT).quantize(pair.cent, ROUND_DOWN)
