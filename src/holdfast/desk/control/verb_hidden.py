"""Name the verbs of the way before sticky slots, and say when listing them would only mislead."""

from collections.abc import Mapping
from typing import Any, Final

LEGACY: Final = ("soft_close", "soft_close_next", "cancel_stale_recoveries")


def is_hidden(action: str, legacy: Mapping[str, Any]) -> bool:
    """Say whether a verb is of no use, by the block `legacy` of the status.

    >>> is_hidden("soft_close", {"cycling_slots": 0, "recovery_orders": 0}), is_hidden("pause", {})
    (True, False)
    """
    left = legacy.get("cycling_slots") or legacy.get("recovery_orders")
    return action in LEGACY and not left
