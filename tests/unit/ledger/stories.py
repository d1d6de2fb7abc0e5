"""Tell a plausible trading story as steps of (market time, entries), for the ledger's tests.

Each slot funds, enters on leg B, is answered, fills in two parts, opens its position, places its
exit, fills, books the cycle and starts over: every kind of row of the projections comes up.
"""

from collections.abc import Iterator
from decimal import Decimal

from holdfast.domain.bookkeeping import (
    AlertNoted,
    CommandNoted,
    EntriesParked,
    EvidenceNoted,
    GateShadowed,
    HoldCleared,
    HoldSet,
    LedgerFounded,
    ModeNoted,
    PolicyNoted,
    ReceiptsNoted,
    ReconcileNoted,
    RegimeHinted,
    RegimeOverridden,
    RiskNoted,
    SessionStarted,
    SessionStopped,
    SignalNoted,
    SimulatedNoted,
    SubmissionNoted,
    TickNoted,
    TierChanged,
)
from holdfast.domain.events import (
    BalanceOpened,
    CancelAsked,
    CycleBooked,
    OrderEnded,
    OrderFilled,
    OrderPlaced,
    OrderRepriced,
    PositionClosed,
    PositionOpened,
    RulesChanged,
    SlotAdded,
)
from holdfast.domain.ids import client_order_id, position_id
from holdfast.domain.market import Regime
from holdfast.domain.slots import Direction, LegName, Role, Side
from holdfast.domain.tiers import TierState

BASE, QUOTE = "DOGE", "USD"
FOUNDED = LedgerFounded(
    genesis="paper", env="paper", venue="paper", account="main", symbol="DOGE/USD"
)
ENTRY, EXIT, SIZE = Decimal("0.09980"), Decimal("0.10080"), Decimal(20)
FEE = Decimal("0.004990")
MARK = Decimal("0.10000")
STEP = 15_000_000


def story(slots: int, cycles: int) -> Iterator[tuple[int, list]]:
    """Yield the steps of `slots` slots that each trade `cycles` round trips."""
    at = STEP
    yield at, [SessionStarted(epoch=1, pid=7, profile="paper", version_text="0.1.0")]
    yield at, [RulesChanged(digest="d1", changes={"entry_pct": ("", "0.2")}, reason="start")]
    opening = [BalanceOpened(asset=QUOTE, amount=Decimal(1000 * slots), reason="opening")]
    opening.append(BalanceOpened(asset=BASE, amount=Decimal(1000 * slots), reason="opening"))
    yield at, opening + [SlotAdded(slot=slot, sticky=True) for slot in range(slots)]
    yield at, [HoldSet(name="operator", reason="wait"), HoldCleared(name="operator", reason="go")]
    yield at, list(_safety())
    yield at, [_signal(3, "received", "{}"), SignalNoted(**_SIGNAL, signal_id="2", state="done")]
    for cycle in range(1, cycles + 1):
        for number, entries in enumerate(_cycle(slots, cycle, at)):
            at += STEP
            yield at, entries
            yield at, [_tick(cycle * 10 + number, len(entries))]
    yield at, _venue_notes()
    yield at, [_alert("PriceStale", "began"), _alert("DeskHeld", "began")]
    yield at, [_alert("PriceStale", "ended"), _alert("DeskHeld", "began")]
    yield at, _regime(at)
    yield at, [_command(), _evidence(), SessionStopped(epoch=1, reason="signal 15")]


def story_until_exits_rest(slots: int) -> list[tuple[int, list]]:
    """Cut the story of one cycle before its exits fill."""
    steps = list(story(slots, 1))
    end = next(
        number
        for number, (_, entries) in enumerate(steps)
        if any(isinstance(entry, PositionClosed) for entry in entries)
    )
    return steps[:end]


def _venue_notes() -> list:
    return [
        ModeNoted(before="dry", after="arming", cause="a good read", epoch=4),
        SimulatedNoted(slot=0, leg="A", role="entry", side="sell", price="0.1", size="20"),
        ReconcileNoted(
            resent=0, adopted=0, filled=1, ended=0, foreign=("hand",), agreed=True, calls=5
        ),
    ]


