"""Tell what is left of the way before sticky slots: cycling slots, exits set aside, their pressure."""

from typing import Any

from holdfast.desk.status.facts import View


def legacy(view: View) -> dict[str, Any]:
    """Count cycling slots and recovery orders; the pressure grows with every so many set aside."""
    settings, slots = view.profile.settings, view.desk.books.slots.values()
    total, every = view.facts.tally.orphans, settings.orphan_pressure_warn_at
    return {
        "orphans": settings.legacy_orphans,
        "cycling_slots": sum(not slot.sticky for slot in slots),
        "recovery_orders": sum(len(slot.recoveries) for slot in slots),
        "set_aside_total": total,
        "recovery_pressure": total // every,
        "recovery_pressure_every": every,
    }
