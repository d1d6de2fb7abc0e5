"""Read the short commands that begin with a colon, as operators knew them before.

`:close` and `:stale` still work where cycling slots are left; they are suggested nowhere.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboards import standing

SHORT: Mapping[str, str] = {
    "release": "release_slot",
    "release_next": "release_oldest_eligible",
    "close": "soft_close",
    "stale": "cancel_stale_recoveries",
}
LEGACY = frozenset({"soft_close", "soft_close_next", "cancel_stale_recoveries"})
_BARE = frozenset({"release", "release_next"})  # read without their colon, too
_LEGS = frozenset({"A", "B"})


def spelled(words: Sequence[str]) -> list[str]:
    """Spell a short command out: `:release 3 B` is `release_slot 3 trade_id=B`."""
    name, rest = (words[0].removeprefix(":"), list(words[1:])) if words else ("", [])
    if not words or (name == words[0] and name not in _BARE):
        return list(words)
    action = SHORT.get(name, name)
    if name == "release" and len(rest) == 2 and "=" not in rest[1]:  # noqa: PLR2004 (slot and exit)
        rest[1] = f"{'trade_id' if rest[1].upper() in _LEGS else 'exit_id'}={_id(rest[1])}"
    if name == "close" and not rest:
        action = "soft_close_next"
    return [action, *rest]


def hidden(action: str, status: Mapping[str, Any]) -> bool:
    """Say whether a verb is of no use now: a legacy one, on a desk whose slots are all sticky."""
    if action not in LEGACY:
        return False
    legacy = standing.mapping(status.get("legacy"))
    return not (legacy.get("cycling_slots") or legacy.get("recovery_orders"))


def suggested(actions: Sequence[str]) -> str:
    """Name the short commands worth knowing, among those the desk can do."""
    known = {"release": ":release SLOT ID", "release_next": ":release_next"}
    return ", ".join(text for name, text in known.items() if SHORT[name] in actions)


def _id(word: str) -> str:
    return word.upper() if word.upper() in _LEGS else word
