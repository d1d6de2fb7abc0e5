"""Start a desk: open its books, agree with the venue, keep as many slots as the profile asks for.

A fresh ledger begins with what the venue says the account holds. A restart resolves what the last
life left open before the first tick: executions it did not see, orders without a receipt, ends.
"""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from holdfast.desk.desk import Desk
from holdfast.desk.leftovers import leftovers
from holdfast.desk.turn import Turn
from holdfast.domain.bookkeeping import SessionStarted, TransientHaltCleared
from holdfast.domain.errors import LedgerError
from holdfast.domain.events import (
    BalanceOpened,
    Event,
    RulesChanged,
    SlotAdded,
    SlotDrained,
    SlotRetired,
)
from holdfast.domain.slots import Slot, is_idle
from holdfast.engine.inputs import CancelWanted
from holdfast.telemetry import log

TRANSIENT = ("signal ", "process exit")


class StartPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a desk starts with; `at` is the market time of its first candle.

    Where slots may not cycle, a ledger that still holds cycling slots or recoveries is refused.
    """

    at: int
    slots: int
    sticky: bool
    profile: str
    pid: int
    build: str
    may_cycle: bool = True


def start(desk: Desk, plan: StartPlan) -> None:
    """Bring a desk from its ledger to its first tick."""
    found = "" if plan.may_cycle else leftovers(desk.books)
    if found:
        raise LedgerError(found)
    fresh = not desk.books.rules_digest
    if fresh:  # later the ledger knows; a time ahead of the venue's next step would hide its fills
        desk.now = max(desk.now, plan.at)
    clear_transient_halt(desk)
    desk.note(
        SessionStarted(
            epoch=desk.books.epoch + 1,
            pid=plan.pid,
            profile=plan.profile,
            version_text=plan.build,
        )
    )
    adopt_rules(desk, {}, "start", _opening(desk) if fresh else ())
    fit_slots(desk, plan.slots, sticky=plan.sticky)
    desk.reindex()
    desk.running = True


def clear_transient_halt(desk: Desk) -> None:
    """Say that the last stop was only a shutdown; holds that stand are kept and named."""
    reason = desk.books.stop_reason
    if reason is not None and is_transient(reason):
        log.info(
            f"Snapshot restored transient HALTED state ({reason}); clearing to INIT for startup"
        )
        desk.note(TransientHaltCleared(reason=reason))
    for name, why in sorted(desk.books.holds.items()):
        log.warning(f"Snapshot restored hold {name} ({why}); it stays until it is cleared")


def is_transient(reason: str) -> bool:
    """Say whether a stop was a shutdown: `signal N` or `process exit`, whatever the case."""
    text = reason.strip().lower()
    if text == TRANSIENT[1]:
        return True
    return text.startswith(TRANSIENT[0]) and text.removeprefix(TRANSIENT[0]).strip().isdigit()


def adopt_rules(
    desk: Desk, changes: dict[str, tuple[str, str]], reason: str, opening: Sequence[Event] = ()
) -> None:
    """Note the rules in force where the ledger has others, with what the account opens with."""
    known = desk.books.rules_digest
    if known != desk.rules.digest:
        if known:
            log.warning(
                f"The last life ended by other rules ({known}); those of the profile are in force "
                f"({desk.rules.digest}): the profile was edited, or a verb had set a value"
            )
        event = RulesChanged(digest=desk.rules.digest, changes=changes, reason=reason)
        desk.record(desk.now, [*opening, event])


def fit_slots(desk: Desk, wanted: int, *, sticky: bool) -> None:
    """Add the slots that are missing; drain the newest where there are too many."""
    staying = [slot for slot in desk.books.slots.values() if not slot.draining]
    missing = wanted - len(staying)
    if missing > 0:
        add_slots(desk, missing, sticky=sticky)
    elif missing < 0:
        newest = sorted(staying, key=lambda slot: slot.slot_id)[missing:]
        log.warning(f"{len(staying)} slots, the profile asks for {wanted}: the newest are let go")
        for slot in newest:
            drain_slot(desk, slot.slot_id, "slots reduced")


def add_slots(desk: Desk, count: int, *, sticky: bool) -> list[int]:
    """Add slots under ids that were never used; they enter when their turn comes."""
    first = desk.books.next_slot_id
    ids = list(range(first, first + count))
    events: list[Event] = [SlotAdded(slot=slot_id, sticky=sticky) for slot_id in ids]
    desk.record(desk.now, events)
    for slot_id in ids:
        desk.index.update(desk.books.slots[slot_id], desk.now)
    desk.watch_again()
    return ids


def drain_slot(desk: Desk, slot_id: int, reason: str) -> None:
    """Let a slot leave: its entries are cancelled, its exits stay, it retires when it is flat."""
    drained = SlotDrained(slot=slot_id, reason=reason)
    desk.books.apply(desk.now, drained)
    turn = Turn(desk, desk.now, desk.mark or Decimal(1))
    turn.slot(slot_id, CancelWanted(reason=reason))
    desk.ledger.commit(desk.now, [drained, *turn.events])
    desk.outbox.extend(turn.intents)
    desk.index.update(desk.books.slots[slot_id], desk.now)
    retire_flat(desk)
    desk.watch_again()


def retire_flat(desk: Desk) -> None:
    """Let go of draining slots that owe and rest nothing."""
    gone = [slot.slot_id for slot in desk.books.slots.values() if slot.draining and is_flat(slot)]
    for slot_id in gone:
        desk.index.forget(slot_id)
        desk.record(desk.now, [SlotRetired(slot=slot_id)])


def is_flat(slot: Slot) -> bool:
    """Say whether a slot owes and rests nothing."""
    return is_idle(slot.a) and is_idle(slot.b) and not slot.recoveries


def _opening(desk: Desk) -> list[Event]:
    return [
        BalanceOpened(asset=asset, amount=balance.total, reason="opening")
        for asset, balance in sorted(desk.venue.balances().items())
        if balance.total
    ]
