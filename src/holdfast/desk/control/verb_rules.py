"""The verbs that change a rule while the desk runs, and the one that audits profit.

A changed rule is a runtime override: the profile is not edited. A later change of the profile, or a
restart, goes back to what the profile says.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal

from msgspec.structs import replace

from holdfast.desk.control.verb_parameters import Arguments
from holdfast.desk.desk import Desk
from holdfast.desk.rules_change import apply_rules
from holdfast.desk.status.tally import Sums
from holdfast.domain.errors import CommandRefused

CycleSums = Callable[[], Mapping[int, Sums]]
DIFFERENCES_SHOWN = 3


def set_entry_pct(desk: Desk, given: Arguments) -> str:
    """Move entries nearer or farther; it counts from the next placement or refresh."""
    return _set(desk, "pair_entry_pct", "entry_pct", given["value"])


def set_profit_pct(desk: Desk, given: Arguments) -> str:
    """Change the profit target of exits placed from now on."""
    return _set(desk, "pair_profit_pct", "profit_pct", given["value"])


def audit(desk: Desk, given: Arguments, sums: CycleSums) -> str:
    """Add the ledger's cycles up again and compare them with every slot, exactly."""
    del given
    found = sums()
    wrong = audit_differences(desk, found)
    cycles = sum(one.count for one in found.values())
    if wrong:
        named = "; ".join(wrong[:DIFFERENCES_SHOWN])
        raise CommandRefused(f"audit: {len(wrong)} slots differ from their cycles: {named}")
    net = sum((one.net for one in found.values()), Decimal(0))
    return f"audit: {len(desk.books.slots)} slots equal their cycles; {cycles} cycles, net {net:f}"


def audit_differences(desk: Desk, sums: Mapping[int, Sums]) -> list[str]:
    """Name each slot whose totals are not the sum of its cycles."""
    wrong = []
    for slot_id, slot in desk.books.slots.items():
        kept = sums.get(slot_id, Sums())
        if (slot.net_profit, slot.settled, slot.round_trips) != (
            kept.net,
            kept.settled,
            kept.count,
        ):
            wrong.append(
                f"slot {slot_id} has net {slot.net_profit:f} in {slot.round_trips} round trips, "
                f"its cycles give {kept.net:f} in {kept.count}"
            )
    return wrong


def _set(desk: Desk, key: str, field: str, value: Decimal) -> str:
    before = getattr(desk.rules, field)
    if value == before:
        return f"{field} is {before:f} already"
    apply_rules(
        desk,
        rules=replace(desk.rules, **{field: value}),
        sizing=desk.sizing,
        limits=desk.limits,
        changes={key: (f"{before:f}", f"{value:f}")},
        reason=f"set_{field}",
    )
    return (
        f"{field} was {before:f} and is {value:f} now, until the profile changes or the desk starts; "
        f"to keep it, write {key} into the profile"
    )
