"""Give a desk its eyes: the policy that reads the market, and a tape for it to read from.

Rules: a live desk always reads, so that ADX, momentum and volatility are published whatever is switched
on. A replay and the bench read only where a knob acts on a reading, so that what is off costs nothing.
"""

from holdfast.clock import SystemClock
from holdfast.config.settings import Settings
from holdfast.desk.desk import Desk
from holdfast.desk.regime.seat import SignalSeat
from holdfast.desk.regime.tape import CandleTape, ColumnTape, MarkTape, Tape
from holdfast.domain.market import MINUTE, SECOND
from holdfast.ledger.candles import newest_candles
from holdfast.ledger.store import DuckDbLedger
from holdfast.signals.look import Lens
from holdfast.venue.candles import Candles

READERS = (
    "regime_adx_enabled",
    "regime_directional_enabled",
    "regime_shadow_enabled",
    "momentum_enabled",
    "momentum_shadow_enabled",
    "release_auto_enabled",
)
MEMORY = 3_000 * MINUTE  # of market time that a start reads again: the averages forget the rest


def lens_of(settings: Settings) -> Lens:
    """Read what the indicators are told to look for."""
    return Lens(
        adx_period=settings.regime_adx_period,
        choppy_max=settings.regime_adx_choppy_max,
        trending_min=settings.regime_adx_trending_min,
        fast_bars=settings.momentum_ema_fast_bars,
        slow_bars=settings.momentum_ema_slow_bars,
    )


def reads_signals(settings: Settings) -> bool:
    """Say whether anything that is switched on acts on a reading."""
    return any(getattr(settings, name, False) for name in READERS)


def seat_signals(desk: Desk, settings: Settings, tape: Tape) -> SignalSeat:
    """Let a desk read a tape from now on, before every other policy."""
    seat = SignalSeat(tape, lens_of(settings), SystemClock().monotonic)
    desk.policies = (seat, *desk.policies)
    desk.watch_again()
    return seat


def seat_replay(desk: Desk, settings: Settings, candles: Candles) -> None:
    """Let a replay read the candles it drives, where a knob asks for it."""
    if reads_signals(settings):
        seat_signals(desk, settings, ColumnTape(candles))


def seat_live(desk: Desk, settings: Settings, ledger: DuckDbLedger, *, paper: bool) -> CandleTape:
    """Let a live desk read, beginning with what its ledger remembers; return what hears its ticks."""
    tape = CandleTape(settings.candle_seconds) if paper else MarkTape()
    cursor = ledger.cursor()
    try:
        for candle in newest_candles(cursor, MEMORY // (tape.seconds * SECOND)):
            tape.add(candle)
    finally:
        cursor.close()
    seat = seat_signals(desk, settings, tape)
    seat.look(desk, desk.now)
    return tape


def reading_seconds(desk: Desk) -> float:
    """Say how much machine time a desk spent on reading the market."""
    return sum(one.seconds for one in desk.policies if isinstance(one, SignalSeat))
