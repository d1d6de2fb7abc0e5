"""Show the holds, and let an operator put the own one up or down after a second look.

Only verbs the desk lists are offered. What the control API cannot do is named as a command.
"""

from typing import Any

import streamlit as st

from dashboards import control, safety_queries, standing, standing_exchange, theme
from dashboards.control import Answer, Desk, Verb
from dashboards.parts import ages, markup
from dashboards.parts.command_bar import known_verbs
from dashboards.parts.empty_state import nothing
from dashboards.parts.markup import Cell, Column
from dashboards.queries import Data

_ANSWER = "hold_answer"
_SHOWN = (
    ("pause", "Pause", "New entries wait. Orders that rest stay, and exits are still placed."),
    ("resume", "Resume", "The operator's hold ends. The desk refuses while another one stands."),
)


def holds(data: Data) -> None:
    """List the holds that stand, then those that ended last."""
    markup.title("Holds", "entries wait until none stands")
    frame = safety_queries.holds(data, limit=8)
    if frame.empty:
        _told(data)
        return
    columns = (Column("hold"), Column("stands"), Column("since"), Column("for"), Column("reason"))
    markup.table(columns, [_hold(data, row) for row in frame.to_dict("records")], wrap=True)


def hold_actions(data: Data) -> None:
    """Offer to pause and to resume, each behind a second look, and name what a shell can do."""
    desk = control.find_desk(data.folder) if data.folder else "No runtime is chosen."
    verbs = known_verbs(desk.url, desk.token) if isinstance(desk, Desk) else desk
    known = {} if isinstance(verbs, str) else {verb.action: verb for verb in verbs}
    shown = [row for row in _SHOWN if row[0] in known]
    armed = bool(standing_exchange.execution(data.status))
    if not shown and not armed:
        return
    *places, shell, _ = st.columns([*(1 for _ in shown), 1.4, 5])
    for place, (action, label, what) in zip(places, shown, strict=True):
        with place.popover(label, width="stretch"):
            _confirm(desk, known[action], label, what)
    if armed:
        with shell.popover("From a shell", width="stretch"):
            _commands(str(data.status.get("profile") or "PROFILE"))
    answer = st.session_state.get(_ANSWER)
    if isinstance(answer, Answer):
        markup.notice(answer.message, "good" if answer.ok else "bad")


def _confirm(desk: Desk | str, verb: Verb, label: str, what: str) -> None:
    markup.notice(what, "calm")
    if "reason" in verb.parameters:
        st.text_input("Reason, for the ledger", key=f"why_{verb.action}", max_chars=160)
    st.button(
        f"{label} this desk now",
        key=f"do_{verb.action}",
        type="primary",
        on_click=_send,
        args=(desk, verb.action),
    )


def _send(desk: Desk | str, action: str) -> None:
    reason = str(st.session_state.get(f"why_{action}") or "")
    if isinstance(desk, Desk):
        command = {"action": action} | ({"reason": reason} if reason else {})
        st.session_state[_ANSWER] = control.send(desk, command)


def _commands(profile: str) -> None:
    markup.title("Stops and modes", "these ask for a name and a reason, so a shell sends them")
    lines = (
        f"holdfast kill --profile {profile}",
        f"holdfast mode dry --profile {profile}",
        f"holdfast mode show --profile {profile}",
        f"holdfast resume --profile {profile} --reason … --actor …",
    )
    st.code("\n".join(lines), language=None)


def _told(data: Data) -> None:
    names = standing.holds(data.status)
    if not names:
        nothing("None stands.")
    for name in names:
        markup.notice(name, "warn")


def _hold(data: Data, row: dict[Any, Any]) -> list[Cell | str]:
    over = theme.decimal(row["cleared_at"])
    length = (
        ages.of_machine(data, row["set_at"])
        if over is None
        else theme.age(float(over - int(row["set_at"])) / theme.MICRO)
    )
    return [
        str(row["name"]),
        Cell("yes", "warn") if over is None else "no",
        theme.moment(row["set_at"], data.zone),
        length,
        str(row["reason"]),
    ]
