"""The verbs only a desk on an exchange has: stop it, take a stop back, let it promote, compare it.

Rules: the stop waits for no tick, and what a person asks of the mode's files neither; each of these may be
done twice and comes to the same.
"""

from collections.abc import Callable
from decimal import Decimal

import msgspec

from holdfast.desk.control.verb_parameters import Arguments, Parameter
from holdfast.desk.control.verb_policy import policy_verb
from holdfast.desk.control.verbs import ACTOR, Verb
from holdfast.desk.desk import Desk
from holdfast.desk.exchange.compare import Comparison, after, compare
from holdfast.desk.exchange.equip import Gear
from holdfast.desk.risk_room import RiskRoom
from holdfast.domain.errors import CommandRefused
from holdfast.safety.execution import ExecutionMode
from holdfast.safety.mode_request import Requests
from holdfast.safety.mode_state import FlapAcknowledged

STOP_SOURCE = "command"
_REASON = Parameter(
    name="reason", kind="text", help="Why, for the journal.", most=Decimal(160), default=""
)
_NEEDED = Parameter(
    name="reason", kind="text", help="Why, for the journal.", most=Decimal(160), required=True
)
_APPLY = Parameter(
    name="apply", kind="boolean", help="Mend what differs; without it nothing is changed.", default=True
)  # fmt: skip


class Reconciler(msgspec.Struct, frozen=True, kw_only=True):
    """Compares one desk with its venue on demand, in the desk's thread."""

    gear: Gear

    def __call__(self, desk: Desk, *, apply: bool) -> Comparison:
        """Look; with `apply`, agree."""
        gear = self.gear
        seen = compare(desk, gear.watchful.inner, gear.booked)
        if not apply or seen.result == "unavailable":
            return seen
        return after(seen, gear.agreement())


class ExchangeDoors(msgspec.Struct, frozen=True, kw_only=True):
    """What those verbs act upon."""

    execution: ExecutionMode
    requests: Requests
    reconcile: Reconciler
    room: RiskRoom


def exchange_verbs(doors: Callable[[], ExchangeDoors]) -> tuple[Verb, ...]:
    """Make the verbs for a desk that has an execution mode; `doors` is asked when one is used."""
    stop, resume = _stop(doors), _resume_live(doors)
    return (
        Verb(
            action="estop",
            help="Stop at once, without waiting for a tick: nothing enters, resting entries are withdrawn.",
            parameters=(_REASON,),
            run=lambda _desk, given: stop(given),
            at_once=stop,
        ),
        Verb(
            action="resume_live",
            help="Take an emergency stop back, once its record was cleared; the desk goes to DRY.",
            parameters=(_NEEDED,),
            names_actor=True,
            run=lambda _desk, given: resume(given),
            at_once=resume,
        ),
        Verb(
            action="ack_flap",
            help="Know of the flapping mode, and let the next promotion pass.",
            run=lambda _desk, _given: _acknowledge(doors().execution),
        ),
        Verb(
            action="reconcile",
            help="Compare books and venue now.",
            parameters=(_APPLY,),
            run=lambda desk, given: doors().reconcile(desk, apply=given["apply"]).sentence,
        ),
        policy_verb(lambda: doors().room),
    )


def _stop(doors: Callable[[], ExchangeDoors]) -> Callable[[Arguments], str]:
    def stop(given: Arguments) -> str:
        doors().execution.stop(STOP_SOURCE)
        why = f" ({given['reason']})" if given["reason"] else ""
        return f"stopped{why}: nothing enters; `mode clear` and `resume` take it back"

    return stop


def _resume_live(doors: Callable[[], ExchangeDoors]) -> Callable[[Arguments], str]:
    def resume(given: Arguments) -> str:
        word = doors().requests.resume(given[ACTOR], given["reason"])
        return f"resumed under epoch {word.epoch}; the desk takes it up at its next read"

    return resume


def _acknowledge(execution: ExecutionMode) -> str:
    if not execution.look().flap_blocked:
        raise CommandRefused("nothing is held back: the mode does not flap")
    execution.take(FlapAcknowledged())
    return "acknowledged: the next promotion passes"
