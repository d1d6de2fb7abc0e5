"""Write docs/phases.md by walking the engine itself: every phase, every input, where it leads.

With --check it only says whether the page is fresh.
"""

import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from holdfast.domain.money import Instrument
from holdfast.domain.observations import Execution
from holdfast.domain.slots import Leg, Order, Role, Slot, phase
from holdfast.engine.inputs import EntryWanted, ExitWanted, Input, TimeCame
from holdfast.engine.reducer import reduce
from holdfast.engine.rules import Rules, Terms
from holdfast.engine.sizing import Sizing

PAGE = Path(__file__).parents[1] / "docs" / "phases.md"
MINUTE = 60_000_000
MARK = Decimal("0.10")
RULES = Rules(
    genesis="paper",
    instrument=Instrument(
        symbol="DOGE/USD",
        base="DOGE",
        quote="USD",
        price_tick=Decimal("0.000001"),
        size_step=Decimal(1),
        min_base=Decimal(13),
        maker_fee_pct=Decimal("0.25"),
        taker_fee_pct=Decimal("0.40"),
    ),
    entry_pct=Decimal("0.2"),
    profit_pct=Decimal(1),
    refresh_pct=Decimal(1),
    s1_orphan_after=5 * MINUTE,
    s2_orphan_after=5 * MINUTE,
)
SIZING = Sizing(base_sized=True, amount=Decimal(20))
HEAD = """# Phases of a slot

Written by `python tools/phases_page.py`, which walks the engine itself.

A slot has two legs: A sells first and buys back, B buys first and sells. The phase is read off the legs that owe an
exit: S0 none, S1a leg A, S1b leg B, S2 both. A partial fill changes no phase. A sticky slot has no arrow for time.
"""


def transitions(*, sticky: bool) -> list[tuple[str, str, str]]:
    """Walk the engine from an empty slot; list (phase, what happened, next phase)."""
    first = Slot(slot_id=0, sticky=sticky, created_at=0)
    found: set[tuple[str, str, str]] = set()
    seen: set[tuple[str, ...]] = set()
    front = [(first, 0)]
    while front:
        slot, now = front.pop()
        if _shape(slot) in seen:
            continue
        seen.add(_shape(slot))
        for name, event in _inputs(slot):
            after = _reduce(slot, event, now + 10 * MINUTE)
            if phase(after) is not phase(slot):
                found.add((phase(slot).value, name, phase(after).value))
            front.append((after, now + 10 * MINUTE))
    return sorted(found)


def _reduce(slot: Slot, event: Input, now: int) -> Slot:
    return reduce(slot, event, Terms(RULES, now, MARK, SIZING)).slot


def _inputs(slot: Slot) -> Iterator[tuple[str, Input]]:
    for leg in (slot.b, slot.a):
        yield "an entry is placed", EntryWanted(leg=leg.name, reason="bootstrap")
        if leg.order is not None:
            yield f"the {leg.order.role.value} of leg {leg.name.value} fills", _fill(leg.order)
    yield "time passes", TimeCame()
    yield "an exit is placed", ExitWanted()


def _fill(order: Order) -> Execution:
    return Execution(
        client_order_id=order.client_order_id,
        fill_id="f",
        price=order.price,
        size=order.size,
        cost=order.price * order.size,
        fee=Decimal(0),
        liquidity="maker",
    )


def _shape(slot: Slot) -> tuple[str, ...]:
    return (*(_leg_shape(leg) for leg in (slot.a, slot.b)), str(slot.s2_entered_at is not None))


def _leg_shape(leg: Leg) -> str:
    if leg.order is None:
        return "idle" if leg.lot is None else "owes"
    return "entry" if leg.order.role is Role.ENTRY else "exit"


def render() -> str:
    """Write the page."""
    parts = [HEAD]
    for title, sticky in (("Sticky slots", True), ("Cycling slots", False)):
        rows = transitions(sticky=sticky)
        arrows = "\n".join(f"    {start} --> {end}: {name}" for start, name, end in rows)
        parts.append(f"## {title}\n\n```mermaid\nstateDiagram-v2\n    [*] --> S0\n{arrows}\n```\n")
        table = "\n".join(f"| {start} | {name} | {end} |" for start, name, end in rows)
        parts.append(f"| phase | what happens | next |\n|---|---|---|\n{table}\n")
    return "\n".join(parts)


def main(arguments: list[str]) -> int:
    """Write the page, or with --check compare it."""
    page = render()
    if "--check" in arguments:
        if PAGE.exists() and PAGE.read_text() == page:
            return 0
        print("docs/phases.md is stale; do: python tools/phases_page.py")
        return 1
    PAGE.write_text(page)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
