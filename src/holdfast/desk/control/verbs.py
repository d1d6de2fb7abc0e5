"""The one table of what an operator can ask a desk to do; API, CLI and dashboard read it.

A payload that cannot be understood is refused before the desk hears of it and writes nothing.
Everything else is journaled, done or refused, with who asked.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

import msgspec

from holdfast.config.profile import Profile
from holdfast.desk.control import (
    verb_entries,
    verb_holds,
    verb_regime,
    verb_release,
    verb_rules,
    verb_slots,
)
from holdfast.desk.control.verb_parameters import Arguments, BadPayload, Parameter, read, shown
from holdfast.desk.control.verb_rules import CycleSums
from holdfast.desk.desk import Desk
from holdfast.domain.bookkeeping import CommandNoted
from holdfast.domain.errors import CommandRefused
from holdfast.redaction.redactor import REDACTOR

MOST_SLOTS = 10_000
ACTOR = "actor"  # the argument that says who asks; nobody can give it
_SLOT = Parameter(
    name="slot_id",
    kind="integer",
    help="The slot's number.",
    required=True,
    least=Decimal(0),
    most=Decimal(10**9),
)
_REASON = Parameter(
    name="reason", kind="text", help="Why, for the journal.", default="", most=Decimal(160)
)


class Verb(msgspec.Struct, frozen=True, kw_only=True):
    """One thing the desk can be asked to do; one that `names_actor` is told who asks.

    What cannot wait for a tick is done `at_once`, in the thread that asks, and journaled afterwards.
    """

    action: str
    help: str
    parameters: tuple[Parameter, ...] = ()
    names_actor: bool = False
    run: Callable[[Desk, Arguments], str]
    at_once: Callable[[Arguments], str] | None = None


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A command that was understood."""

    verb: Verb
    arguments: dict[str, Any]
    principal: str

    @property
    def told(self) -> dict[str, Any]:
        """Return what the verb is given: the arguments, and who asks where it wants to know."""
        return self.arguments | ({ACTOR: self.principal} if self.verb.names_actor else {})


def verb_table(
    maker_fee_pct: Decimal,
    profile: Callable[[], Profile],
    sums: CycleSums,
    keeps: verb_holds.Keeps | None = None,
    more: Sequence[Verb] = (),
) -> tuple[Verb, ...]:
    """Make the table for a desk: its fee sets the smallest profit, its profile the capacity."""
    return (
        *_holding(keeps),
        *_slots(profile),
        *_entering(),
        *_releasing(profile),
        *_ruling(maker_fee_pct),
        *_leaning(profile),
        _audit(sums),
        *more,
    )


def understand(verbs: Sequence[Verb], payload: Mapping[str, Any], principal: str = "api") -> Ask:
    """Read a command; raise BadPayload where it cannot be understood."""
    given = dict(payload)
    action = given.pop("action", None)
    if not isinstance(action, str) or not action:
        raise BadPayload("action is missing; see GET /api/verbs")
    verb = next((one for one in verbs if one.action == action), None)
    if verb is None:
        raise BadPayload(f"unknown action: {shown(action)}")
    # A reason goes into notes, holds and status: what looks like a secret ends here.
    arguments = REDACTOR.fields(read(verb.parameters, given))
    return Ask(verb=verb, arguments=arguments, principal=principal)


def perform(desk: Desk, ask: Ask) -> str:
    """Do it in the desk's thread, and journal what came of it; raise CommandRefused where not."""
    try:
        message = ask.verb.run(desk, ask.told)
    except CommandRefused as refusal:
        journal(desk, ask, accepted=False, message=str(refusal))
        raise
    journal(desk, ask, accepted=True, message=message)
    return message


def journal(desk: Desk, ask: Ask, *, accepted: bool, message: str) -> None:
    """Write down what came of a command."""
    desk.note(_noted(ask, accepted=accepted, message=message))


def listed(verbs: Sequence[Verb]) -> list[dict[str, Any]]:
    """Describe the table as data."""
    return [
        {
            "action": verb.action,
            "help": verb.help,
            "parameters": [
                {
                    "name": one.name,
                    "type": one.kind,
                    "required": one.required,
                    "default": one.default,
                    "minimum": one.least,
                    "maximum": one.most,
                    "help": one.help,
                }
                for one in verb.parameters
            ],
        }
        for verb in verbs
    ]


def _noted(ask: Ask, *, accepted: bool, message: str) -> CommandNoted:
    given = {name: value for name, value in ask.arguments.items() if value is not None}
    note = CommandNoted(
        action=ask.verb.action,
        arguments={name: _text(value) for name, value in given.items()},
        principal=ask.principal,
        accepted=accepted,
        message=message,
    )
    return REDACTOR.note(note)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _holding(keeps: verb_holds.Keeps | None) -> tuple[Verb, ...]:
    return (
        Verb(
            action="pause",
            help="Stop new entries; orders that rest stay, exits are still placed.",
            parameters=(_REASON,),
            run=verb_holds.pause,
        ),
        Verb(
            action="resume",
            help="Take the operator's hold down, that of an alert, and that of a loss that is over; refused while another hold stands.",
            run=lambda desk, given: verb_holds.resume(desk, given, keeps),
        ),
    )


