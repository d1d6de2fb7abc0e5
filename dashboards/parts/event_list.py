"""List events in plain words: when, what, and the few facts that matter."""

import pandas as pd

from dashboards import theme
from dashboards.parts import markup
from dashboards.parts.empty_state import nothing
from dashboards.parts.markup import Column
from dashboards.parts.slot_timeline import parse

_FACTS = ("leg", "side", "role", "price", "size", "net", "block", "status", "reason")


def event_list(events: pd.DataFrame, zone: str) -> None:
    """Show a few events, as they come."""
    markup.title("Last events of this slot")
    if events.empty:
        nothing("None published yet.")
        return
    rows = [
        [theme.moment(row["at"], zone), str(row["type"]), facts(row["payload"])]
        for row in events.to_dict("records")
    ]
    markup.table((Column("when"), Column("event"), Column("facts")), rows)


def facts(payload: object) -> str:
    """Pick the facts of a payload that people ask for."""
    found = parse(payload)
    return " ".join(str(found[key]) for key in _FACTS if found.get(key) not in (None, ""))[:120]
