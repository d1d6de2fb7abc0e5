"""Say where in the ledger an entry stands, and when it was written there."""

from typing import NamedTuple


class Place(NamedTuple):
    """A row's sequence number, its market time and its wall time, all that an entry lacks."""

    sequence: int
    market_time: int
    recorded_at: int
