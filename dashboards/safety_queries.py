"""Ask the published tables about orders on their way, comparisons, modes, refusals, alerts, evidence.

Rules as in `queries`: constant SQL with parameters, an empty frame where a table is missing.
"""

import pandas as pd

from dashboards import safety_statements
from dashboards.queries import Data, frame

_WAY = ("filled", "state", "evidence", "since", "steps")


def live_intents(data: Data) -> pd.DataFrame:
    """Return every order that is not over, and how far it is on its way to the venue."""
    columns = (*("client_order_id", "slot", "leg", "role", "side", "price", "size"), *_WAY)
    return frame(data, safety_statements.LIVE_INTENTS, columns)


def ended_intents(data: Data, since: int) -> pd.DataFrame:
    """Count the orders that ended since a market time, by how they ended."""
    return frame(data, safety_statements.ENDED_INTENTS, ("state", "orders"), {"since": since})


def illegal_steps(data: Data, limit: int = 10) -> pd.DataFrame:
    """Return the newest steps of orders that the table of states forbids."""
    columns = ("at", "client_order_id", "before", "after", "evidence")
    return frame(data, safety_statements.ILLEGAL_STEPS, columns, {"limit": limit})


def requests(data: Data, since: int) -> pd.DataFrame:
    """Count what left for the venue since a market time, by kind."""
    columns = ("action", "orders", "requests", "last")
    return frame(data, safety_statements.REQUESTS, columns, {"since": since})


def simulated(data: Data, limit: int = 12) -> pd.DataFrame:
    """Return the newest orders that a desk in DRY would have placed."""
    columns = ("seq", "at", "slot", "leg", "role", "side", "price", "size")
    return frame(data, safety_statements.SIMULATED, columns, {"limit": limit})


def reconciliations(data: Data, limit: int = 12) -> pd.DataFrame:
    """Return the newest comparisons with the venue."""
    columns = (
        *("seq", "at", "result", "filled", "ended", "adopted", "resent", "unresolved", "calls"),
        *("foreign_orders", "gaps"),
    )
    return frame(data, safety_statements.RECONCILIATIONS, columns, {"limit": limit})


def modes(data: Data, limit: int = 12) -> pd.DataFrame:
    """Return the newest changes of the execution mode."""
    columns = ("seq", "at", "before", "after", "cause", "epoch")
    return frame(data, safety_statements.MODES, columns, {"limit": limit})


def holds(data: Data, limit: int = 12) -> pd.DataFrame:
    """Return holds, those that stand first."""
    columns = ("name", "reason", "set_seq", "set_at", "cleared_seq", "cleared_at")
    return frame(data, safety_statements.HOLDS, columns, {"limit": limit})


def refusals(data: Data, since: int) -> pd.DataFrame:
    """Count what the risk policy refused since a market time, by code."""
    columns = ("code", "refused", "last", "allowed", "observed", "slot", "leg")
    return frame(data, safety_statements.REFUSALS, columns, {"since": since})


def policies(data: Data, limit: int = 40) -> pd.DataFrame:
    """Return the limits that are kept for principals."""
    columns = ("principal", "field", "value", "reason", "approver", "set_at")
    return frame(data, safety_statements.POLICIES, columns, {"limit": limit})


def signals(data: Data, limit: int = 12) -> pd.DataFrame:
    """Return the newest signals from outside, and what became of them."""
    columns = ("source", "signal_id", "kind", "asked", "state", "detail", "received_at")
    return frame(data, safety_statements.SIGNALS, columns, {"limit": limit})


def alerts(data: Data, limit: int = 200) -> pd.DataFrame:
    """Return alerts, those that stand first."""
    columns = ("name", "severity", "detail", "at", "began_at", "ended_at", "ended_seq")
    return frame(data, safety_statements.ALERTS, columns, {"limit": limit})


def evidence(data: Data, limit: int = 60) -> pd.DataFrame:
    """Return the newest judged steps of drills and runbooks."""
    columns = (
        *("seq", "at", "kind", "name", "run", "step", "verdict", "expected", "observed"),
        "artefact_sha",
    )
    return frame(data, safety_statements.EVIDENCE, columns, {"limit": limit})


def publishes(data: Data, table: str) -> bool:
    """Say whether the desk of this folder publishes a table at all; an older build may not."""
    return data.manifest is not None and table in data.manifest.tables