def _slots(profile: Callable[[], Profile]) -> tuple[Verb, ...]:
    count = Parameter(
        name="count",
        kind="integer",
        help="How many; a bad value counts as 1.",
        default=1,
        least=Decimal(1),
        most=Decimal(MOST_SLOTS),
        lenient=True,
    )
    sticky = Parameter(
        name="sticky", kind="boolean", help="What it shall be; without it, the other one."
    )
    confirm = Parameter(
        name="confirm",
        kind="boolean",
        help="Make a slot cycling although its exits would age.",
        default=False,
    )
    preview = Parameter(
        name="preview",
        kind="boolean",
        help="Change nothing, and say what the next orphan timer would do.",
        default=False,
    )
    return (
        Verb(
            action="add_slot",
            help="Add one slot, where the order cap has room for it; the next start keeps the profile's number.",
            run=lambda desk, given: verb_slots.add_slot(desk, given, profile()),
        ),
        Verb(
            action="remove_slot",
            help="Cancel a slot's entries and let it go once it is flat.",
            parameters=(_SLOT,),
            run=verb_slots.remove_slot,
        ),
        Verb(
            action="remove_slots",
            help="Let the slots with the highest numbers go, as far as they owe nothing.",
            parameters=(count,),
            run=verb_slots.remove_slots,
        ),
        Verb(
            action="toggle_sticky",
            help="Make a slot patient, or cycling.",
            parameters=(_SLOT, sticky, confirm, preview),
            run=lambda desk, given: verb_slots.toggle_sticky(desk, given, profile()),
        ),
    )


def _entering() -> tuple[Verb, ...]:
    leg = Parameter(
        name="trade_id",
        kind="text",
        help="The leg that is meant: A or B; without it, both.",
        most=Decimal(1),
    )
    return (
        Verb(
            action="open_slot",
            help="Ask for the entries of a slot's idle legs now, through every gate; what close_slot kept off may enter again.",
            parameters=(_SLOT, leg, _REASON),
            names_actor=True,
            run=verb_entries.open_slot,
        ),
        Verb(
            action="close_slot",
            help="Take a slot's entries off and keep them off until open_slot; exits stay.",
            parameters=(_SLOT, leg, _REASON),
            names_actor=True,
            run=verb_entries.close_slot,
        ),
    )


def _releasing(profile: Callable[[], Profile]) -> tuple[Verb, ...]:
    dry = Parameter(
        name="dry_run",
        kind="boolean",
        help="Only say what each gate measures and what would happen.",
        default=False,
    )
    leg = Parameter(
        name="trade_id", kind="text", help="The leg whose exit is meant: A or B.", most=Decimal(1)
    )
    order = Parameter(
        name="exit_id",
        kind="integer",
        help="The exit's number in its slot, `local_id` in the status.",
        least=Decimal(1),
        most=Decimal(10**12),
    )
    return (
        Verb(
            action="release_slot",
            help="Give up a waiting exit that passes every gate; without a leg or an exit, the oldest of the slot.",
            parameters=(_SLOT, leg, order, dry),
            run=lambda desk, given: verb_release.release_slot(desk, given, profile()),
        ),
        Verb(
            action="release_oldest_eligible",
            help="Give up the oldest waiting exit that passes every gate, of one slot or of all.",
            parameters=(msgspec.structs.replace(_SLOT, required=False), dry),
            run=lambda desk, given: verb_release.release_oldest_eligible(desk, given, profile()),
        ),
    )


def _ruling(maker_fee_pct: Decimal) -> tuple[Verb, ...]:
    value = partial(Parameter, name="value", kind="number", required=True)
    return (
        Verb(
            action="set_entry_pct",
            help="Set the distance of entries from the mark until the profile changes or the desk starts.",
            parameters=(value(help="Percent.", least=Decimal("0.05"), most=Decimal(10)),),
            run=verb_rules.set_entry_pct,
        ),
        Verb(
            action="set_profit_pct",
            help="Set the profit target of new exits until the profile changes or the desk starts.",
            parameters=(
                value(
                    help="Percent; at least two maker fees and 0.1.",
                    least=2 * maker_fee_pct + Decimal("0.1"),
                    most=Decimal(50),
                ),
            ),
            run=verb_rules.set_profit_pct,
        ),
    )


def _leaning(profile: Callable[[], Profile]) -> tuple[Verb, ...]:
    named = partial(Parameter, name="regime", kind="text", required=True, most=Decimal(8))
    confidence = Parameter(
        name="confidence",
        kind="number",
        help="How sure it is; no more than an operator's word counts for.",
        least=Decimal(0),
        most=Decimal(1),
    )
    return (
        Verb(
            action="override_regime",
            help="Name the regime in the detector's place, until NONE is said.",
            parameters=(named(help="NONE, BULLISH or BEARISH."), _REASON),
            run=verb_regime.override_regime,
        ),
        Verb(
            action="set_regime_hint",
            help="Tell the tiers what regime a source takes the market for; it counts for regime_hint_sec, below a person's word.",
            parameters=(named(help="bearish, ranging or bullish."), confidence, _REASON),
            names_actor=True,
            run=lambda desk, given: verb_regime.set_regime_hint(desk, given, profile().settings),
        ),
    )


def _audit(sums: CycleSums) -> Verb:
    return Verb(
        action="audit",
        help="Add the ledger's cycles up again and compare them with every slot, exactly.",
        run=lambda desk, given: verb_rules.audit(desk, given, sums),
    )
