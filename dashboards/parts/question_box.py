"""Answer a question in SQL over the published views; nothing can be changed from here."""

from decimal import Decimal

import pandas as pd
import streamlit as st

from dashboards import queries, theme
from dashboards.parts import markup
from dashboards.parts.empty_state import nothing
from dashboards.parts.markup import Column
from dashboards.queries import Data, Reply

_EXAMPLE = "select slot_id, count(*) as cycles, sum(net) as net\nfrom cycles\ngroup by slot_id\norder by net desc"


def question_box(data: Data) -> None:
    """Show the box, the answer, and what can be asked about."""
    with st.form("question", border=False):
        sql = st.text_area("One SELECT over the published views", value=_EXAMPLE, height=130)
        asked = st.form_submit_button("Ask")
    if asked:
        st.session_state["reply"] = queries.ask(data, sql)
    reply = st.session_state.get("reply")
    if isinstance(reply, Reply):
        _answer(reply)
    with st.expander("Views and their columns"):
        markup.table((Column("view"), Column("columns")), queries.views(data))


def _answer(reply: Reply) -> None:
    if reply.problem:
        markup.notice("That could not be answered.", "warn")
        st.code(reply.problem, language=None, wrap_lines=True)
        return
    if not reply.rows:
        nothing("The answer has no rows.")
        return
    frame = pd.DataFrame(reply.rows, columns=_unique(reply.columns))
    amounts = [str(name) for name in frame if frame[name].map(_is_amount).all()]
    right = {name: st.column_config.TextColumn(alignment="right") for name in amounts}
    st.dataframe(frame.astype(object).map(_cell), hide_index=True, column_config=right)
    if reply.cut:
        markup.notice(f"Only the first {len(reply.rows):,} rows are shown.", "muted")


def _is_amount(value: object) -> bool:
    return isinstance(value, Decimal)


def _cell(value: object) -> object:
    if isinstance(value, Decimal):
        return theme.exact(value)
    return value if isinstance(value, int | float | str | bool) or value is None else str(value)


def _unique(names: tuple[str, ...]) -> list[str]:
    seen: dict[str, int] = {}
    unique = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return unique