def _cycle(slots: int, cycle: int, at: int) -> Iterator[list]:
    numbers = range(slots)
    yield [_entry(slot, cycle) for slot in numbers]
    names = tuple(_id(slot, cycle, "entry") for slot in numbers)
    yield [SubmissionNoted(action="place", ids=names, deadline=at + STEP, epoch=4)]
    yield [ReceiptsNoted(accepted=tuple(_id(slot, cycle, "entry") for slot in numbers))]
    yield [_move(slot, cycle) for slot in numbers]
    yield [ReceiptsNoted(repriced=tuple(_id(slot, cycle, "entry") for slot in numbers))]
    yield [_fill(slot, cycle, "entry", part) for slot in numbers for part in (1, 2)]
    yield [entry for slot in numbers for entry in _turn(slot, cycle, at)]
    yield [ReceiptsNoted(accepted=tuple(_id(slot, cycle, "exit") for slot in numbers))]
    yield [entry for slot in numbers for entry in _end(slot, cycle, at)]


def _id(slot: int, cycle: int, role: str) -> str:
    return client_order_id("paper", "DOGE/USD", slot, "B", cycle, role, 1)


def _hold(price: Decimal) -> Decimal:
    return price * SIZE + FEE


def _entry(slot: int, cycle: int) -> OrderPlaced:
    return OrderPlaced(
        slot=slot,
        leg=LegName.B,
        role=Role.ENTRY,
        side=Side.BUY,
        client_order_id=_id(slot, cycle, "entry"),
        local_id=cycle * 3,
        cycle=cycle,
        attempt=1,
        price=ENTRY - Decimal("0.0001"),
        size=SIZE,
        hold=_hold(ENTRY - Decimal("0.0001")),
        reason="bootstrap",
        mark=MARK,
        rules="d1",
    )


def _move(slot: int, cycle: int) -> OrderRepriced:
    return OrderRepriced(
        slot=slot,
        leg=LegName.B,
        client_order_id=_id(slot, cycle, "entry"),
        local_id=cycle * 3 + 1,
        revision=1,
        price=ENTRY,
        size=SIZE,
        hold=_hold(ENTRY),
        released=_hold(ENTRY - Decimal("0.0001")),
        reason="refresh",
        refreshes=1,
        direction=Direction.UP,
        mark=MARK,
        rules="d1",
    )


def _fill(slot: int, cycle: int, role: str, part: int) -> OrderFilled:
    size = SIZE / 2
    price = ENTRY if role == "entry" else EXIT
    buys = role == "entry"
    return OrderFilled(
        slot=slot,
        leg=LegName.B,
        role=Role(role),
        side=Side.BUY if buys else Side.SELL,
        client_order_id=_id(slot, cycle, role),
        fill_id=f"{_id(slot, cycle, role)}-{part}",
        cycle=cycle,
        price=price,
        size=size,
        cost=price * size,
        fee=FEE / 2,
        liquidity="maker",
        released=_hold(ENTRY) / 2 if buys else size,
        complete=part == 2,
        regime=Regime.RANGING,
        mark=MARK,
    )


def _turn(slot: int, cycle: int, at: int) -> Iterator:
    yield PositionOpened(
        position_id=position_id(slot, "B", cycle),
        slot=slot,
        leg=LegName.B,
        cycle=cycle,
        slot_mode="sticky",
        entry_price=ENTRY,
        entry_cost=ENTRY * SIZE,
        entry_fee=FEE,
        entry_size=SIZE,
        entry_time=at,
        entry_regime=Regime.RANGING,
        exit_price=EXIT,
        target_profit_pct=Decimal("1.0"),
    )
    yield OrderPlaced(
        slot=slot,
        leg=LegName.B,
        role=Role.EXIT,
        side=Side.SELL,
        client_order_id=_id(slot, cycle, "exit"),
        local_id=cycle * 3 + 2,
        cycle=cycle,
        attempt=1,
        price=EXIT,
        size=SIZE,
        hold=SIZE,
        reason="exit",
        mark=MARK,
        rules="d1",
    )


