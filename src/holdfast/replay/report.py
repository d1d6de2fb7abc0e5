"""Put everything a finished replay says into one value: what report.json holds and the page shows.

Amounts are exact decimals, written as text in JSON; times are ISO 8601 UTC; a name that ends in
`_pct` is percent, one that ends in `_seconds` seconds. Amounts are quote unless the name says base.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec

from holdfast.config.knob import spell
from holdfast.config.profile import Profile
from holdfast.desk.desk import Desk
from holdfast.domain.bookkeeping import Note
from holdfast.domain.events import Event
from holdfast.domain.market import DAY
from holdfast.domain.money import ZERO
from holdfast.domain.slots import Slot, phase
from holdfast.engine.invariants import breaches
from holdfast.replay.equity import Curve, DayEnd, share, walk
from holdfast.replay.exits import AgeRow, Waiting, by_age, lots_of, unrealized, waiting
from holdfast.replay.fold import Fold, Sums
from holdfast.replay.spread import Spread, spread_of
from holdfast.venue.candles import Candles

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ROLES = ("entry", "exit")
OUTCOMES = (
    *("placed", "filled", "canceled", "expired", "refused", "resting"),
    *("repriced", "part fills", "ended with a part"),
)
_ENDS = OUTCOMES[1:5]


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A finished replay: what it ran on, and what it left."""

    profile: Profile
    candles: Candles
    walked: int
    desk: Desk
    rows: Sequence[tuple[int, Event | Note]]
    data: Sequence[str]
    event_hash: str


class DayRow(msgspec.Struct, frozen=True, kw_only=True):
    """One UTC day."""

    day: str
    candles: int
    fills: int
    cycles: int
    turnover: Decimal
    fees: Decimal
    net: Decimal
    close: Decimal
    equity: Decimal
    drawdown_pct: Decimal


class SlotRow(msgspec.Struct, frozen=True, kw_only=True):
    """One slot at the end of the replay."""

    slot: int
    phase: str
    fills: int
    cycles: int
    losing: int
    turnover: Decimal
    fees: Decimal
    net: Decimal
    open_exits: int
    unrealized: Decimal


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One setting in force, and the layer it came from."""

    key: str
    value: str
    origin: str
    is_default: bool


class EquityFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What the account was worth, beside what holding the opening balances gave."""

    opening: Decimal
    closing: Decimal
    change: Decimal
    change_pct: Decimal
    hold_closing: Decimal
    hold_change_pct: Decimal
    against_hold: Decimal
    drawdown: Decimal
    drawdown_pct: Decimal
    drawdown_from: str
    drawdown_to: str


class Report(msgspec.Struct, kw_only=True):
    """A whole report; what has a default is filled in as it becomes known."""

    profile: str
    symbol: str
    base: str
    quote: str
    first: str
    last: str
    candle_seconds: int
    candles: int
    slots: int
    mark: Decimal
    event_hash: str
    profile_digest: str
    rules_digest: str
    invariant_breaches: int
    order_events: int
    anomalies: dict[str, int]
    totals: dict[str, Decimal | int]
    equity: EquityFigures
    orders: dict[str, dict[str, int]]
    cycle_seconds: Spread
    entry_wait_seconds: Spread
    exits_by_age: list[AgeRow]
    exits: list[Waiting]
    days: list[DayRow]
    per_slot: list[SlotRow]
    data: list[str]
    settings: list[Setting]
    rollout: dict[str, str]
    result: dict[str, object] = {}
    timings_seconds: dict[str, float] = {}
    checks: list[str] = []


