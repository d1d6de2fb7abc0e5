"""Say where a desk, its ledger and its venue disagree, between two ticks."""

from holdfast.domain.bookkeeping import AnomalyNoted, HoldSet
from holdfast.domain.events import CycleBooked, OrderFilled, OrderPlaced
from holdfast.domain.intents import PlaceOrder, RepriceOrder
from holdfast.domain.slots import OrderStatus, Role
from holdfast.engine.intents import Intents
from holdfast.engine.invariants import breaches
from holdfast.engine.parts import order_of

AUTOMATIC_HOLDS = {"invariant", "recon"}


def faults(world):
    """List where books, venue and ledger disagree; the world must be between ticks."""
    return [
        *_money(world),
        *_orders(world),
        *_history(world.rows(), world),
        *_ways(world),
        *_slots(world),
        *_again(world),
    ]


def _money(world):
    desk = world.desk
    accounts, balances = desk.books.accounts, world.venue.balances()
    for asset, total in accounts.sums().items():
        if total:
            yield f"{asset} sums to {total}"
    for asset, balance in balances.items():
        if balance.free + balance.held != accounts.total(asset):
            yield f"{asset}: venue {balance}, books {accounts.total(asset)}"
        if settled(world) and (balance.free, balance.held) != (
            accounts.free(asset),
            accounts.held(asset),
        ):
            yield (
                f"{asset}: venue {balance}, books free {accounts.free(asset)} "
                f"held {accounts.held(asset)}"
            )


def _ways(world):
    intents = Intents()
    for at, entry in world.timed_rows():
        for step in intents.take(at, entry):
            if not step.legal:
                yield f"{step.client_order_id} went from {step.before} to {step.after}"
    live = set(intents.live)
    if live != set(world.desk.books.orders):
        yield f"live by their ways {live ^ set(world.desk.books.orders)}"


def settled(world):
    """Say whether everything decided has been sent, and every end heard."""
    desk = world.desk
    return not desk.outbox and not any(_canceling(desk, one) for one in desk.books.orders)


def _canceling(desk, order_id):
    slot = desk.books.slots[desk.books.orders[order_id]]
    return order_of(slot, order_id).status is OrderStatus.CANCELING


def _orders(world):
    desk, venue = world.desk, world.venue
    unsent = {one.client_order_id for one in desk.outbox if isinstance(one, PlaceOrder)}
    known = set(desk.books.orders)
    resting = {row.client_order_id: row for row in venue.open_orders()}
    for order_id in resting.keys() - known:
        yield f"the venue rests {order_id}, the books do not"
    for order_id in resting.keys() & unsent:
        yield f"{order_id} is still to be sent, and rests already"
    moving = {one.client_order_id for one in desk.outbox if isinstance(one, RepriceOrder)}
    for order_id in known - resting.keys() - unsent - moving:  # one may fill before its move leaves
        if not _canceling(desk, order_id):
            yield f"the books rest {order_id}, the venue does not"
    for order_id in known & resting.keys():
        yield from _same_order(world, order_id, resting[order_id])


def _same_order(world, order_id, row):
    desk = world.desk
    order = order_of(desk.books.slots[desk.books.orders[order_id]], order_id)
    if order.filled != row.filled:
        yield f"{order_id} filled {order.filled}, at the venue {row.filled}"
    if settled(world) and (order.price, order.size) != (row.price, row.size):
        yield f"{order_id} is {order.size} at {order.price}, at the venue {row.size} at {row.price}"


def _history(rows, world):
    ours = [row.fill_id for row in rows if isinstance(row, OrderFilled)]
    theirs = [execution.fill_id for _, execution in world.venue.executions(0)]
    if sorted(ours) != sorted(theirs):
        yield f"fills of the ledger {ours}, of the venue {theirs}"
    cycles = [(row.slot, row.leg, row.cycle) for row in rows if isinstance(row, CycleBooked)]
    if len(set(cycles)) < len(cycles):
        yield "a cycle was booked twice"
    ids = [row.client_order_id for row in rows if isinstance(row, OrderPlaced)]
    if len(set(ids)) < len(ids):
        yield "an order id was used twice"
    for row in rows:
        if isinstance(row, HoldSet) and row.name in AUTOMATIC_HOLDS:
            yield f"hold {row.name}: {row.reason}"
        if isinstance(row, AnomalyNoted) and row.detail.startswith("Execution"):
            yield f"anomaly {row.kind}: {row.detail}"  # an end may be told twice, a fill never


def _slots(world):
    desk = world.desk
    for slot in desk.books.slots.values():
        for text in breaches(slot):
            yield f"slot {slot.slot_id}: {text}"
        yield from _exits(slot, desk.index.owed)
        if slot.draining:
            yield from _leaving(slot)


def _exits(slot, owed):
    lots = [(leg.lot, leg.order) for leg in (slot.a, slot.b)]
    lots += [(recovery.lot, recovery.order) for recovery in slot.recoveries]
    for lot, order in lots:
        if lot is not None and order is None and slot.slot_id not in owed:
            yield f"slot {slot.slot_id} lost the exit of cycle {lot.cycle}"


def _again(world):
    desk = world.desk
    restored = desk.ledger.restore()
    if restored.slots != desk.books.slots or restored.orders != desk.books.orders:
        yield "folding the ledger again gives other books"
    if restored.accounts.balances != desk.books.accounts.balances:
        yield "folding the ledger again gives other accounts"


def _leaving(slot):
    for leg in (slot.a, slot.b):
        order = leg.order
        if (
            order is not None
            and order.role is Role.ENTRY
            and order.status is not OrderStatus.CANCELING
        ):
            yield f"slot {slot.slot_id} leaves, and rests an entry on leg {leg.name}"
