"""The book of rows: who begins with what, who may change it, and that it is a fold."""

import pytest
from risk_cases import policy

from holdfast.domain.bookkeeping import HoldSet, PolicyNoted
from holdfast.domain.errors import CommandRefused
from holdfast.safety.policies import DEFAULT_ROW, PolicyBook


def book_of(*notes):
    book = PolicyBook()
    for note in notes:
        book.apply(note)
    return book


@pytest.mark.plan("004-016", "004-017", "004-078")
def test_a_new_chat_user_gets_the_default_row():
    book = PolicyBook()
    note = book.welcome("chat:42")
    assert note is not None
    assert {name: after for name, (_, after) in note.changes.items()} == DEFAULT_ROW
    book.apply(note)
    assert book.row("chat:42") == DEFAULT_ROW
    assert book.welcome("chat:42") is None


def test_whoever_nobody_has_met_is_held_to_the_default_and_the_operator_to_the_desk():
    book, desk = PolicyBook(), policy()
    assert book.policy_for("api:new", desk).max_order_notional_usd == 10
    assert book.policy_for("operator", desk) == desk
    assert book.welcome("operator") is None


def test_the_stricter_of_desk_stage_and_principal_is_in_force_field_by_field():
    note = PolicyNoted(
        principal="chat:1",
        changes={"max_order_notional_usd": ("", "500"), "max_open_orders": ("", "99")},
        reason="",
    )
    found = book_of(note).policy_for("chat:1", policy(), {"max_leverage": "2"})
    assert found.max_order_notional_usd == 500
    assert found.max_leverage == 2
    assert found.max_open_orders == 50


def test_tightening_needs_nobody():
    note = PolicyBook().change("chat:1", {"max_order_notional_usd": "5"}, actor="ann")
    assert note.changes["max_order_notional_usd"] == ("10", "5")
    found = book_of(note)
    assert found.row("chat:1") == dict(DEFAULT_ROW) | {"max_order_notional_usd": "5"}


@pytest.mark.parametrize(
    ("reason", "approver"),
    [("", "bob"), ("why", ""), ("why", "ann"), ("why", " ANN "), (" ", "bob")],
)
def test_loosening_needs_a_reason_and_a_second_person(reason, approver):
    with pytest.raises(CommandRefused, match="max_order_notional_usd would be loosened"):
        PolicyBook().change(
            "chat:1",
            {"max_order_notional_usd": "50", "max_open_orders": "1"},
            actor="ann",
            reason=reason,
            approver=approver,
        )


def test_a_loosened_row_is_noted_with_both_people_behind_it():
    note = PolicyBook().change(
        "chat:1", {"max_order_notional_usd": "50"}, actor="ann", reason="grown", approver="bob"
    )
    assert (note.reason, note.approver) == ("grown", "bob")
    assert book_of(note).row("chat:1")["max_order_notional_usd"] == "50"


def test_a_limit_taken_away_is_loosened():
    with pytest.raises(CommandRefused, match="second person"):
        PolicyBook().change("chat:1", {"daily_loss_limit": ""}, actor="ann", reason="why")
    note = PolicyBook().change(
        "chat:1", {"daily_loss_limit": ""}, actor="ann", reason="why", approver="bob"
    )
    assert "daily_loss_limit" not in book_of(note).row("chat:1")
    assert book_of(note).row("chat:1")["max_leverage"] == "1"


@pytest.mark.parametrize("wanted", [{}, {"nothing": "1"}, {"nothing": ""}, {"max_leverage": "x"}])
def test_what_cannot_be_understood_is_refused(wanted):
    with pytest.raises(CommandRefused):
        PolicyBook().change("chat:1", wanted, actor="ann", reason="r", approver="bob")


def test_a_change_that_changes_nothing_is_refused():
    note = PolicyBook().change("chat:1", {"max_open_orders": "5"}, actor="ann")
    with pytest.raises(CommandRefused, match="so already"):
        book_of(note).change("chat:1", {"max_open_orders": "5"}, actor="ann")


def test_the_book_passes_over_other_notes():
    assert book_of(HoldSet(name="operator", reason="x")).rows == {}
