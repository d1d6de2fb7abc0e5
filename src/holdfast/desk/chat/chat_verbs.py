"""Name the verbs a chat offers: some of the desk's own, and the two questions and the stop it brings.

A desk whose verb table knows a stop of its own is stopped by that; else the emergency hold goes up.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal

import msgspec

from holdfast.desk import holds
from holdfast.desk.control.verb_hidden import LEGACY
from holdfast.desk.control.verb_parameters import Arguments, Parameter
from holdfast.desk.control.verbs import Verb
from holdfast.desk.desk import Desk
from holdfast.desk.status.board import StatusBoard
from holdfast.desk.status.why import why

ASKING = ("status", "why")
STOP = "stop"
STOPS = (STOP, "kill", "estop")
STOPPING = ("pause", STOP)
ENTRIES = ("open_slot", "close_slot")
OFFERED = ("pause", "resume", STOP)
ESTOP = "estop"


def chat_verbs(verbs: Sequence[Verb], status: Callable[[], str]) -> tuple[Verb, ...]:
    """Join what a chat offers; `status` writes the desk's standing."""
    known = {verb.action: verb for verb in verbs}
    stops = [known[name] for name in STOPS if name in known]
    own = {verb.action: verb for verb in (*_asking(status), _stop())}
    if stops:
        known[STOP] = msgspec.structs.replace(stops[0], action=STOP)
    slots = tuple(name for name in (*ENTRIES, *LEGACY) if name in known)
    return tuple(known.get(name) or own[name] for name in (*ASKING, *OFFERED, *slots))


def standing(board: StatusBoard) -> str:
    """Write how a desk stands in a few lines, from its newest status."""
    snapshot = board.read()
    if snapshot is None:
        return "the desk has no status yet"
    told = snapshot.status
    lines = [
        f"{told['profile']} ({told['env']}) {told['pair']}",
        f"mode {told['mode']}" + (f": {told['pause_reason']}" if told["pause_reason"] else ""),
        f"price {told['price']:f}, equity {told['balance_health']['equity_quote']:.2f}",
        f"slots {told['slot_count']}, open orders {told['capacity_fill_health']['open_orders_current']}",
        f"today: {told['today_round_trips']} round trips, net {told['today_net_profit']:.4f}",
        f"in all: {told['total_round_trips']} round trips, net {told['total_profit']:.4f}",
        f"tick {told['tick']}, orchestrator {told['orchestrator']}",
    ]
    return "\n".join(lines)


def _asking(status: Callable[[], str]) -> tuple[Verb, ...]:
    slot = Parameter(
        name="slot_id",
        kind="integer",
        help="The slot's number.",
        required=True,
        least=Decimal(0),
        most=Decimal(10**9),
    )
    return (
        Verb(action="status", help="Say how the desk stands.", run=lambda _desk, _given: status()),
        Verb(
            action="why",
            help="Say why a slot stands as it does.",
            parameters=(slot,),
            run=lambda desk, given: "\n".join(why(desk, given["slot_id"])),
        ),
    )


def _stop() -> Verb:
    return Verb(
        action=STOP,
        help="Put the emergency stop up: no new entries until a person clears it at the desk.",
        run=_put_up,
    )


def _put_up(desk: Desk, given: Arguments) -> str:
    del given
    if ESTOP in desk.books.holds:
        return "stopped already"
    holds.put_up(desk, ESTOP, "stopped by chat")
    return "stopped: no new entries; exits are still placed"
