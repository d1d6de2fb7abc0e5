"""The verb that changes what a principal may ask for."""

from collections.abc import Callable
from decimal import Decimal

from holdfast.desk.control.verb_parameters import Arguments, Parameter
from holdfast.desk.control.verbs import ACTOR, Verb
from holdfast.desk.desk import Desk
from holdfast.desk.risk_room import RiskRoom


def policy_verb(room: Callable[[], RiskRoom]) -> Verb:
    """Make the verb for a desk that has a risk policy."""
    return Verb(
        action="set_limit",
        help="Set one limit of a principal; to loosen one takes a reason and a second person.",
        parameters=(
            _text("principal", "Whose limit.", 64, required=True),
            _text("field", "Which limit, by the name of its setting.", 64, required=True),
            _text("value", "Its new value; without one the limit is taken away.", 160),
            _text("reason", "Why, for the journal.", 160),
            _text("approver", "Who else agrees; not who asks.", 64),
        ),
        names_actor=True,
        run=lambda desk, given: _set(desk, given, room()),
    )


def _set(desk: Desk, given: Arguments, room: RiskRoom) -> str:
    principal, field, value = given["principal"], given["field"], given["value"]
    note = room.book.change(
        principal,
        {field: value},
        actor=given[ACTOR],
        reason=given["reason"],
        approver=given["approver"],
    )
    desk.note(note)
    return f"{principal}: {field} is {value or 'not limited'} from the next step on"


def _text(name: str, meaning: str, most: int, *, required: bool = False) -> Parameter:
    return Parameter(
        name=name, kind="text", help=meaning, required=required, default="", most=Decimal(most)
    )
