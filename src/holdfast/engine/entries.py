"""Place, move and withdraw entries (core F8, F9)."""

from decimal import Decimal

from holdfast.domain.events import CancelAsked, OrderRepriced, RefreshPaused
from holdfast.domain.money import held_for_buy
from holdfast.domain.slots import (
    BUY,
    ENTRY,
    FREE_TO_ENTER,
    LEG_A,
    LEG_B,
    SELL,
    Block,
    Direction,
    Leg,
    LegName,
    Order,
    OrderStatus,
    Phase,
    is_idle,
    phase,
)
from holdfast.engine.draft import Draft
from holdfast.engine.inputs import CancelWanted, EntryWanted, SideSuppressed
from holdfast.engine.pricing import (
    entry_price,
    entry_size,
    is_stale,
    least_size,
    refresh_distance,
)
from holdfast.engine.sizing import entry_amount

_KEPT = frozenset(
    {Block.PACING, Block.COOLDOWN, Block.OPERATOR}
)  # what suppression does not overwrite


def want_entry(draft: Draft, wanted: EntryWanted) -> None:
    """Give an idle leg an entry, or note why it has none (F8)."""
    if wanted.block is not FREE_TO_ENTER:
        leg = draft.leg(wanted.leg)
        if is_idle(leg) and not draft.slot.draining:
            draft.block(wanted.leg, wanted.block)
        return
    enter(draft, wanted.leg, wanted.reason, wanted.amount, wanted.least_times)


def enter(
    draft: Draft,
    name: LegName,
    reason: str,
    amount: Decimal | None = None,
    least_times: int = 0,
) -> None:
    """Place the entry of an idle leg where nothing stands in its way."""
    terms = draft.terms
    slot = draft.slot
    leg = slot.a if name is LEG_A else slot.b
    if leg.order is not None or leg.lot is not None:
        return
    if slot.draining:
        draft.block(name, Block.OPERATOR)
        return
    why = terms.blocks.get(name, terms.block) if terms.blocks else terms.block
    if why is not FREE_TO_ENTER:
        draft.block(name, why)
    elif terms.now < leg.cooldown_until:
        draft.block(name, Block.COOLDOWN, leg.cooldown_until)
    else:
        _place_entry(draft, leg, reason, amount, least_times)


def suppress(draft: Draft, seen: SideSuppressed) -> None:
    """Take a suppressed side off a slot without exits, or say that it is why the side is missing.

    A new slot keeps its place in line, a leg that rests keeps its time.
    """
    if phase(draft.slot) is not Phase.S0 or draft.slot.draining:
        return
    leg = draft.leg(seen.leg)
    order = leg.order
    if order is not None:
        if order.status is OrderStatus.PLACED:
            _cancel(draft, order, "suppressed")
    elif leg.block not in _KEPT:
        draft.block(seen.leg, seen.why)


def refresh(draft: Draft) -> None:
    """Move at most one entry that the mark ran away from (F9)."""
    terms = draft.terms
    if terms.rules.refresh_pct <= 0:
        return
    distance = refresh_distance(terms.rules, draft.slot.slot_id)
    for leg, order in _resting_entries(draft):
        if not is_stale(order.price, terms.mark, distance):
            continue
        if terms.now < leg.refresh_cooldown_until:
            continue
        _refresh_one(draft, leg, order)
        return


def withdraw(draft: Draft, wanted: CancelWanted) -> None:
    """Ask for the end of every resting entry, or of the one named."""
    for _, order in _resting_entries(draft):
        if wanted.client_order_id in {None, order.client_order_id}:
            _cancel(draft, order, wanted.reason)


