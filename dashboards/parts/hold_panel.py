"""Show the holds, and let an operator put the own one up or down after a second look.

Only verbs the desk lists are offered. What the control API cannot do is named as a command.
"""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboards import control, safety_queries, standing, standing_exchange, theme
from dashboards.control import Answer, Desk, Verb
from dashboards.parts import ages, markup
from dashboards.parts.command_bar import known_verbs
from dashboards.parts.empty_state import nothing
from dashboards.parts.markup import Cell, Column
from dashboards.queries import Data

MOST = 8  # rows, those that stand first
_ANSWER = "hold_answer"
_SHOWN = (
    ("pause", "Pause", "New entries wait. Orders that rest stay, and exits are still placed."),
    ("resume", "Resume", "The operator's hold ends. The desk refuses while another one stands."),
)


def holds(data: Data) -> None:
    """List the holds that stand by the status, which is newer than the tables; then those that ended."""
    markup.title("Holds", "entries wait until none stands")
    rows: list[dict[Any, Any]] = [*safety_queries.holds(data, limit=12).to_dict("records")]
    began = {str(row["name"]): row for row in reversed(rows) if not _is_over(row)}
    told = [_stands(data, row, began) for row in standing.rows(data.status.get("holds"))]
    told += [_over(data, row) for row in rows if _is_over(row)][: max(0, MOST - len(told))]
    if not told:
        nothing("None stands.")
        return
    columns = (Column("hold"), Column("stands"), Column("since"), Column("for"), Column("reason"))
    markup.table(columns, told, wrap=True)


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


def _is_over(row: dict[Any, Any]) -> bool:
    return theme.decimal(row["cleared_at"]) is not None


def _stands(
    data: Data, row: Mapping[str, Any], began: Mapping[str, dict[Any, Any]]
) -> list[Cell | str]:
    name = str(row.get("name") or "hold")
    since = began.get(name, {}).get("set_at")
    return [
        name,
        Cell("yes", "warn"),
        theme.moment(since, data.zone),
        ages.of_machine(data, since),
        str(row.get("reason") or theme.DASH),
    ]


def _over(data: Data, row: dict[Any, Any]) -> list[Cell | str]:
    length = float(row["cleared_at"] - row["set_at"]) / theme.MICRO
    moment = theme.moment(row["set_at"], data.zone)
    return [str(row["name"]), "no", moment, theme.age(length), str(row["reason"])]
