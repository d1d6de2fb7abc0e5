"""Let an operator give a waiting exit up, with every gate and its measured value before the second look.

The desk judges again when it is asked: what stands here is its last status. Nothing is sent twice.
"""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboards import control, standing, theme
from dashboards.control import Answer, Desk
from dashboards.parts import ages, markup
from dashboards.parts.command_bar import known_verbs
from dashboards.parts.empty_state import nothing
from dashboards.parts.markup import Cell, Column
from dashboards.queries import Data

VERB, OLDEST = "release_slot", "release_oldest_eligible"
_ANSWER, _PICKED = "release_answer", "release_picked"


def release_dialog(data: Data) -> None:
    """Offer the waiting exits, oldest first; without their block nothing is offered."""
    exits = standing.rows(standing.mapping(data.status.get("slot_vintage")).get("exits"))
    markup.title("Release", "give one waiting exit up; the oldest come first")
    if not exits:
        nothing("No exit waits, or the desk does not list them.")
        return
    labels = {_label(row): row for row in exits}
    picked = st.selectbox("Exit", list(labels), key=_PICKED, label_visibility="collapsed")
    row = labels.get(str(picked), exits[0])
    _gates(data, row)
    desk = control.find_desk(data.folder) if data.folder else "No runtime is chosen."
    found = known_verbs(desk.url, desk.token) if isinstance(desk, Desk) else desk
    known = set() if isinstance(found, str) else {verb.action for verb in found}
    _buttons(desk, row, known)
    if isinstance(found, str):
        markup.notice(found, "muted")
    answer = st.session_state.get(_ANSWER)
    if isinstance(answer, Answer):
        markup.notice(answer.message, "good" if answer.ok else "bad")


def _gates(data: Data, row: Mapping[str, Any]) -> None:
    columns = (*(Column("gate"), Column("measured", True)), Column("at least", True), Column(""))
    rows = [_gate(gate) for gate in standing.rows(row.get("gates"))]
    health = standing.mapping(data.status.get("release_health"))
    if health:
        blocked = bool(health.get("recon_hard_gate_blocked"))
        known = health.get("recon_hard_gate_known") is not False
        said = "closed" if blocked else "open" if known else "not known: a warning"
        tone = "bad" if blocked else "good" if known else "warn"
        reason = str(health.get("recon_hard_gate_reason") or theme.DASH)
        rows.append(["balances", reason, "", Cell(said, tone)])
    markup.table(columns, rows, wrap=True)


def _gate(gate: Mapping[str, Any]) -> list[Cell | str]:
    unit, measured = str(gate.get("unit") or ""), gate.get("measured")
    passed = bool(gate.get("passed"))
    return [
        str(gate.get("name") or "gate"),
        "not known" if measured is None else _amount(measured, unit),
        _amount(gate.get("bound"), unit),
        Cell("open" if passed else "closed", "good" if passed else "bad"),
    ]


def _amount(value: object, unit: str) -> str:
    if unit == "s":
        return ages.seconds(value)
    return f"{theme.number(value, 2)} {unit}".strip()


def _buttons(desk: Desk | str, row: Mapping[str, Any], known: set[str]) -> None:
    command = {"action": VERB, "slot_id": row.get("slot_id"), "trade_id": row.get("trade_id")}
    if row.get("exit_id") is not None:
        command["exit_id"] = row["exit_id"]
    here, there = st.columns(2)
    off = VERB not in known
    with here.popover("Release this exit", disabled=off, width="stretch"):
        markup.notice(
            "The exit is cancelled, its inventory leaves the slot at the mark, and the cycle is "
            "booked with its loss. This cannot be taken back.",
            "warn",
        )
        st.button("Release it now", key="do_release", type="primary", on_click=_send,
                  args=(desk, command))  # fmt: skip
    there.button(
        "Try it out",
        key="try_release",
        help="Say what would happen; nothing is changed.",
        disabled=off,
        on_click=_send,
        args=(desk, {**command, "dry_run": True}),
        width="stretch",
    )


def _send(desk: Desk | str, command: Mapping[str, Any]) -> None:
    if isinstance(desk, Desk):
        st.session_state[_ANSWER] = control.send(desk, command)


def _label(row: Mapping[str, Any]) -> str:
    number = row.get("exit_id")
    name = "unplaced exit" if number is None else f"exit {number}"
    state = "is being released" if row.get("releasing") else (
        "passes every gate" if row.get("eligible") else "a gate is closed"
    )  # fmt: skip
    age = theme.age(standing.whole(row.get("age_sec")))
    return f"slot {row.get('slot_id')} leg {row.get('trade_id')}, {name}, {age}: {state}"