def _place_entry(
    draft: Draft, leg: Leg, reason: str, given: Decimal | None, least_times: int
) -> None:
    terms, name = draft.terms, leg.name
    price = entry_price(terms.rules, name, draft.slot.slot_id, terms.mark, leg.losses)
    if least_times:
        size = least_size(terms.rules.instrument, price, least_times)
    else:
        size = _size(draft, name, price, given)
    if size is None:
        draft.block(name, Block.MIN_SIZE)
        return
    on_a = name is LEG_A
    side = SELL if on_a else BUY
    hold = size if on_a else held_for_buy(price, size, terms.rules.instrument)
    if not draft.affords(side, hold):
        draft.block(name, Block.BALANCE)
        return
    draft.place(name, ENTRY, side, leg.cycle, leg.attempts + 1, price, size, hold, reason)


def _size(draft: Draft, name: LegName, price: Decimal, given: Decimal | None) -> Decimal | None:
    terms = draft.terms
    if given is None and not terms.amounts:
        amount = entry_amount(terms.sizing, draft.slot, terms.mark, terms.rules.instrument)
    else:
        amount = _amount(draft, name) if given is None else given
    return entry_size(terms.rules, price, amount)


def _amount(draft: Draft, name: LegName) -> Decimal:
    terms = draft.terms
    given = terms.amounts.get(name) if terms.amounts else None
    if given is not None:
        return given
    return entry_amount(terms.sizing, draft.slot, terms.mark, terms.rules.instrument)


def _resting_entries(draft: Draft) -> list[tuple[Leg, Order]]:
    found = [
        (leg, leg.order)
        for leg in (draft.slot.a, draft.slot.b)
        if leg.order is not None
        and leg.order.role is ENTRY
        and leg.order.status is OrderStatus.PLACED
    ]
    if len(found) > 1 and found[0][1].local_id > found[1][1].local_id:
        found.reverse()
    return found


def _refresh_one(draft: Draft, leg: Leg, order: Order) -> None:
    terms = draft.terms
    rules = terms.rules
    direction = Direction.UP if terms.mark > order.price else Direction.DOWN
    over = leg.refreshes >= rules.max_refreshes and leg.refresh_cooldown_until > 0
    so_far = 0 if over else leg.refreshes
    count = so_far + 1 if direction is leg.refresh_direction else 1
    if count >= rules.max_refreshes:
        draft.emit(
            RefreshPaused(
                slot=draft.slot.slot_id,
                leg=leg.name,
                refreshes=count,
                direction=direction,
                until=terms.now + rules.refresh_cooldown,
            )
        )
    elif order.filled:
        _cancel(draft, order, "stale_entry", count, direction)
    else:
        _move(draft, leg, order, count, direction)


def _move(draft: Draft, leg: Leg, order: Order, count: int, direction: Direction) -> None:
    terms = draft.terms
    price = entry_price(terms.rules, leg.name, draft.slot.slot_id, terms.mark, leg.losses)
    size = entry_size(terms.rules, price, _amount(draft, leg.name))
    hold = order.hold if size is None else draft.hold_of(order.side, price, size)
    if size is None or not draft.affords(order.side, hold, order.hold):
        _cancel(draft, order, "stale_entry", count, direction)
        return
    draft.emit(
        OrderRepriced(
            slot=draft.slot.slot_id,
            leg=leg.name,
            client_order_id=order.client_order_id,
            local_id=draft.slot.next_local_id,
            revision=order.revision + 1,
            price=price,
            size=size,
            hold=hold,
            released=order.hold,
            reason="refresh_entry",
            refreshes=count,
            direction=direction,
            mark=terms.mark,
            rules=terms.rules.digest,
        )
    )


def _cancel(
    draft: Draft,
    order: Order,
    reason: str,
    refreshes: int = 0,
    direction: Direction | None = None,
) -> None:
    leg = LEG_B if order.side is BUY else LEG_A
    draft.emit(
        CancelAsked(
            slot=draft.slot.slot_id,
            leg=leg,
            role=ENTRY,
            client_order_id=order.client_order_id,
            reason=reason,
            refreshes=refreshes,
            direction=direction,
        )
    )
