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
    m0007_evidence,
)


class Step(NamedTuple):
    """One migration."""

    version: int
    name: str
    purpose: str
    apply: Callable[[duckdb.DuckDBPyConnection], None]


STEPS: tuple[Step, ...] = (
    Step(1, "events", "the event list, candles and assets", m0001_events.apply),
    Step(2, "projections", "typed tables folded from the events", m0002_projections.apply),
    Step(3, "views", "balances, profit, days, subsidy and equity as views", m0003_views.apply),
    Step(7, "evidence", "what drills and runbooks found", m0007_evidence.apply),
)
LATEST = STEPS[-1].version
