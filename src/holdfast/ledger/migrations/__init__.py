"""The numbered steps that bring a ledger file to the schema of this build.

Rules: a step is one module `mNNNN_name` with one function `apply(connection)`; steps run in order,
each in its own transaction; a step that was released is never edited; views may be replaced.
"""

from collections.abc import Callable
from typing import NamedTuple

import duckdb

from holdfast.ledger.migrations import (
    m0001_events,
    m0002_projections,
    m0003_views,
    m0004_intents,
    m0005_safety,
    m0006_alerts,
    m0007_evidence,
    m0008_regime,
)


class Step(NamedTuple):
    """One migration."""

    version: int
    name: str
    purpose: str
    apply: Callable[[duckdb.DuckDBPyConnection], None]
    folded: bool = False  # makes tables that the events fold to


STEPS: tuple[Step, ...] = (
    Step(1, "events", "the event list, candles and assets", m0001_events.apply),
    Step(
        2,
        "projections",
        "typed tables folded from the events",
        m0002_projections.apply,
        folded=True,
    ),
    Step(3, "views", "balances, profit, days, subsidy and equity as views", m0003_views.apply),
    Step(
        4,
        "intents",
        "every order's way to the venue, step by step",
        m0004_intents.apply,
        folded=True,
    ),
    Step(
        5,
        "safety",
        "tables of signals, refused orders and policies",
        m0005_safety.apply,
        folded=True,
    ),
    Step(6, "alerts", "alerts from their beginning to their end", m0006_alerts.apply, folded=True),
    Step(7, "evidence", "what drills and runbooks found", m0007_evidence.apply, folded=True),
    Step(
        8,
        "regime",
        "changes of the tier, and what watched gates would have done",
        m0008_regime.apply,
        folded=True,
    ),
)
LATEST = STEPS[-1].version
FOLDED = frozenset(step.name for step in STEPS if step.folded)  # rebuilt when they are new


def make_folded_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make every table that the events fold to, empty."""
    for step in STEPS:
        if step.folded:
            step.apply(connection)
