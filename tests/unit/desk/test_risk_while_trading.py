"""A whole desk trades under the gate's eyes: every exit it ever places would be allowed."""

import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from risk_cases import policy
from small_desk import House

from holdfast.desk import turn
from holdfast.desk.risk_room import RiskRoom, Surroundings
from holdfast.domain.events import OrderPlaced, OrderRepriced
from holdfast.domain.slots import Role
from holdfast.safety.policies import PolicyBook
from holdfast.safety.risk_memory import RiskMemory

NOTHING = policy(
    circuit_breaker="all",
    max_order_notional_usd="0",
    max_symbol_exposure_usd="0",
    max_total_exposure_usd="0",
    max_open_notional_usd="0",
    max_open_orders=1,
    allowed_sides=(),
    allowed_symbols=(),
    daily_loss_limit="0.000001",
    max_drawdown_pct="0",
)
WIDE = policy(
    max_open_orders=225,
    max_orders_per_minute=225,
    max_daily_orders=1_000_000,
    daily_loss_limit="0",
    max_total_loss_usd="0",
    max_drawdown_pct="100",
    max_price_deviation_pct="50",
)


def room_of(house, its_policy):
    around = Surroundings(
        env="paper",
        instrument=house.desk.rules.instrument,
        mode=lambda: "LIVE",
        price_at=lambda: house.desk.now,
    )
    return RiskRoom(its_policy, {}, RiskMemory("USD"), PolicyBook(), around)


def watched(monkeypatch, house, ticks):
    """Trade, and ask two gates of every order the reducer decides, before the books hear of it."""
    strict, wide = room_of(house, NOTHING), room_of(house, WIDE)
    verdicts, reduce = Counter(), turn.reduce

    def judged(slot, seen, terms):
        step = reduce(slot, seen, terms)
        for event in step.events:
            if isinstance(event, OrderPlaced):
                for name, room in (("strict", strict), ("wide", wide)):
                    decision = room.gate(house.desk).judge(step.slot, event)
                    verdicts[name, event.role, decision.code] += 1
            elif isinstance(event, OrderRepriced):
                leg = slot.a if event.leg is slot.a.name else slot.b
                decision = wide.gate(house.desk).judge_change(leg.order, event)
                verdicts["change", Role.ENTRY, decision.code] += 1
        return step

    monkeypatch.setattr(turn, "reduce", judged)
    house.ticks(ticks)
    return verdicts


@pytest.mark.plan("004-053")
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"sticky_mode_enabled": "true"},
        {"participation": "0.001"},
        {"s1_orphan_after_sec": "600", "s2_orphan_after_sec": "900", "max_recovery_slots": "2"},
        {"order_size_mode": "BASE", "order_size_base": "20", "pair_entry_pct": "0.05"},
    ],
    ids=lambda each: next(iter(each), "plain"),
)
def test_every_exit_goes_through_with_everything_against_it_and_no_entry_does(
    monkeypatch, settings
):
    house = House(slots=6, candles=2_000, **settings)
    verdicts = watched(monkeypatch, house, 800)
    exits = {code for (name, role, code) in verdicts if role is Role.EXIT}
    assert exits == {""}
    assert verdicts["strict", Role.EXIT, ""] >= 20
    entries = {code for (name, role, code) in verdicts if (name, role) == ("strict", Role.ENTRY)}
    assert entries == {"symbol_not_allowed"}
    passed = {code for (name, role, code) in verdicts if (name, role) == ("wide", Role.ENTRY)}
    assert passed == {""}
    changes = {code for (name, _, code) in verdicts if name == "change"}
    assert changes <= {""}


def test_caps_hold_whatever_the_desk_would_like(monkeypatch):
    house = House(slots=6, candles=2_000)
    room = room_of(house, policy(max_symbol_exposure_usd="7", max_price_deviation_pct="50"))
    reduce, seen = turn.reduce, []

    def judged(slot, wanted, terms):
        step = reduce(slot, wanted, terms)
        for event in step.events:
            if isinstance(event, OrderPlaced) and event.role is Role.ENTRY:
                before = room.state(house.desk).symbol_exposure
                decision = room.gate(house.desk).judge(step.slot, event)
                seen.append(decision.allow)
                fits = before + event.price * event.size <= Decimal(7)
                assert fits or not decision.allow
        return step

    monkeypatch.setattr(turn, "reduce", judged)
    house.ticks(300)
    assert set(seen) == {True, False}
