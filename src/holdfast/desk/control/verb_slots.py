"""The verbs that add slots, let them go, and make them patient or cycling.

A slot leaves only when it owes nothing: entries are cancelled and it retires when their ends are
proven. While an exit, a recovery or an unproven cancel stands, leaving is refused.
"""

from holdfast.config.profile import Profile
from holdfast.config.relations import order_cap
from holdfast.config.relations_risk import ORDERS_PER_SLOT
from holdfast.desk.control.verb_parameters import Arguments
from holdfast.desk.desk import Desk
from holdfast.desk.limits import UNLIMITED
from holdfast.desk.startup import add_slots, drain_slot
from holdfast.domain.errors import CommandRefused
from holdfast.domain.events import StickySet
from holdfast.domain.market import SECOND
from holdfast.domain.slots import LegName, OrderStatus, Slot
from holdfast.engine.capacity import Fit, Plan, plan_of, safe_cap
from holdfast.engine.preview import TimerPreview, next_timer
from holdfast.engine.rules import NEVER

REMOVED = "removed"  # of `legacy_orphans`


def add_slot(desk: Desk, given: Arguments, profile: Profile) -> str:
    """Add one slot where the order cap has room for it at its worst."""
    del given
    if desk.mode() == "HALTED":
        raise CommandRefused(f"no slot was added: the desk is halted: {desk.pause_reason()}")
    sticky = profile.settings.sticky_mode_enabled
    staying = [slot.sticky for slot in desk.books.slots.values()]
    _fits([*staying, sticky], profile, "no slot was added")
    plan = slot_plan(len(staying) + 1, profile)
    if plan.fit is Fit.REFUSED:
        raise CommandRefused(f"no slot was added: {'; '.join(plan.reasons)}")
    (slot_id,) = add_slots(desk, 1, sticky=sticky)
    advice = f"; mind that {'; '.join(plan.reasons)}" if plan.reasons else ""
    return f"slot {slot_id} was added; it enters when its turn comes{advice}"


def slot_plan(slots: int, profile: Profile) -> Plan:
    """Say what so many slots need at worst under a profile; targets hold for sticky slots only."""
    settings = profile.settings
    cap = order_cap(settings.open_order_cap, settings.kraken_open_orders_per_pair_limit)
    sticky = settings.sticky_mode_enabled
    return plan_of(
        slots,
        None if cap is None else safe_cap(cap, settings.open_order_safety_ratio),
        settings.sticky_target_slots if sticky else UNLIMITED,
        settings.sticky_max_target_slots if sticky else UNLIMITED,
    )


def remove_slot(desk: Desk, given: Arguments) -> str:
    """Let one slot go."""
    slot = slot_of(desk, given["slot_id"])
    why = kept_by(slot)
    if why:
        raise CommandRefused(f"slot {slot.slot_id} stays: {why}")
    return _let_go(desk, slot)


def remove_slots(desk: Desk, given: Arguments) -> str:
    """Let several slots go, highest ids first; those that owe something are passed over."""
    wanted = given["count"]
    newest = sorted(desk.books.slots.values(), key=lambda slot: -slot.slot_id)
    free = [slot for slot in newest if not kept_by(slot)][:wanted]
    if not free:
        first = next((f"slot {slot.slot_id}: {kept_by(slot)}" for slot in newest), "there is none")
        raise CommandRefused(f"no slot can go: {first}")
    said = [_let_go(desk, slot) for slot in free]
    if len(free) < wanted:
        said.append(f"{wanted - len(free)} more cannot go now")
    return "; ".join(said)


def toggle_sticky(desk: Desk, given: Arguments, profile: Profile) -> str:
    """Make a slot patient, or cycling; back to cycling with exits open needs `confirm`."""
    slot = slot_of(desk, given["slot_id"])
    asked = given["sticky"]
    sticky = not slot.sticky if asked is None else asked
    word = "sticky" if sticky else "cycling"
    if given.get("preview"):
        return preview(desk, slot, sticky=sticky)
    if sticky is slot.sticky:
        return f"slot {slot.slot_id} is {word} already"
    if not sticky:
        if profile.settings.legacy_orphans == REMOVED:
            raise CommandRefused(f"slot {slot.slot_id} stays sticky: legacy_orphans is removed")
        _may_cycle(desk, slot, profile, confirmed=given["confirm"])
    desk.record(desk.now, [StickySet(slot=slot.slot_id, sticky=sticky)])
    desk.index.update(desk.books.slots[slot.slot_id], desk.now)
    desk.watch_again()
    return f"slot {slot.slot_id} is {word} now"


