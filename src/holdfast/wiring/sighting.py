"""Give a desk its eyes: the policy that reads the market, and a tape for it to read from.

Rules: a live desk always reads, so that ADX, momentum and volatility are published whatever is switched
on. A replay and the bench read only where a knob acts on a reading, so that what is off costs nothing.
"""

import os
from contextlib import closing

from holdfast.clock import SystemClock
from holdfast.config.folders import home
from holdfast.config.profile import Profile
from holdfast.config.settings import Settings
from holdfast.desk.desk import Desk
from holdfast.desk.policy import without
from holdfast.desk.regime.advisers import ADVISERS
from holdfast.desk.regime.ahead import Ahead
from holdfast.desk.regime.detector import (
    PRIMARY,
    SECONDARY,
    Detector,
    DetectorTerms,
    Found,
    FrameTerms,
)
from holdfast.desk.regime.patience import Patience
from holdfast.desk.regime.policy import REMEMBERED, RegimePolicy
from holdfast.desk.regime.seat import SignalSeat
from holdfast.desk.regime.stance import Held, Stance
from holdfast.desk.regime.tape import CandleTape, ColumnTape, MarkTape, Tape
from holdfast.domain.market import MINUTE, SECOND
from holdfast.engine.regime import TierRules
from holdfast.ledger.candles import newest_candles
from holdfast.ledger.past_notes import newest_notes
from holdfast.ledger.paths import Runtime, runtime
from holdfast.ledger.store import DuckDbLedger
from holdfast.signals.hmm.model import Model, newest
from holdfast.signals.look import Lens
from holdfast.telemetry import log
from holdfast.venue.candles import Candles

