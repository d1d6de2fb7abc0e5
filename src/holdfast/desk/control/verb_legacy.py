"""The verbs of the way before sticky slots: soft close a recovery order, or those that rest far away.

Rules: refused on sticky slots and where recovery orders are off; none of them exists where a profile
says that orphans were removed. Nothing but a person calls them, because they may book losses.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import partial

from holdfast.config.profile import Profile
from holdfast.desk.control.verb_parameters import Arguments, Parameter
from holdfast.desk.control.verb_slots import slot_of
from holdfast.desk.control.verbs import Verb
from holdfast.desk.desk import Desk
from holdfast.desk.soft_close import Target, distance_pct, resting, soft_close
from holdfast.domain.errors import CommandRefused
from holdfast.domain.slots import OrderStatus

MOST_ID = Decimal(10**9)
MOST_BATCH = 20
Current = Callable[[], Profile]


def legacy_verbs(profile: Current, *, removed: bool = False) -> tuple[Verb, ...]:
    """Make the verbs for a desk that may still hold recovery orders; none where they were removed."""
    return () if removed else (*_closing(profile), _cancel_stale(profile))


def close_one(desk: Desk, given: Arguments, profile: Current) -> str:
    """Soft close the recovery that was named."""
    slot = slot_of(desk, given["slot_id"])
    _may_close(desk, profile())
    if slot.sticky:
        raise CommandRefused(f"slot {slot.slot_id} is sticky: its exits wait, see release_slot")
    wanted = given["recovery_id"]
    recovery = next((one for one in slot.recoveries if one.recovery_id == wanted), None)
    if recovery is None:
        raise CommandRefused(f"slot {slot.slot_id} has no recovery {wanted}")
    if recovery.order is None:
        raise CommandRefused(f"recovery {wanted} does not rest: its exit is being placed")
    if recovery.order.status is not OrderStatus.PLACED:
        raise CommandRefused(f"recovery {wanted} is being cancelled already")
    return _close(desk, [(slot, recovery)])


def close_next(desk: Desk, given: Arguments, profile: Current) -> str:
    """Soft close the oldest recovery of all cycling slots."""
    del given
    _may_close(desk, profile())
    found = resting(desk.books.slots.values())
    if not found:
        raise CommandRefused(
            f"nothing to close: no cycling slot rests a recovery order{_why(desk)}"
        )
    return _close(desk, found[:1])


def cancel_stale(desk: Desk, given: Arguments, profile: Current) -> str:
    """Soft close the recoveries that rest farthest away."""
    _may_close(desk, profile())
    least, mark = given["min_distance_pct"], desk.mark
    if not any(not slot.sticky for slot in desk.books.slots.values()):
        raise CommandRefused("every slot is sticky: exits wait, see release_slot")
    least = Decimal(least)
    stale = [
        one for one in resting(desk.books.slots.values()) if distance_pct(one[1], mark) >= least
    ]
    stale.sort(key=lambda one: -distance_pct(one[1], mark))
    if not stale:
        return f"no recovery order rests {least:f} % or more from the price"
    return _close(desk, stale[: given["max_batch"]])


def _closing(profile: Current) -> tuple[Verb, ...]:
    slot = Parameter(
        name="slot_id",
        kind="integer",
        help="The slot's number.",
        required=True,
        least=Decimal(0),
        most=MOST_ID,
    )
    recovery = Parameter(
        name="recovery_id",
        kind="integer",
        help="The recovery's number in its slot.",
        required=True,
        least=Decimal(1),
        most=MOST_ID,
    )
    return (
        Verb(
            action="soft_close",
            help="Cancel one recovery order of a cycling slot and place it again just off the price.",
            parameters=(slot, recovery),
            run=partial(_run, close_one, profile),
        ),
        Verb(
            action="soft_close_next",
            help="Do so with the oldest recovery order of all cycling slots.",
            run=partial(_run, close_next, profile),
        ),
    )


def _cancel_stale(profile: Current) -> Verb:
    distance = Parameter(
        name="min_distance_pct",
        kind="number",
        help="Least distance from the price, in percent.",
        default="3.0",
        least=Decimal(0),
        most=Decimal(1000),
    )
    batch = Parameter(
        name="max_batch",
        kind="integer",
        help="How many at most.",
        default=8,
        least=Decimal(1),
        most=Decimal(MOST_BATCH),
    )
    return Verb(
        action="cancel_stale_recoveries",
        help="Do so with the recovery orders that rest farthest away, so many at once.",
        parameters=(distance, batch),
        run=partial(_run, cancel_stale, profile),
    )


def _run(
    act: Callable[[Desk, Arguments, Current], str], profile: Current, desk: Desk, given: Arguments
) -> str:
    return act(desk, given, profile)


def _may_close(desk: Desk, profile: Profile) -> None:
    if not profile.settings.recovery_enabled:
        raise CommandRefused("recovery orders are off: recovery_enabled is false")
    if not desk.mark:
        raise CommandRefused("there is no price yet")
    if not desk.authority.may("exit"):
        raise CommandRefused("the desk may not place exits now, and would not place it again")


def _why(desk: Desk) -> str:
    sticky = sum(slot.sticky for slot in desk.books.slots.values())
    return f"; {sticky} slots are sticky, and their exits wait" if sticky else ""


def _close(desk: Desk, targets: list[Target]) -> str:
    soft_close(desk, targets)
    named = ", ".join(f"{one.recovery_id} of slot {slot.slot_id}" for slot, one in targets)
    noun = "recovery" if len(targets) == 1 else "recoveries"
    return f"{noun} {named}: cancelled, and placed again just off the price once that is proven"