def _end(slot: int, cycle: int, at: int) -> Iterator:
    yield _fill(slot, cycle, "exit", 1)
    yield _fill(slot, cycle, "exit", 2)
    gross = (EXIT - ENTRY) * SIZE
    yield CycleBooked(
        slot=slot,
        leg=LegName.B,
        cycle=cycle,
        entry_price=ENTRY,
        exit_price=EXIT,
        size=SIZE,
        gross=gross,
        entry_fee=FEE,
        exit_fee=FEE,
        net=gross - 2 * FEE,
        settled=gross - 2 * FEE,
        quote_fee=2 * FEE,
        entry_time=at,
        losses=0,
        cooldown_until=0,
        next_cycle=cycle + 1,
        mark=MARK,
        rules="d1",
    )
    yield PositionClosed(
        position_id=position_id(slot, "B", cycle),
        slot=slot,
        exit_price=EXIT,
        exit_cost=EXIT * SIZE,
        exit_fee=FEE,
        net=gross - 2 * FEE,
        reason="filled",
    )


_SIGNAL = {"source": "desk9", "payload_sha": "ab", "kind": "pause"}


def _signal(number: int, state: str, detail: str = "") -> SignalNoted:
    return SignalNoted(**_SIGNAL, signal_id=str(number), state=state, detail=detail)


def _safety() -> Iterator:
    yield RiskNoted(
        slot=0,
        leg="B",
        code="order_notional",
        codes=("order_notional", "reserve"),
        limit="10",
        observed="11",
        policy="1:ab",
    )
    for number, states in ((1, ("evaluated", "rejected")), (2, ("evaluated", "intent_created"))):
        yield _signal(number, "received", '{"reason":"x"}')
        yield from (_signal(number, state) for state in states)
    row = {"max_leverage": ("", "1"), "daily_loss_limit": ("", "3")}
    yield PolicyNoted(principal="chat:1", changes=row, reason="the default row")
    yield PolicyNoted(
        principal="chat:1",
        changes={"daily_loss_limit": ("3", "2"), "max_leverage": ("1", "")},
        reason="less",
        approver="bob",
    )


def _tick(number: int, events: int) -> TickNoted:
    return TickNoted(
        tick=number, mark=str(MARK), events=events, fills=0, orders=0, orchestrated=False
    )


def _command() -> CommandNoted:
    return CommandNoted(
        action="pause", arguments={"why": "test"}, principal="cli", accepted=True, message="paused"
    )


def _alert(name: str, state: str) -> AlertNoted:
    return AlertNoted(name=name, severity="warning", state=state, detail="1 at >= 1")


def _regime(at: int) -> list:
    state = TierState(tier=2, entered_at=at, side=LegName.A, grace_at=at)
    half = Decimal("0.5")
    return [
        RegimeOverridden(regime="BULLISH", reason="test"),
        RegimeHinted(regime=Regime.BEARISH, confidence=half, until=at, principal="tv", reason="x"),
        EntriesParked(slot=0, legs=(LegName.B,), principal="tv", reason="x"),
        TierChanged(
            before=0,
            state=state,
            regime=Regime.BULLISH,
            confidence=half,
            bias=half,
            reason="confidence",
            dwell=0,
            acted=True,
            model=1,
        ),
        GateShadowed(gate="momentum", leg=LegName.B, slots=(0, 1)),
    ]


def _evidence() -> EvidenceNoted:
    return EvidenceNoted(
        kind="runbook",
        name="immediate",
        run="immediate-1",
        step="p3/running",
        verdict="inconclusive",
        expected="$.mode eq RUNNING",
        observed="nothing there",
        artefact_sha="ab" * 32,
    )


def refused_entry(slot: int, cycle: int) -> list:
    """Place an entry that the venue refuses after a cancel was asked."""
    order = _entry(slot, cycle)
    return [
        order,
        CancelAsked(
            slot=slot,
            leg=LegName.B,
            role=Role.ENTRY,
            client_order_id=order.client_order_id,
            reason="stale",
        ),
        OrderEnded(
            slot=slot,
            leg=LegName.B,
            role=Role.ENTRY,
            client_order_id=order.client_order_id,
            side=Side.BUY,
            status="refused",
            reason="post_only",
            filled=Decimal(0),
            released=order.hold,
        ),
    ]
