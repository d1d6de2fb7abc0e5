"""Say what an accepted signal may do to a desk, and do it through the desk's verbs.

Rules: what an action does is committed with the note that says so, in one transaction, so that a signal is
acted on once. What it causes carries the signal's key. One that cannot be done raises CommandRefused.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

import msgspec

from holdfast.desk.control.verbs import Verb, perform, understand
from holdfast.desk.desk import Desk
from holdfast.desk.listener.signals import Signal
from holdfast.domain.errors import CommandRefused


class Outcome(msgspec.Struct, frozen=True):
    """What an action came to; one that `waits` is done when `settled` says so."""

    message: str
    waits: bool = False


class SignalActions(Protocol):
    """What signals can ask of a desk; each is called in the desk's thread."""

    def pause(self, desk: Desk, signal: Signal) -> Outcome:
        """Stop new entries."""

    def resume(self, desk: Desk, signal: Signal) -> Outcome:
        """Ask for entries to go on; refused while another hold stands."""

    def release(self, desk: Desk, signal: Signal) -> Outcome:
        """Give up a waiting exit of `slot_id`."""

    def hint(self, desk: Desk, signal: Signal) -> Outcome:
        """Hear what a source takes the `regime` for, with its `confidence`."""

    def open(self, desk: Desk, signal: Signal) -> Outcome:
        """Ask for the entries of `slot_id`, as far as the risk policy of the signal's principal allows."""

    def close(self, desk: Desk, signal: Signal) -> Outcome:
        """Take the entries of `slot_id` off and keep them off; exits stay."""

    def settled(self, desk: Desk, signal: Signal) -> bool:
        """Say whether what a waiting action began has come to its end."""


VERBS: Mapping[str, str] = MappingProxyType(
    {
        "pause": "pause",
        "resume": "resume",
        "release": "release_slot",
        "regime_hint": "set_regime_hint",
        "open": "open_slot",
        "close": "close_slot",
    }
)
LEGS: Mapping[str, str] = MappingProxyType({"buy": "B", "sell": "A"})  # by the side of its entries


class VerbActions:
    """Actions through the desk's table of verbs, journaled as commands of the signal's principal.

    A kind whose verb this desk does not have is refused by name. A side names the leg that enters by it.
    """

    def __init__(self, verbs: Sequence[Verb]) -> None:
        self._verbs = verbs

    def pause(self, desk: Desk, signal: Signal) -> Outcome:
        """Stop new entries."""
        return self._do(desk, signal)

    def resume(self, desk: Desk, signal: Signal) -> Outcome:
        """Ask for entries to go on."""
        return self._do(desk, signal)

    def release(self, desk: Desk, signal: Signal) -> Outcome:
        """Give up a waiting exit."""
        return self._do(desk, signal)

    def hint(self, desk: Desk, signal: Signal) -> Outcome:
        """Hear what a source takes the regime for."""
        return self._do(desk, signal)

    def open(self, desk: Desk, signal: Signal) -> Outcome:
        """Ask for a slot's entries."""
        return self._do(desk, signal)

    def close(self, desk: Desk, signal: Signal) -> Outcome:
        """Take a slot's entries off."""
        return self._do(desk, signal)

    def settled(self, desk: Desk, signal: Signal) -> bool:
        """Say that nothing waits: a verb is done when it returns."""
        del desk, signal
        return True

    def _do(self, desk: Desk, signal: Signal) -> Outcome:
        action = VERBS[signal.kind]
        verb = next((one for one in self._verbs if one.action == action), None)
        if verb is None:
            raise CommandRefused(f"this desk cannot {action.replace('_', ' ')}")
        takes = {one.name for one in verb.parameters}
        given = {name: value for name, value in signal.arguments.items() if name in takes}
        if "side" in signal.arguments and "trade_id" in takes:
            given["trade_id"] = LEGS[signal.arguments["side"]]
        if "reason" in takes:
            given["reason"] = _reason(signal)
        ask = understand(self._verbs, {"action": action, **given}, signal.principal)
        return Outcome(perform(desk, ask))


def _reason(signal: Signal) -> str:
    said = signal.arguments.get("reason", "")
    return (f"signal {signal.key}: {said}" if said else f"signal {signal.key}")[:160]
