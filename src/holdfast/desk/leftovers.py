"""Say what a ledger still holds of the way before sticky slots."""

from holdfast.engine.books import Books

TO_DO = (
    "do: keep legacy_orphans at kept, let recovery orders fill or soft_close them, make cycling "
    "slots sticky with toggle_sticky, then set it to removed"
)
MOST_NAMED = 5


def leftovers(books: Books) -> str:
    """Name cycling slots and recovery orders, with what to do about them; empty where there are none."""
    slots = sorted(books.slots.values(), key=lambda slot: slot.slot_id)
    cycling = [slot.slot_id for slot in slots if not slot.sticky]
    recovering = [slot.slot_id for slot in slots if slot.recoveries]
    orders = sum(len(slot.recoveries) for slot in slots)
    parts = []
    if cycling:
        parts.append(f"{len(cycling)} cycling slots ({_named(cycling)})")
    if recovering:
        parts.append(f"{orders} recovery orders (slots {_named(recovering)})")
    if not parts:
        return ""
    return f"legacy_orphans removed: the ledger holds {' and '.join(parts)}; {TO_DO}"


def _named(slot_ids: list[int]) -> str:
    shown = ", ".join(str(one) for one in slot_ids[:MOST_NAMED])
    return shown if len(slot_ids) <= MOST_NAMED else f"{shown} and others"
