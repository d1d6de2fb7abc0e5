"""Say how much a desk may do in a tick, and how many orders it may rest."""

import msgspec

from holdfast.engine.capacity import banded, throttled
from holdfast.engine.readings import Band

UNLIMITED = 1_000_000


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Counts; `order_cap` is the safe part of the venue's own cap.

    `entries_only` lets entries alone slow entries down; the cap itself counts every order all the
    same. `by_band` lets the trend band lower the entries of a tick.
    """

    calls_per_tick: int = UNLIMITED
    entries_per_tick: int = UNLIMITED
    bootstraps_per_tick: int = UNLIMITED
    order_cap: int = UNLIMITED
    entries_only: bool = False
    by_band: bool = False


NO_LIMITS = Limits()


def entry_cap(limits: Limits, counted: int, band: Band = Band.UNKNOWN) -> int:
    """Say how many entries a tick may add: fewer as the room shrinks, and as the market trends.

    `counted` are the orders that take up room: all that rest, or only the entries.
    """
    most = throttled(limits.entries_per_tick, limits.order_cap - counted)
    return banded(most, band) if limits.by_band else most