def preview(desk: Desk, slot: Slot, *, sticky: bool) -> str:
    """Say what the next orphan timer would do once the slot were sticky, or cycling."""
    name = f"slot {slot.slot_id}, were it {'sticky' if sticky else 'cycling'}"
    if sticky:
        kept = len(slot.recoveries)
        stay = f"; its {kept} recovery orders stay until they fill" if kept else ""
        return (
            f"{name}: no timer runs, its exits wait as long as it takes{stay}; nothing was changed"
        )
    found = next_timer(slot, desk.rules, desk.now, desk.mark)
    return f"{name}: {_foreseen(desk, slot, found)}; nothing was changed"


def _foreseen(desk: Desk, slot: Slot, found: TimerPreview) -> str:
    if found.at >= NEVER:
        exits = any(leg.lot is not None for leg in (slot.a, slot.b))
        return "no timer runs, recovery orders are off" if exits else "no exit is open"
    wait = max(0, found.at - desk.now) // SECOND
    when = f"in {wait} s" if wait else "at the next timer"
    if found.orphan is None and not found.evicted:
        return f"{when} nothing would be set aside at this price: the market has come to the exit"
    given_up = ", ".join(str(one) for one in found.evicted)
    first = f"recovery {given_up} would be given up at the price, then " if given_up else ""
    if found.orphan is None:
        return f"{when} {first}the exit that waits longest would be set aside"
    leg = slot.a if found.orphan.leg is LegName.A else slot.b
    price = leg.lot.exit_price if leg.lot is not None else desk.mark
    return (
        f"{when} {first}the exit of leg {leg.name} at {price:f} would be set aside as recovery "
        f"{found.orphan.recovery_id} ({found.orphan.reason}), and the leg would enter again"
    )


def slot_of(desk: Desk, slot_id: int) -> Slot:
    """Find a slot; refuse where there is none."""
    slot = desk.books.slots.get(slot_id)
    if slot is None:
        raise CommandRefused(f"there is no slot {slot_id}")
    return slot


def kept_by(slot: Slot) -> str:
    """Say what keeps a slot from leaving, empty where nothing does."""
    exits = [leg for leg in (slot.a, slot.b) if leg.lot is not None]
    if exits:
        named = ", ".join(leg.name.value for leg in exits)
        return f"it still owes an exit (leg {named}); wait until it has filled"
    if slot.recoveries:
        return f"{len(slot.recoveries)} recovery orders are open; wait until they have filled"
    canceling = [
        leg.order.client_order_id
        for leg in (slot.a, slot.b)
        if leg.order is not None and leg.order.status is OrderStatus.CANCELING
    ]
    if canceling:
        return f"a cancel is not proven yet; wait for the end of order {canceling[0]}"
    return ""


def _let_go(desk: Desk, slot: Slot) -> str:
    resting = sum(leg.order is not None for leg in (slot.a, slot.b))
    drain_slot(desk, slot.slot_id, "removed by an operator")
    if not resting:
        return f"slot {slot.slot_id} has left"
    noun = "entry is" if resting == 1 else "entries are"
    return f"slot {slot.slot_id} leaves: {resting} {noun} being cancelled, it retires when flat"


def _may_cycle(desk: Desk, slot: Slot, profile: Profile, *, confirmed: bool) -> None:
    name = f"slot {slot.slot_id} stays sticky"
    opened = [leg.lot.opened_at for leg in (slot.a, slot.b) if leg.lot is not None]
    if opened:
        age = desk.now - min(opened)
        if age >= desk.rules.s1_orphan_after:
            raise CommandRefused(
                f"{name}: an exit is {age // SECOND} s old, older than the orphan age of "
                f"{desk.rules.s1_orphan_after // SECOND} s; it would be set aside at once"
            )
        if not confirmed:
            raise CommandRefused(
                f"{name}: {len(opened)} exits are open and would age as orphans; "
                "say confirm=true to go on"
            )
    others = [one.sticky for one in desk.books.slots.values() if one is not slot]
    _fits([*others, False], profile, name)


def _fits(slots: list[bool], profile: Profile, what: str) -> None:
    settings = profile.settings
    cap = order_cap(settings.open_order_cap, settings.kraken_open_orders_per_pair_limit)
    recoveries = settings.max_recovery_slots if settings.recovery_enabled else 0
    worst = sum(ORDERS_PER_SLOT + (0 if sticky else recoveries) for sticky in slots)
    if cap is not None and worst > cap:
        raise CommandRefused(f"{what}: {worst} orders may be open at worst, the cap is {cap}")
