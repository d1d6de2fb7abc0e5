"""Advisers shape one entry together: where the first is silent the second is heard."""

from decimal import Decimal

from msgspec.structs import replace
from slot_story import SlotStory

from holdfast.domain.slots import LEG_A, LEG_B
from holdfast.engine.advice import NO_ADVICE, Advice, advised, joined

TWO, THREE = Decimal(2), Decimal(3)


def test_a_target_of_one_adviser_holds_beside_the_rules_of_another():
    story = SlotStory()
    wider = replace(story.rules, entry_pct=Decimal("0.5"))
    said = joined(Advice(rules=wider), Advice(profit_pct=TWO))
    terms = advised(story.terms(), said)
    assert (terms.rules.entry_pct, terms.rules.profit_pct) == (Decimal("0.5"), TWO)
    assert story.rules.profit_pct != TWO


def test_the_first_amounts_and_the_first_target_are_followed():
    first, second = (
        Advice(amounts={LEG_A: TWO}, profit_pct=TWO),
        Advice(amounts={LEG_A: THREE, LEG_B: THREE}, profit_pct=THREE),
    )
    said = joined(first, second)
    assert (dict(said.amounts), said.profit_pct) == ({LEG_A: TWO, LEG_B: THREE}, TWO)
    assert joined(NO_ADVICE, second) is second
    assert joined(Advice(profit_pct=TWO), second).amounts is second.amounts
