"""Say how much a desk may do in a tick, and how many orders it may rest."""

import msgspec

UNLIMITED = 1_000_000


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Counts; `order_cap` is the safe part of the venue's own cap."""

    calls_per_tick: int = UNLIMITED
    entries_per_tick: int = UNLIMITED
    bootstraps_per_tick: int = UNLIMITED
    order_cap: int = UNLIMITED


NO_LIMITS = Limits()


def entry_cap(limits: Limits, open_orders: int) -> int:
    """Say how many entries a tick may add, less as the room under the cap shrinks (core 2.5)."""
    base, headroom = limits.entries_per_tick, limits.order_cap - open_orders
    for room, most in ((5, 1), (10, 2), (20, 3)):
        if headroom <= room:
            return min(base, most)
    return base
