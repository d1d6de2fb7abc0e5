"""Say in plain sentences why a slot stands as it does, from what is recorded."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType

from holdfast.desk.desk import Desk
from holdfast.domain.errors import CommandRefused
from holdfast.domain.market import SECOND
from holdfast.domain.money import ZERO
from holdfast.domain.slots import Block, Leg, Order, OrderStatus, Role, Slot, entry_side, phase

REASONS: Mapping[Block, str] = MappingProxyType(
    {
        Block.NONE: "no reason is recorded; it is asked again in the next step",
        Block.BALANCE: "there is not enough free {asset} for an entry",
        Block.REGIME: "the market regime suppresses this side",
        Block.COOLDOWN: "it rests after its last cycle until {until}",
        Block.CAPACITY: "the open-order cap has no room for another entry",
        Block.DEFERRED: "the entries this tick may add were used up; it waits in line",
        Block.MOMENTUM: "momentum speaks against this side",
        Block.MIN_SIZE: "an entry would be smaller than the venue takes",
        Block.PACING: "the slot is new and waits for its turn to be brought up",
        Block.BUDGET: "the calls this tick may make were used up; it waits in line",
        Block.HOLD: "the desk is held, and no hold lets an entry through",
        Block.UNKNOWN: "the outcome of an order is not proven yet",
        Block.STALE_PRICE: "the price is too old to place an order by",
        Block.OPERATOR: "it was told to stay off: until open_slot asks for it, or because the slot leaves",
        Block.RISK: "the risk policy refuses an entry; the refusals name the limit",
    }
)


def why(desk: Desk, slot_id: int) -> list[str]:
    """Explain one slot; refuse where there is none."""
    slot = desk.books.slots.get(slot_id)
    if slot is None:
        raise CommandRefused(f"there is no slot {slot_id}")
    return list(_sentences(desk, slot))


def _sentences(desk: Desk, slot: Slot) -> Iterator[str]:
    kind = "sticky" if slot.sticky else "cycling"
    yield (
        f"Slot {slot.slot_id} is {kind}, in phase {phase(slot).value}, "
        f"after {slot.round_trips} round trips with net {slot.net_profit:f}."
    )
    if slot.draining:
        yield "It is leaving: it takes no entries and retires when it owes and rests nothing."
    for name, reason in sorted(desk.books.holds.items()):
        yield f"The hold {name} stands ({reason or 'no reason given'}), so no entry is placed."
    for leg in (slot.b, slot.a):
        yield from _leg(desk, leg)
    for one in slot.recoveries:
        rests = f"rests at {one.order.price:f}" if one.order else "waits to be placed again"
        yield (
            f"Recovery {one.recovery_id} of leg {one.leg} was set aside on "
            f"{moment(one.orphaned_at)} ({one.reason}); its exit {rests}."
        )


def _leg(desk: Desk, leg: Leg) -> Iterator[str]:
    name = f"Leg {leg.name.value} ({entry_side(leg.name).value}s first)"
    order, lot = leg.order, leg.lot
    if order is not None:
        yield f"{name} rests {_order(desk, order)}."
        if order.status is OrderStatus.CANCELING:
            yield f"Its cancel was asked for and is not proven yet ({order.client_order_id})."
        if order.role is Role.ENTRY and leg.refresh_cooldown_until > desk.now:
            until = moment(leg.refresh_cooldown_until)
            yield f"It was moved {leg.refreshes} times one way and stays where it is until {until}."
    elif lot is not None:
        left = lot.size - lot.closed
        yield f"{name} owes an exit of {left:f} that does not rest; it is tried first in every step."
    else:
        yield f"{name} has no entry: {reason_of(desk, leg)}{_since(leg)}."
    if leg.losses:
        yield f"Leg {leg.name.value} has lost {leg.losses} times in a row."


def _order(desk: Desk, order: Order) -> str:
    away = ""
    if desk.mark > ZERO:
        percent = ((order.price - desk.mark) * 100 / desk.mark).quantize(Decimal("0.01"))
        away = f", {percent:+f} % from the mark {desk.mark:f}"
    part = f" ({order.filled:f} of it filled)" if order.filled else ""
    answered = "" if order.client_order_id not in desk.books.unanswered else ", unanswered so far"
    return (
        f"an {order.role.value}: {order.side.value} {order.size:f}{part} at {order.price:f}{away}, "
        f"since {moment(order.placed_at)}{answered}"
    )


def reason_of(desk: Desk, leg: Leg) -> str:
    """Say why an idle leg has no entry."""
    accounts = desk.books.accounts
    buys = entry_side(leg.name).value == "buy"
    return REASONS[leg.block].format(
        asset=accounts.quote if buys else accounts.base, until=moment(leg.cooldown_until)
    )


def _since(leg: Leg) -> str:
    return f" (since {moment(leg.blocked_at)})" if leg.blocked_at else ""


def moment(at: int) -> str:
    """Write a market time for people."""
    return f"{datetime.fromtimestamp(at // SECOND, UTC):%Y-%m-%d %H:%M:%S} UTC"
