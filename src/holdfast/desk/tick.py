"""Run one tick: the one loop body of paper, replay and a real venue.

observe → fold → decide → commit events and intents in one transaction → send → commit receipts.
A crash before the commit forgets nothing that was done; a crash after it leaves intents without
receipts, which start-up resolves. Order of spending: exits, timers and moves, new slots, entries.
"""

from typing import Protocol

import msgspec

from holdfast.desk.desk import INVARIANT, Desk
from holdfast.desk.execute import send
from holdfast.desk.policies import bootstrap, retry, suppress
from holdfast.desk.turn import Turn
from holdfast.domain.bookkeeping import HoldSet, TickNoted
from holdfast.domain.observations import Observation

MINUTE_SECONDS = 60.0


class TickSummary(msgspec.Struct):
    """What one tick did: counts, its last mark and time, and the ledger rows it wrote."""

    tick: int
    at: int = 0
    mark: str = ""
    steps: int = 0
    events: int = 0
    fills: int = 0
    orders: int = 0
    cycles: int = 0
    first_sequence: int = 0
    last_sequence: int = 0
    over: bool = True


class Commands(Protocol):
    """Whoever hands over commands between steps."""

    def drain(self, desk: Desk) -> int:
        """Run what has come."""


def tick(desk: Desk, commands: Commands | None = None) -> TickSummary:
    """Look at the market once and act on it; `over` says that there was nothing to see."""
    counters, ledger, venue = desk.counters, desk.ledger, desk.venue
    counters.begin_tick()
    fills, orders, cycles = counters.fills, counters.orders_placed, counters.cycles
    desk.tick_number += 1
    previous, sequence = venue.candle(), ledger.sequence
    steps = events = 0
    for seen in venue.observe(desk.watch):
        steps += 1
        events += step(desk, seen)
        if commands is not None:
            commands.drain(desk)
    candle = venue.candle()
    if candle is not None and candle is not previous:
        ledger.record_candle(candle)
    return TickSummary(
        desk.tick_number,
        desk.now,
        str(desk.mark),
        steps,
        events,
        counters.fills - fills,
        counters.orders_placed - orders,
        counters.cycles - cycles,
        sequence + 1,
        ledger.sequence,
        steps == 0 and candle is previous and not venue.endless,
    )


def step(desk: Desk, seen: Observation) -> int:
    """Take one look at the market in; return how many events it caused."""
    if desk.outlook.passed is not None:
        desk.outlook.passed(seen.at)
    desk.now, desk.mark, desk.fresh = seen.at, seen.mark, seen.fresh
    desk.counters.steps += 1
    turn = Turn(desk, seen.at, seen.mark)
    for execution in seen.executions:
        turn.order(execution)
    for end in seen.ends:
        turn.order(end)
    _decide(turn)
    _commit(turn)
    if desk.equipment.sender is None:
        send(turn)
    else:
        desk.equipment.sender(turn)
    _check(turn)
    index = desk.index
    if index.changed or index.waiting.where or desk.outbox or desk.watch.always or desk.policies:
        desk.watch_again()  # else all slots rest as they did, and it would say the same
    return len(turn.events)


def _decide(turn: Turn) -> None:
    desk = turn.desk
    watch, index, counters = desk.watch, desk.index, desk.counters
    if index.owed:
        turn.owed()
    asked = turn.at >= watch.due and _due(turn)
    if asked:
        desk.chances.readvised = True
    if watch.floor is not None:
        turn.woken()
    legs, first = index.waiting.where, counters.tick_started
    counters.tick_started = False
    if desk.advisers:
        suppress(turn, everywhere=asked or (first and not desk.policies))
    if first and legs:
        bootstrap(turn)
    if legs:
        retry(turn)


def _due(turn: Turn) -> bool:
    turn.ripe()
    return turn.policies()


def _commit(turn: Turn) -> None:
    desk = turn.desk
    if not (turn.events or turn.notes):
        return
    desk.ledger.commit(turn.at, [*turn.events, *turn.notes] if turn.notes else turn.events)
    for note in turn.notes:
        desk.books.apply(turn.at, note)


def _check(turn: Turn) -> None:
    if not turn.touched:
        return
    found = turn.breaches()
    if found:
        turn.desk.note(HoldSet(name=INVARIANT, reason="; ".join(found[:3])))


def minute_over(desk: Desk) -> bool:
    """Say whether the last tick that was noted is a minute of machine time ago."""
    return desk.clock.monotonic() - desk.noted_at >= MINUTE_SECONDS


def close_tick(desk: Desk, summary: TickSummary, *, orchestrated: bool, task_run: str) -> None:
    """Note a tick that changed the ledger, and one in a minute of machine time that did not."""
    changed = summary.last_sequence >= summary.first_sequence
    if not changed and not minute_over(desk):
        return
    note = TickNoted(
        summary.tick,
        summary.mark,
        summary.events,
        summary.fills,
        summary.orders,
        orchestrated,
        task_run,
    )
    desk.noted_at = desk.clock.monotonic()
    desk.record(desk.now, (note,))
