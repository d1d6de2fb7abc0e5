"""Say how far the regime is acted upon: the tier in force, and what it leaves behind when it is left.

Tiers: 0 symmetric, 1 biased (entries move apart), 2 directional (one side is suppressed). Times are
microseconds of market time; None is never.
"""

from typing import Final

import msgspec

from holdfast.domain.slots import LegName

SYMMETRIC: Final = 0
BIASED: Final = 1
DIRECTIONAL: Final = 2
LABELS: Final = ("symmetric", "biased", "directional")


class TierState(msgspec.Struct, frozen=True, kw_only=True):
    """Where the tiers stand.

    `side` is the leg tier 2 is against; it stays while tier 2 lasts, and `grace_at` says from when its
    grace runs. `left_at` and `left_side` say when tier 2 was last left, and which leg it was against.
    """

    tier: int = SYMMETRIC
    entered_at: int | None = None
    side: LegName | None = None
    grace_at: int = 0
    left_at: int | None = None
    left_side: LegName | None = None


NO_TIER: Final = TierState()
