"""Let an operator send one verb to the desk and read its answer.

With no desk to speak to the bar stays, disabled, and says why. Nothing is ever sent twice.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from dashboards import control
from dashboards.colon import hidden, suggested
from dashboards.control import Answer, Desk, Verb
from dashboards.parts import markup
from dashboards.parts.markup import Column

_FIELD = "command_line"
_ANSWER = "command_answer"


def command_bar(published: Path | None) -> None:
    """Show the bar for the desk beside this published folder."""
    desk = control.find_desk(published) if published else "No runtime is chosen."
    verbs = known_verbs(desk.url, desk.token) if isinstance(desk, Desk) else desk
    why = verbs if isinstance(verbs, str) else ""
    known = [] if isinstance(verbs, str) else verbs
    status = _status(published)
    offered = [verb for verb in known if not hidden(verb.action, status)]
    field, listed = st.columns([8, 1])
    field.text_input(
        "Command to the desk",
        key=_FIELD,
        placeholder=why or "Command to the desk, for example: pause, or set_entry_pct value=0.4",
        disabled=not known,
        on_change=_submit,
        args=(desk, known),
        label_visibility="collapsed",
    )
    with listed.popover("Verbs", disabled=not known, width="stretch"):
        markup.table(
            (Column("verb"), Column("takes"), Column("what it does")),
            [[verb.action, verb.usage, verb.help] for verb in offered],
        )
        short = suggested([verb.action for verb in offered])
        if short:
            markup.notice(f"Short: {short}", "muted")
    answer = st.session_state.get(_ANSWER)
    if known and isinstance(answer, Answer):
        markup.notice(answer.message, "good" if answer.ok else "bad")


@st.cache_data(ttl="10s", max_entries=8, show_spinner=False)
def known_verbs(url: str, token: str) -> list[Verb] | str:
    """Return the verbs the desk lists, or the sentence that says why there are none."""
    return control.verbs(Desk(url=url, token=token))


def _status(published: Path | None) -> Mapping[str, Any]:
    try:
        told = json.loads((published / "status.json").read_text("utf-8")) if published else {}
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, Mapping) else {}


def _submit(desk: Desk | str, known: list[Verb]) -> None:
    line = str(st.session_state.get(_FIELD, ""))
    if not line.strip() or isinstance(desk, str):
        return
    command = control.parse(line, known)
    if isinstance(command, str):
        st.session_state[_ANSWER] = Answer(ok=False, message=command)
        return
    st.session_state[_ANSWER] = control.send(desk, command)
    st.session_state[_FIELD] = ""
