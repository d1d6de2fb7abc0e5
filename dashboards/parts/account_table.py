"""Show the balance of every account, exactly, and whether each asset sums to zero."""

import streamlit as st

from dashboards import queries, theme
from dashboards.parts import markup
from dashboards.parts.empty_state import nothing
from dashboards.queries import Data


def account_table(data: Data) -> None:
    """Show balances and the check that nothing was made or lost."""
    accounts = queries.accounts(data)
    if accounts.empty:
        nothing("No account has been published yet.")
        return
    for row in queries.sums(data).to_dict("records"):
        _check(str(row["asset"]), str(row["total"]), zero=bool(row["zero"]))
    wide = accounts.pivot_table(
        index="account", columns="asset", values="balance", aggfunc="first", sort=False
    ).reset_index()
    assets = [str(column) for column in wide.columns if column != "account"]
    for asset in assets:
        wide[asset] = [theme.exact(value) for value in wide[asset]]
    right = st.column_config.TextColumn
    st.dataframe(
        wide,
        hide_index=True,
        height=min(620, 36 + 31 * len(wide)),
        column_config={asset: right(asset, alignment="right") for asset in assets},
    )
    markup.title(
        "", "venue:free and venue:held are what the venue owes; all others stand against them"
    )


def _check(asset: str, total: str, *, zero: bool) -> None:
    if zero:
        markup.notice(f"{asset}: all accounts sum to zero, to the last unit.", "good")
    else:
        text = f"{asset}: the accounts sum to {theme.exact(total)} and not to zero. The books are broken."
        markup.notice(text, "bad")
