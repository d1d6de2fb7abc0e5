"""Say what the engine may see of a profile, and what one reduction may know beside it.

Times are microseconds; percentages are plain percent; 0 switches a refresh off.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType

import msgspec

from holdfast.domain.market import Regime
from holdfast.domain.money import ZERO, Instrument
from holdfast.domain.slots import Block, LegName
from holdfast.engine.sizing import Sizing

NEVER = 10**18
NO_AMOUNTS: Mapping[LegName, Decimal] = MappingProxyType({})  # shared: `{}` would be made anew
NO_BLOCKS: Mapping[LegName, Block] = MappingProxyType({})  # for every reduction


class Rules(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The rules of the slot grid (core 1.1.5), with the digest they are known by.

    Beside its fields it keeps what pricing worked out of them once, which no comparison sees.
    """

    genesis: str
    instrument: Instrument
    entry_pct: Decimal
    entry_pct_a: Decimal = ZERO
    entry_pct_b: Decimal = ZERO
    slot_spacing_pct: Decimal = ZERO
    profit_pct: Decimal
    refresh_pct: Decimal
    max_refreshes: int = 3
    refresh_cooldown: int = 0
    base_sized: bool = False
    loss_backoff_start: int = 3
    backoff_factor: Decimal = ZERO
    backoff_max: Decimal = Decimal(1)
    loss_cooldown_start: int = 5
    loss_cooldown: int = 0
    reentry_cooldown: int = 0
    s1_orphan_after: int = NEVER
    s2_orphan_after: int = NEVER
    max_recoveries: int = 2
    positions: bool = False
    digest: str = ""

    @cached_property
    def reaches_a(self) -> dict[int, Decimal]:
        """Keep what leg A of each slot multiplies the mark by, as it is asked for."""
        return {}

    @cached_property
    def reaches_b(self) -> dict[int, Decimal]:
        """Keep what leg B of each slot multiplies the mark by, as it is asked for."""
        return {}


class Terms(msgspec.Struct, frozen=True, gc=False):
    """What one reduction may know: rules, time, mark, sizing, what stands in the way of an entry.

    `spare_*` is what is free at the venue; None means it is not limited. `block` keeps every leg
    from entering, with the reason. `amounts` and `blocks` name what holds for one leg instead. `blind`
    says that the mark is a stand-in or stale: nothing may be given up at it.
    """

    rules: Rules
    now: int
    mark: Decimal
    sizing: Sizing
    block: Block = Block.NONE
    spare_base: Decimal | None = None
    spare_quote: Decimal | None = None
    regime: Regime | None = None
    amounts: Mapping[LegName, Decimal] = NO_AMOUNTS
    blocks: Mapping[LegName, Block] = NO_BLOCKS
    blind: bool = False