def build(run: Run) -> tuple[Report, Curve]:
    """Fold a replay into its report, and the curve its plots are drawn from."""
    desk, candles, profile = run.desk, run.candles, run.profile
    instrument = desk.rules.instrument
    fold = Fold(instrument.base).take(run.rows)
    curve = walk(candles, run.walked, fold.moves, fold.funded)
    slots = desk.books.slots.values()
    mark = candles.close[run.walked - 1] if run.walked else desk.mark
    exits = waiting(slots, desk.now, mark)
    report = Report(
        profile=profile.name,
        symbol=profile.symbol,
        base=instrument.base,
        quote=instrument.quote,
        first=iso(candles.at[0]) if run.walked else "",
        last=iso(curve.at[-1]) if run.walked else "",
        candle_seconds=candles.seconds,
        candles=run.walked,
        slots=len(desk.books.slots),
        mark=mark,
        event_hash=run.event_hash,
        profile_digest=profile.digest,
        rules_digest=desk.rules.digest,
        invariant_breaches=fold.breaches + sum(len(breaches(slot)) for slot in slots),
        order_events=fold.order_events,
        anomalies=dict(fold.anomalies),
        totals=_totals(fold.all, exits),
        equity=_equity(curve),
        orders=_orders(fold),
        cycle_seconds=spread_of(fold.cycle_times),
        entry_wait_seconds=spread_of(fold.entry_waits),
        exits_by_age=by_age(exits),
        exits=exits,
        days=_days(fold.days, curve.days),
        per_slot=[_slot(slot, fold.slots.get(slot.slot_id), mark) for slot in slots],
        data=list(run.data),
        settings=_settings(profile),
        rollout=dict(profile.rollout),
    )
    return report, curve


def iso(at: int) -> str:
    """Write a market time as ISO 8601 UTC."""
    return (
        (_EPOCH + timedelta(microseconds=at)).isoformat(timespec="seconds").replace("+00:00", "Z")
    )


def _totals(sums: Sums, exits: Sequence[Waiting]) -> dict[str, Decimal | int]:
    return {
        "fills": sums.fills,
        "cycles": sums.cycles,
        "losing_cycles": sums.losing,
        "turnover": sums.turnover,
        "fees": sums.fees,
        "gross_profit": sums.gross,
        "net_profit": sums.net,
        "lost_in_losing_cycles": sums.lost,
        "open_exits": len(exits),
        "unrealized": sum((one.unrealized for one in exits), ZERO),
    }


def _equity(curve: Curve) -> EquityFigures:
    opening = curve.opening
    closing = curve.equity[-1] if curve.equity else opening
    held = curve.hold[-1] if curve.hold else opening
    worst = curve.worst
    return EquityFigures(
        opening=opening,
        closing=closing,
        change=closing - opening,
        change_pct=share(closing - opening, opening),
        hold_closing=held,
        hold_change_pct=share(held - opening, opening),
        against_hold=closing - held,
        drawdown=worst.amount,
        drawdown_pct=worst.pct,
        drawdown_from=iso(worst.from_time) if worst.amount else "",
        drawdown_to=iso(worst.to_time) if worst.amount else "",
    )


def _orders(fold: Fold) -> dict[str, dict[str, int]]:
    told = {}
    for role in ROLES:
        row = {name: fold.orders[role, name] for name in OUTCOMES}
        row["resting"] = row["placed"] - sum(row[end] for end in _ENDS)
        told[role] = row
    return told


def _days(traded: Mapping[int, Sums], ends: Mapping[int, DayEnd]) -> list[DayRow]:
    rows, close, equity = [], ZERO, ZERO
    for day in sorted({*traded, *ends}):
        sums, end = traded.get(day) or Sums(), ends.get(day) or DayEnd(close=close, equity=equity)
        close, equity = end.close, end.equity
        rows.append(
            DayRow(
                day=iso(day * DAY)[:10],
                candles=end.candles,
                fills=sums.fills,
                cycles=sums.cycles,
                turnover=sums.turnover,
                fees=sums.fees,
                net=sums.net,
                close=close,
                equity=equity,
                drawdown_pct=end.drawdown_pct,
            )
        )
    return rows


def _slot(slot: Slot, traded: Sums | None, mark: Decimal) -> SlotRow:
    sums = traded or Sums()
    lots = list(lots_of(slot))
    return SlotRow(
        slot=slot.slot_id,
        phase=phase(slot).value,
        fills=sums.fills,
        cycles=sums.cycles,
        losing=sums.losing,
        turnover=sums.turnover,
        fees=sums.fees,
        net=sums.net,
        open_exits=len(lots),
        unrealized=sum((unrealized(leg, lot, mark) for leg, lot, _ in lots), ZERO),
    )


def _settings(profile: Profile) -> list[Setting]:
    rows = []
    for name, value in profile.settings:
        origin = profile.origins[name][-1]
        rows.append(
            Setting(
                key=name,
                value=spell(value),
                origin=origin.where,
                is_default=origin.layer == "default",
            )
        )
    return rows
