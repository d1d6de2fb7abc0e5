"""Frame every page: the runtime and time zone to show, the health band, the view, the commands.

A live page looks again every `REFRESH`. A still page only renews its health band by itself, so
nobody's paging or query is disturbed.
"""

import os
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from dashboards import queries
from dashboards.parts.command_bar import command_bar
from dashboards.parts.empty_state import no_desk
from dashboards.parts.health_band import health_band
from dashboards.queries import Data
from holdfast.config import folders

REFRESH = "2s"
Render = Callable[[Data], None]

_DENSE = """
<style>
[data-testid="stMainBlockContainer"]{padding:3.9rem 1.4rem 1rem;max-width:none}
[data-testid="stVerticalBlock"]{gap:.55rem}
[data-stale="true"]{opacity:1 !important}
@media (max-width:1000px){.st-key-panels [data-testid="stColumn"]{min-width:100%}}
</style>
"""


def live(render: Render) -> Callable[[], None]:
    """Make a page that renews itself."""

    def page() -> None:
        folder, zone = _choices()
        _live_band(folder, zone)
        _commands(folder)
        _live_body(render, folder, zone)

    return page


def still(render: Render) -> Callable[[], None]:
    """Make a page that changes only when it is used."""

    def page() -> None:
        folder, zone = _choices()
        _live_band(folder, zone)
        _commands(folder)
        _still_body(render, folder, zone)

    return page


@st.fragment(run_every=REFRESH)
def _live_body(render: Render, folder: Path | None, zone: str) -> None:
    _body(render, queries.load(folder, zone))


@st.fragment(run_every=REFRESH)
def _live_band(folder: Path | None, zone: str) -> None:
    data = queries.load(folder, zone)
    if data.present:
        health_band(data)


@st.fragment
def _still_body(render: Render, folder: Path | None, zone: str) -> None:
    _body(render, queries.load(folder, zone))


@st.fragment
def _commands(folder: Path | None) -> None:
    command_bar(folder)


def _body(render: Render, data: Data) -> None:
    if not no_desk(data):
        render(data)


def _choices() -> tuple[Path | None, str]:
    st.html(_DENSE)
    with st.sidebar:
        folder = queries.chosen_folder() or _pick()
        local = st.toggle("Local time", key="local_time", help="UTC unless this is on.")
        st.caption("Figures come from published files only; the ledger is never opened.")
    return folder, (st.context.timezone or "UTC") if local else "UTC"


def _pick() -> Path | None:
    found = queries.runtimes(folders.home(os.environ))
    if not found:
        return None
    return st.selectbox("Runtime", found, format_func=lambda path: path.parent.name)
