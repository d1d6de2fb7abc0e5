"""The way of an order to the venue: which entry leads where, and what the table of states forbids."""

from decimal import Decimal

import pytest

from holdfast.domain.bookkeeping import ReceiptsNoted, SubmissionNoted
from holdfast.domain.events import CancelAsked, OrderEnded, OrderFilled, OrderPlaced, OrderRepriced
from holdfast.domain.intent_states import LEGAL, TERMINAL, IntentState, is_legal
from holdfast.domain.slots import Direction, LegName, Role, Side
from holdfast.engine.intents import Intents

ID, SIZE, PRICE = "o-1", Decimal(20), Decimal("0.1")


def placed():
    return OrderPlaced(
        *(0, LegName.B, Role.ENTRY, Side.BUY, ID, 1, 1, 1, PRICE, SIZE, Decimal("2.005")),
        *("bootstrap", PRICE, "r1"),
    )


def submitted(action="place"):
    return SubmissionNoted(action=action, ids=(ID,), deadline=10, epoch=3)


def filled(size, *, complete):
    return OrderFilled(
        *(0, LegName.B, Role.ENTRY, Side.BUY, ID, f"f-{size}", 1, PRICE, Decimal(size)),
        *(PRICE * size, Decimal(0), "maker", Decimal(0), complete, PRICE),
    )


def ended(status, reason="", done=0):
    return OrderEnded(
        slot=0,
        leg=LegName.B,
        role=Role.ENTRY,
        client_order_id=ID,
        side=Side.BUY,
        status=status,
        reason=reason,
        filled=Decimal(done),
        released=Decimal(0),
    )


def asked_to_cancel():
    return CancelAsked(slot=0, leg=LegName.B, role=Role.ENTRY, client_order_id=ID, reason="stale")


def moved():
    return OrderRepriced(
        slot=0,
        leg=LegName.B,
        client_order_id=ID,
        local_id=2,
        revision=1,
        price=PRICE,
        size=SIZE,
        hold=Decimal(2),
        released=Decimal(2),
        reason="refresh_entry",
        refreshes=1,
        direction=Direction.UP,
        mark=PRICE,
        rules="r1",
    )


ACCEPTED, UNKNOWN = ReceiptsNoted(accepted=(ID,)), ReceiptsNoted(unknown=(ID,))
MOVED = ReceiptsNoted(repriced=(ID,))
WAYS = {
    "answered and filled": (
        [placed(), submitted(), ACCEPTED, filled(20, complete=True)],
        "created submitting open filled",
    ),
    "filled in two parts": (
        [placed(), submitted(), ACCEPTED, filled(5, complete=False), filled(15, complete=True)],
        "created submitting open partial filled",
    ),
    "a venue that answers at once": ([placed(), ACCEPTED], "created submitting open"),
    "refused": (
        [placed(), submitted(), ended("refused", "post_only")],
        "created submitting rejected",
    ),
    "never sent": ([placed(), ended("refused", "aborted")], "created aborted"),
    "lost and found": (
        [placed(), submitted(), UNKNOWN, ACCEPTED],
        "created submitting unknown open",
    ),
    "lost and proven absent": (
        [placed(), submitted(), UNKNOWN, ended("refused", "not_placed")],
        "created submitting unknown not_placed",
    ),
    "killed before the answer, proven absent": (
        [placed(), submitted(), ended("refused", "not_placed")],
        "created submitting unknown not_placed",
    ),
    "lost, and an execution proves it": (
        [placed(), submitted(), UNKNOWN, filled(5, complete=False)],
        "created submitting unknown open partial",
    ),
    "canceled whole": (
        [placed(), ACCEPTED, asked_to_cancel(), ended("canceled")],
        "created submitting open canceling canceled",
    ),
    "canceled with a part": (
        [
            placed(),
            ACCEPTED,
            filled(5, complete=False),
            asked_to_cancel(),
            ended("canceled", done=5),
        ],
        "created submitting open partial canceling canceled_partial",
    ),
    "a fill wins against a cancel": (
        [placed(), ACCEPTED, asked_to_cancel(), filled(20, complete=True)],
        "created submitting open canceling filled",
    ),
    "moved": ([placed(), ACCEPTED, moved(), MOVED], "created submitting open amending open"),
    "a move that is refused": (
        [placed(), ACCEPTED, moved(), ReceiptsNoted(refused=(ID,))],
        "created submitting open amending open",
    ),
    "a lost move keeps its state": (
        [placed(), ACCEPTED, moved(), submitted("amend"), UNKNOWN, MOVED],
        "created submitting open amending open",
    ),
    "expired with a part": (
        [placed(), ACCEPTED, filled(5, complete=False), ended("expired", done=5)],
        "created submitting open partial expired_partial",
    ),
    "ended by the venue": (
        [placed(), ACCEPTED, ended("canceled")],
        "created submitting open canceled",
    ),
    "a cancel while nothing is known waits": (
        [placed(), submitted(), UNKNOWN, asked_to_cancel(), ACCEPTED, ended("canceled")],
        "created submitting unknown open canceled",
    ),
}


@pytest.mark.plan("004-011")
@pytest.mark.parametrize("name", WAYS)
def test_a_way_leads_through_its_states_in_order(name):
    entries, expected = WAYS[name]
    intents = Intents()
    steps = [step for entry in entries for step in intents.take(7, entry)]
    assert " ".join(step.after.value for step in steps) == expected
    assert [step.before for step in steps] == [None, *(step.after for step in steps[:-1])]
    assert intents.illegal == 0
    assert (ID in intents.live) is (steps[-1].after not in TERMINAL)


def test_nothing_leads_out_of_an_end():
    assert all(LEGAL[state] == frozenset() for state in TERMINAL)
    assert set(LEGAL) == set(IntentState)


def test_an_order_is_sent_only_once():
    assert [before for before in IntentState if is_legal(before, IntentState.SUBMITTING)] == [
        IntentState.CREATED
    ]


def test_what_the_table_forbids_is_counted_and_told():
    intents = Intents()
    for entry in (placed(), submitted()):
        intents.take(7, entry)
    (step,) = intents.take(8, ended("refused", "aborted"))
    assert not step.legal
    assert intents.illegal == 1


def test_a_second_request_for_the_same_order_makes_no_step():
    intents = Intents()
    for entry in (placed(), submitted(), ACCEPTED):
        intents.take(7, entry)
    assert intents.take(8, submitted()) == []
    assert intents.live[ID].state is IntentState.OPEN
