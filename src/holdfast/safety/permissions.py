"""Say what each mode allows (the table of operations 1.6), and with which word it refuses.

Rules: reading and booking are always allowed and not named here; an action a mode does not name is
refused; letting go of an entry is allowed wherever the desk may write at all.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from holdfast.safety.mode_state import Mode


class Act(StrEnum):
    """What a desk may want to do at a venue, or instead of it."""

    SIMULATE = "simulate"
    CANCEL_ENTRY = "cancel_entry"
    CANCEL_EXIT = "cancel_exit"
    EXIT = "exit"
    ENTRY = "entry"


ALLOWED: Mapping[Mode, frozenset[Act]] = MappingProxyType(
    {
        Mode.BOOT: frozenset(),
        Mode.DRY: frozenset({Act.SIMULATE}),
        Mode.ARMING: frozenset({Act.SIMULATE}),
        Mode.LIVE: frozenset({Act.CANCEL_ENTRY, Act.CANCEL_EXIT, Act.EXIT, Act.ENTRY}),
        Mode.DRAIN: frozenset({Act.CANCEL_ENTRY, Act.CANCEL_EXIT, Act.EXIT}),
        Mode.ESTOP: frozenset({Act.CANCEL_ENTRY}),
    }
)
BREAK_GLASS = frozenset({Act.EXIT, Act.CANCEL_EXIT})


def refusal(mode: Mode, act: Act, *, cancel_entries: bool = True, break_glass: bool = False) -> str:
    """Say why an act is refused in a mode, empty where it is allowed."""
    if act in ALLOWED[mode] and (cancel_entries or mode is not Mode.ESTOP):
        return ""
    if mode is Mode.ESTOP and break_glass and act in BREAK_GLASS:
        return ""
    if act in {Act.EXIT, Act.CANCEL_EXIT} and mode in {Mode.DRY, Mode.ARMING}:
        return "live_position_in_dry"
    return f"mode_{mode.value.lower()}"
