"""Say how much a desk may do in a tick, and how many orders it may rest."""

from typing import Literal

import msgspec

from holdfast.engine.capacity import banded, throttled
from holdfast.engine.readings import Band

UNLIMITED = 1_000_000


class Repairs(msgspec.Struct, frozen=True, kw_only=True):
    """How missing sides come back: which entries pass the cap of a tick, and those of the regime.

    `exempt` is none, bootstrap or repair, each with what stands before it. `regime` says whether a
    side comes back when its suppression has lapsed, or only when somebody sees to it.
    """

    exempt: Literal["none", "bootstrap", "repair"] = "repair"
    regime: Literal["when_lapsed", "never"] = "when_lapsed"


USUAL_REPAIRS = Repairs()


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Counts; `order_cap` is the safe part of the venue's own cap.

    `entries_only` lets entries alone slow entries down; the cap itself counts every order all the
    same. `by_band` lets the trend band lower the entries of a tick. `repairs` says how missing sides
    come back.
    """

    calls_per_tick: int = UNLIMITED
    entries_per_tick: int = UNLIMITED
    bootstraps_per_tick: int = UNLIMITED
    order_cap: int = UNLIMITED
    entries_only: bool = False
    by_band: bool = False
    repairs: Repairs = USUAL_REPAIRS


NO_LIMITS = Limits()


def entry_cap(limits: Limits, counted: int, band: Band = Band.UNKNOWN) -> int:
    """Say how many entries a tick may add: fewer as the room shrinks, and as the market trends.

    `counted` are the orders that take up room: all that rest, or only the entries.
    """
    most = throttled(limits.entries_per_tick, limits.order_cap - counted)
    return banded(most, band) if limits.by_band else most