MODELS = "models"
READERS = (
    "hmm_enabled",
    "regime_adx_enabled",
    "regime_directional_enabled",
    "regime_shadow_enabled",
    "momentum_enabled",
    "momentum_shadow_enabled",
    "release_auto_enabled",
    "volatility_auto_profit",
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
    return any(getattr(settings, name) for name in READERS)


def models_in(place: Runtime) -> Found:
    """Find the newest version that can be trusted among the models of a runtime."""
    said: set[str] = set()

    def found(name: str) -> Model | None:
        model, faults = newest(place.folder / MODELS, name)
        for fault in faults:
            if fault not in said:
                said.add(fault)
                log.warning(fault)
        return model

    return found


class Sight:
    """Everything by which a desk reads the market and acts on it."""

    def __init__(self, desk: Desk, settings: Settings, tape: Tape, found: Found) -> None:
        self.desk = desk
        self.held = Held(stance_of(settings))
        self.seat = SignalSeat(
            tape,
            lens_of(settings),
            SystemClock().monotonic,
            Detector(detector_of(settings), found) if settings.hmm_enabled else None,
        )
        self.policy = RegimePolicy(desk, self.held, self.seat.look)
        self.advisers = tuple(kind(desk, self.held) for kind in ADVISERS)
        desk.policies = (self.seat, self.policy, Patience(desk, self.held), *desk.policies)
        desk.outlook.suppression = self.policy.suppresses
        self._advise()
        desk.watch_again()

    def follow(self, desk: Desk, profile: Profile) -> None:
        """Follow an edited profile from the next step on."""
        del desk
        self.held.adopt(stance_of(profile.settings))
        self._advise()
        self.desk.watch_again()

    def _advise(self) -> None:
        """Advise only where something is acted upon: a desk without advisers enters faster."""
        stance = self.held.stance
        others = without(self.desk.advisers, *ADVISERS)
        acts = stance.act or stance.bands or stance.momentum_act
        self.desk.advisers = (*(self.advisers if acts else ()), *others)


def seat_replay(
    desk: Desk, profile: Profile, candles: Candles, found: Found | None = None
) -> Sight | None:
    """Let a replay read the candles it drives, where a knob asks for it."""
    if not reads_signals(profile.settings):
        return None
    found = found or models_in(runtime(profile.runtime, home(os.environ)))
    return Sight(desk, profile.settings, ColumnTape(candles), found)


def seat_live(
    desk: Desk, settings: Settings, ledger: DuckDbLedger, place: Runtime, *, paper: bool
) -> tuple[Sight, CandleTape]:
    """Let a live desk read, beginning with what its ledger remembers; its ticks go to the tape."""
    tape = CandleTape(settings.candle_seconds) if paper else MarkTape()
    with closing(ledger.cursor()) as cursor:
        for candle in newest_candles(cursor, MEMORY // (tape.seconds * SECOND)):
            tape.add(candle)
        history = newest_notes(cursor, "TierChanged", REMEMBERED)
    sight = Sight(desk, settings, tape, models_in(place))
    sight.policy.history.extend(history)
    sight.seat.look(desk, desk.now)
    return sight, tape


def ahead_of(desk: Desk, settings: Settings) -> Ahead | None:
    """Let a desk on a simulated market look ahead between its ticks; None where it does not read."""
    seat = next((one for one in desk.policies if isinstance(one, SignalSeat)), None)
    policy = next((one for one in desk.policies if isinstance(one, RegimePolicy)), None)
    if seat is None or policy is None:
        return None
    return Ahead(desk, seat, policy, settings.candle_seconds * SECOND)


def reading_seconds(desk: Desk) -> float | None:
    """Say how much machine time a desk spent on reading the market; None where it does not read."""
    seats = [one.seconds for one in desk.policies if isinstance(one, SignalSeat)]
    return sum(seats) if seats else None


def stance_of(settings: Settings) -> Stance:
    """Read what a profile asks to be done about readings."""
    return Stance(
        act=settings.regime_directional_enabled,
        shadow=settings.regime_shadow_enabled,
        bands=settings.regime_adx_enabled,
        momentum_act=settings.momentum_enabled,
        momentum_shadow=settings.momentum_shadow_enabled,
        tiers=TierRules(
            confidence=(settings.regime_tier1_confidence, settings.regime_tier2_confidence),
            bias=(settings.regime_tier1_bias_floor, settings.regime_tier2_bias_floor),
            hysteresis=settings.regime_hysteresis,
            dwell=settings.regime_min_dwell_sec * SECOND,
            grace=settings.regime_suppression_grace_sec * SECOND,
            cooldown=settings.regime_tier2_reentry_cooldown_sec * SECOND,
        ),
        override=settings.regime_manual_override,
        override_confidence=settings.regime_manual_confidence,
        hints=settings.regime_hint_sec > 0,
        least_confidence=settings.hmm_confidence_threshold,
        interval=settings.regime_eval_interval_sec * SECOND,
        fast=settings.regime_eval_interval_fast * SECOND,
        longest=settings.momentum_max_defer_sec * SECOND,
    )


def detector_of(settings: Settings) -> DetectorTerms:
    """Read how the detector looks at candles."""
    frames = [
        FrameTerms(PRIMARY, settings.hmm_ohlcv_interval_min * 60, settings.hmm_recent_candles)
    ]
    if settings.hmm_multi_timeframe_enabled:
        minutes = settings.hmm_secondary_interval_min
        frames.append(FrameTerms(SECONDARY, minutes * 60, settings.hmm_secondary_recent_candles))
    weights = settings.consensus_1m_weight, settings.consensus_15m_weight
    return DetectorTerms(
        frames=tuple(frames),
        window=settings.hmm_inference_window,
        threshold=float(settings.hmm_confidence_threshold),
        gain=float(settings.hmm_bias_gain),
        source=settings.hmm_multi_timeframe_source if len(frames) > 1 else PRIMARY,
        weights=(float(weights[0]), float(weights[1])),
        dampen=float(settings.consensus_dampen_factor),
        refresh=settings.hmm_readiness_cache_sec * SECOND,
    )
