"""Signals run once a closed signal candle, see nothing before its close, and change no event."""

from decimal import Decimal

import numpy as np

from holdfast.clock import SystemClock
from holdfast.desk.regime.seat import SIGNAL_CANDLE, SignalSeat
from holdfast.desk.regime.tape import CandleTape, ColumnTape, MarkTape
from holdfast.desk.tick import tick
from holdfast.domain.market import MINUTE, Candle
from holdfast.replay.drive import drive
from holdfast.signals.look import Lens
from holdfast.venue.candles import Candles
from holdfast.wiring.bench import bench_profile
from holdfast.wiring.replay import replay_desk

FLAT = np.full(200, 0.17)


def candles_of(closes):
    opening = np.concatenate([closes[:1], closes[:-1]])
    return Candles.from_numpy(
        np.arange(len(closes), dtype=np.int64) * MINUTE,
        (opening, np.maximum(opening, closes), np.minimum(opening, closes), closes),
        np.full(len(closes), 10**9),
        seconds=60,
        tick=Decimal("0.00001"),
        step=Decimal(1),
    )


class CountingSeat(SignalSeat):
    def __init__(self, candles):
        super().__init__(ColumnTape(candles), Lens(), SystemClock().monotonic)
        self.looked = []

    def look(self, desk, now):
        super().look(desk, now)
        self.looked.append(now)


def desk_on(closes, slots=4):
    candles = candles_of(closes)
    desk, venue = replay_desk(bench_profile(slots), candles)
    seat = CountingSeat(candles)
    desk.policies = (seat,)
    desk.watch_again()
    return desk, venue, seat


def test_a_replay_looks_once_a_closed_signal_candle_and_examines_no_order_for_it():
    desk, venue, seat = desk_on(FLAT)
    tick(desk)
    before = desk.counters.reducers_run
    drive(desk, venue)
    assert seat.looked == [at * SIGNAL_CANDLE for at in range(40)]
    assert desk.counters.reducers_run == before
    assert desk.readings.at == 39 * SIGNAL_CANDLE
    assert desk.readings.adx_ready


def test_reading_the_market_changes_no_event():
    swing = 0.17 * (1 + 0.02 * np.sin(np.arange(600) / 5))
    plain, venue = replay_desk(bench_profile(4), candles_of(swing))
    drive(plain, venue)
    reading, venue, _ = desk_on(swing)
    drive(reading, venue)
    assert plain.counters.fills > 0
    assert plain.ledger.event_hash() == reading.ledger.event_hash()


def test_a_column_tape_hands_a_candle_over_at_its_close_and_once():
    tape = ColumnTape(candles_of(FLAT[:3]))
    assert [bar.at for bar in tape.until(MINUTE - 1)] == []
    assert [bar.at for bar in tape.until(2 * MINUTE)] == [0, MINUTE]
    assert [bar.at for bar in tape.until(9 * MINUTE)] == [2 * MINUTE]


def test_a_candle_that_was_kept_before_is_not_read_twice():
    tape = CandleTape(60)
    candle = Candle(0, *map(Decimal, ("1", "2", "0.5", "1", "3")))
    tape.add(candle)
    tape.add(candle)
    assert len(list(tape.until(MINUTE))) == 1


def test_prices_of_an_exchange_become_candles_of_a_minute_that_the_ledger_keeps():
    desk, _, _ = desk_on(FLAT)
    tape = MarkTape()
    for second, price in ((0, "1"), (20, "3"), (40, "2"), (60, "5"), (125, "6")):
        desk.now, desk.mark = second * 1_000_000, Decimal(price)
        tape(desk, None)
    kept = desk.ledger.candles
    assert [(one.at, one.open, one.high, one.low, one.close) for one in kept] == [
        (0, 1, 3, 1, 2),
        (MINUTE, 5, 5, 5, 5),
    ]
    assert [bar.close for bar in tape.until(2 * MINUTE)] == [2.0, 5.0]
    assert [bar.close for bar in tape.until(3 * MINUTE - 1)] == []
    assert [bar.close for bar in tape.until(3 * MINUTE)] == [6.0]


def test_on_an_exchange_each_signal_candle_is_one_bar_that_ends_with_its_last_price():
    desk, _, _ = desk_on(FLAT)
    tape = MarkTape()
    seat = SignalSeat(tape, Lens(), SystemClock().monotonic)
    bars = []
    seat._indicators.add = bars.append
    for second in range(2, 1505, 5):
        desk.now, desk.mark = second * 1_000_000, Decimal(1000 + second)
        if desk.now >= seat.due():
            seat.look(desk, desk.now)
        tape(desk, None)
    assert [(bar.at, bar.close) for bar in bars] == [
        (number * SIGNAL_CANDLE, 1000 + 300 * (number + 1) - 3) for number in range(5)
    ]
