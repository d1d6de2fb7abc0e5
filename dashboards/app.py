"""Open the dashboard: page settings and navigation, nothing else."""

import streamlit as st

from dashboards import shell
from dashboards.views import alerts, exchange, ledger, overview, safety, slots

st.set_page_config(page_title="holdfast", layout="wide", initial_sidebar_state="collapsed")
st.navigation(
    [
        st.Page(shell.live(overview.render), title="Overview", url_path="overview", default=True),
        st.Page(shell.live(slots.render), title="Slots", url_path="slots"),
        st.Page(shell.live(safety.render), title="Safety", url_path="safety"),
        st.Page(shell.live(exchange.render), title="Exchange", url_path="exchange"),
        st.Page(shell.live(alerts.render), title="Alerts", url_path="alerts"),
        st.Page(shell.still(ledger.render), title="Ledger", url_path="ledger"),
    ],
    position="top",
).run()
