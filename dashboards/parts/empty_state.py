"""Say plainly that there is nothing to show yet, and what would change that."""

import streamlit as st

from dashboards.parts import markup
from dashboards.queries import Data


def no_desk(data: Data) -> bool:
    """Explain a missing published folder; say whether the page has nothing else to show."""
    if data.present:
        return False
    markup.title("No desk has published here yet")
    where = str(data.folder) if data.folder else "no folder is chosen"
    markup.notice(
        f"Nothing to read in {where}. Start a desk, or choose another runtime in the sidebar.",
    )
    st.code("holdfast up", language="bash")
    return True


def nothing(text: str) -> None:
    """Stand in for an empty panel with one sentence."""
    markup.notice(text, "muted")
