"""Say what policies beside the slots advise on one slot's entries: where, how much, how far.

Advice only narrows or shapes an entry; it never touches an exit. The first adviser that names a
block, an amount or rules is the one that is followed.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec
from msgspec.structs import replace

from holdfast.domain.market import Regime
from holdfast.domain.slots import Block, LegName
from holdfast.engine.rules import NO_AMOUNTS, NO_BLOCKS, Rules, Terms


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """Blocks and amounts a leg; `rules`, `regime`, `profit_pct` None where there is no say in them."""

    blocks: Mapping[LegName, Block] = NO_BLOCKS
    amounts: Mapping[LegName, Decimal] = NO_AMOUNTS
    rules: Rules | None = None
    regime: Regime | None = None
    profit_pct: Decimal | None = None


NO_ADVICE = Advice()


def kept_off(legs: Sequence[LegName]) -> Advice:
    """Advise against entries on legs that somebody keeps off."""
    return Advice(blocks=dict.fromkeys(legs, Block.OPERATOR)) if legs else NO_ADVICE


def joined(first: Advice, second: Advice) -> Advice:
    """Follow the first adviser, and the second where the first is silent.

    >>> from holdfast.domain.slots import LEG_A, LEG_B
    >>> one = Advice(blocks={LEG_A: Block.REGIME})
    >>> two = Advice(blocks={LEG_A: Block.MOMENTUM, LEG_B: Block.MOMENTUM})
    >>> [block.value for _, block in sorted(joined(one, two).blocks.items())]
    ['regime', 'momentum']
    """
    if first is NO_ADVICE:
        return second
    if second is NO_ADVICE:
        return first
    return Advice(
        blocks={**second.blocks, **first.blocks},
        amounts={**second.amounts, **first.amounts}
        if first.amounts and second.amounts
        else first.amounts or second.amounts,
        rules=first.rules if first.rules is not None else second.rules,
        regime=first.regime if first.regime is not None else second.regime,
        profit_pct=first.profit_pct if first.profit_pct is not None else second.profit_pct,
    )


def advised(terms: Terms, advice: Advice) -> Terms:
    """Narrow the terms of one reduction by what was advised; a block that stands on all legs stays."""
    if advice is NO_ADVICE:
        return terms
    free = terms.block is Block.NONE
    rules = terms.rules if advice.rules is None else advice.rules
    if advice.profit_pct is not None:
        rules = replace(rules, profit_pct=advice.profit_pct)
    return replace(
        terms,
        rules=rules,
        regime=advice.regime,
        amounts=advice.amounts,
        blocks=advice.blocks if free else NO_BLOCKS,
    )
