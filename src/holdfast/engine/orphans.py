"""Set exits of cycling slots aside when they waited too long (core F10 to F12)."""

from decimal import Decimal

from holdfast.domain.events import BothOpenNoted, CancelAsked, EvictionStarted, ExitOrphaned
from holdfast.domain.money import ZERO
from holdfast.domain.slots import (
    SOFT_CLOSE,
    Leg,
    LegName,
    OrderStatus,
    Phase,
    Recovery,
    Role,
    Side,
    phase,
)
from holdfast.engine.draft import Draft
from holdfast.engine.entries import enter
from holdfast.engine.exits import book_at_mark, cooldown_after
from holdfast.engine.inputs import SoftCloseWanted
from holdfast.engine.parts import recovery_of


def time_came(draft: Draft) -> None:
    """Look whether an exit has waited long enough to be set aside (T2, T3)."""
    slot = draft.slot
    if slot.sticky:
        return
    match phase(slot):
        case Phase.S1A:
            _one_open(draft, slot.a)
        case Phase.S1B:
            _one_open(draft, slot.b)
        case Phase.S2:
            _both_open(draft)
        case Phase.S0:
            pass


def go_on_evicting(draft: Draft) -> None:
    """Book recoveries whose cancel is proven, then go on with the orphan that needed their place.

    At a mark that is stale or only stands in for one nothing is booked: they wait for a fresh one.
    """
    gone = [one for one in draft.slot.recoveries if one.evicting and one.order is None]
    if not gone or draft.terms.blind:
        return
    for recovery in gone:
        book_at_mark(draft, recovery, "recovery_cap_evict_priority")
    time_came(draft)


def soft_close(draft: Draft, wanted: SoftCloseWanted) -> None:
    """Take a recovery's order off the book; proven gone, it is placed again just off the mark."""
    recovery = recovery_of(draft.slot, wanted.recovery_id)
    if recovery.order is not None and recovery.order.status is not OrderStatus.CANCELING:
        _cancel(draft, recovery, SOFT_CLOSE)


def _one_open(draft: Draft, leg: Leg) -> None:
    terms, lot, order = draft.terms, leg.lot, leg.order
    if lot is None or order is None or lot.release:
        return
    if terms.now - lot.opened_at < terms.rules.s1_orphan_after:
        return
    ahead = terms.mark < order.price if order.side is Side.SELL else terms.mark > order.price
    if ahead:
        _orphan(draft, leg, "s1_timeout")


def _both_open(draft: Draft) -> None:
    slot, terms = draft.slot, draft.terms
    if slot.s2_entered_at is None:
        draft.emit(BothOpenNoted(slot=slot.slot_id))
        return
    if terms.now - slot.s2_entered_at < terms.rules.s2_orphan_after:
        return
    if slot.a.order is None or slot.b.order is None or terms.mark <= ZERO:
        return
    if any(leg.lot is not None and leg.lot.release for leg in (slot.a, slot.b)):
        return
    away_a = abs(slot.a.order.price - terms.mark)
    away_b = abs(slot.b.order.price - terms.mark)
    _orphan(draft, slot.a if away_a > away_b else slot.b, "s2_timeout")


def _orphan(draft: Draft, leg: Leg, reason: str) -> None:
    if not _room_for_recovery(draft):
        return
    terms, name = draft.terms, leg.name
    leg = draft.leg(name)
    draft.emit(
        ExitOrphaned(
            slot=draft.slot.slot_id,
            leg=name,
            recovery_id=draft.slot.next_recovery_id,
            reason=reason,
            cooldown_until=cooldown_after(terms.rules, leg.cooldown_until, -1, terms.now),
            mark=terms.mark,
            rules=terms.rules.digest,
        )
    )
    enter(draft, name, f"orphan_{name}")


def _room_for_recovery(draft: Draft) -> bool:
    """Evict what is over the cap; say no while a cancel is not proven."""
    standing = draft.slot.recoveries
    excess = len(standing) + 1 - max(1, draft.terms.rules.max_recoveries)
    victims = sorted(standing, key=lambda one: _eviction_rank(one, draft.terms.mark))
    waiting = False
    for victim in victims[: max(0, excess)]:
        if victim.order is None and not draft.terms.blind:
            book_at_mark(draft, victim, "recovery_cap_evict_priority")
            continue
        waiting = True
        if victim.order is not None and victim.order.status is not OrderStatus.CANCELING:
            _evict(draft, victim)
    return not waiting


def _eviction_rank(recovery: Recovery, mark: Decimal) -> tuple[Decimal, int, int]:
    price = recovery.order.price if recovery.order else recovery.lot.exit_price
    away = abs(price - mark) if mark > ZERO else ZERO
    return -away, recovery.orphaned_at, recovery.recovery_id


def _evict(draft: Draft, victim: Recovery) -> None:
    slot_id = draft.slot.slot_id
    draft.emit(EvictionStarted(slot=slot_id, recovery_id=victim.recovery_id))
    _cancel(draft, victim, "recovery_cap_evict_priority")


def _cancel(draft: Draft, recovery: Recovery, reason: str) -> None:
    if recovery.order is not None:
        draft.emit(
            CancelAsked(
                slot=draft.slot.slot_id,
                leg=LegName(recovery.leg),
                role=Role.EXIT,
                client_order_id=recovery.order.client_order_id,
                reason=reason,
            )
        )
