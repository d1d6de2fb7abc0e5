"""A desk that reads between its ticks decides what one decides that reads in them, in fewer steps."""

from decimal import Decimal
from functools import cache

import numpy as np
import pytest

from holdfast.desk.desk import Desk
from holdfast.desk.regime.policy import RegimePolicy, Rest
from holdfast.desk.regime.seat import SIGNAL_CANDLE
from holdfast.desk.regime.stance import Stance
from holdfast.desk.tick import tick
from holdfast.domain.bookkeeping import RegimeOverridden, TierChanged
from holdfast.domain.market import MINUTE
from holdfast.domain.slots import Block
from holdfast.signals.hmm.model import Model
from holdfast.venue.candles import Candles
from holdfast.wiring import bench_live
from holdfast.wiring.releases import release_by
from holdfast.wiring.replay import replay_desk
from holdfast.wiring.sighting import ahead_of, seat_replay
from holdfast.wiring.sizing import shape_replay

STAY = 0.9
SURE = Model(
    version=1,
    seconds=60,
    seed=1,
    trained_at=0,
    candles_from=0,
    candles_to=0,
    rows=500,
    start=(1 / 3, 1 / 3, 1 / 3),
    moves=((STAY, 0.05, 0.05), (0.05, STAY, 0.05), (0.05, 0.05, STAY)),
    means=((0, -1, -0.3, 0), (0, 0, 0, 0), (0, 1, 0.3, 0)),
    covariances=tuple(((4, 0, 0, 0), (0, 0.5, 0, 0), (0, 0, 0.5, 0), (0, 0, 0, 4)) for _ in "abc"),
    scale_mean=(0, 0, 0, 1),
    scale_spread=(0.001, 0.0015, 0.5, 1),
    trust=1.0,
    error=0.0,
    occupancy=(1 / 3, 1 / 3, 1 / 3),
    dwell=(10, 10, 10),
    depth=1.0,
)
SETTINGS = {
    **bench_live.MARKETS["quiet"],
    **bench_live.EVERYTHING,
    "hmm_multi_timeframe_enabled": "false",
    "hmm_multi_timeframe_source": "primary",
    "momentum_max_defer_sec": "900",
    "slots": "5",
}
WAITING = {
    "pair_profit_pct": "0.6",
    "regime_adx_enabled": "false",
    "pair_entry_pct": "1",
    "pair_refresh_pct": "1.5",
    "reentry_base_cooldown_sec": "1800",
}  # legs come back after the move that would have filled them, and wait for advice


@cache
def profile(**settings):
    return bench_live.profile_with({**SETTINGS, **settings})


def walk(seed, count=900, holes=()):
    """Walk a market that swings, and rests between."""
    chance = np.random.default_rng(seed)
    pace = np.repeat(chance.choice([0.01, 1.0], count // 30 + 1), 30)[:count]
    swing = 0.03 * np.sin(np.cumsum(pace) / chance.integers(6, 16))
    closes = np.round(
        0.17 * (1 + swing) * np.exp(np.cumsum(pace * chance.normal(0, 0.0005, count))), 5
    )
    opens = np.concatenate([closes[:1], closes[:-1]])
    kept = np.array([at for at in range(count) if at not in holes])
    return Candles.from_numpy(
        kept.astype(np.int64) * MINUTE,
        tuple(
            side[kept]
            for side in (opens, np.maximum(opens, closes), np.minimum(opens, closes), closes)
        ),
        np.full(len(kept), 10**9),
        seconds=60,
        tick=Decimal("0.00001"),
        step=Decimal(1),
    )


def desk_on(candles, **settings):
    desk, _ = replay_desk(profile(**settings), candles, found={"primary": SURE}.get)
    return desk, ahead_of(desk, profile(**settings).settings)


def nobody(desk, number):
    """Say nothing between two ticks."""


def run(candles, *, ahead, each=nobody, **settings):
    desk, looks = desk_on(candles, **settings)
    for number in range(len(candles)):
        tick(desk)
        if ahead:
            looks(desk)
        each(desk, number)
    return desk, looks


def told(desk):
    return desk.ledger.rows, desk.books.slots, desk.books.tier, desk.readings


def entered(desk):
    return [note for _, note in desk.ledger.rows if isinstance(note, TierChanged)]


@pytest.mark.parametrize("settings", [{}, WAITING], ids=["cycling", "waiting"])
@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_market_does_the_ledger_says_the_same_and_steps_are_spared(seed, settings):
    candles = walk(seed)
    plain, _ = run(candles, ahead=False, **settings)
    early, looks = run(candles, ahead=True, **settings)
    assert told(early) == told(plain)
    assert looks.spared > 20
    assert early.counters.steps <= plain.counters.steps - looks.spared / 2
    assert early.counters.fills == plain.counters.fills > 0


def test_the_markets_of_these_tests_move_the_tiers_and_defer_entries():
    waited = set()

    def note(desk, _number):
        waited.update(desk.index.waiting.where.values())

    desk, _ = run(walk(1), ahead=True, each=note, **WAITING)
    assert len(entered(desk)) > 3
    assert {Block.REGIME, Block.MOMENTUM} <= waited


@pytest.mark.parametrize("settings", [{"regime_shadow_enabled": "true"}, {"hmm_enabled": "false"}])
def test_what_is_only_watched_is_looked_at_in_a_step(settings):
    acting = {"regime_directional_enabled": "false", **settings}
    plain, _ = run(walk(1, 400), ahead=False, **acting)
    early, _ = run(walk(1, 400), ahead=True, **acting)
    assert told(early) == told(plain)


@pytest.mark.parametrize("seed", range(3))
def test_candles_that_are_missing_change_nothing(seed):
    chance = np.random.default_rng(seed)
    starts = chance.choice(np.arange(50, 900), 25)
    holes = {at + more for at in starts for more in range(int(chance.integers(1, 9)))}
    plain, _ = run(walk(seed, holes=holes), ahead=False)
    early, _ = run(walk(seed, holes=holes), ahead=True)
    assert told(early) == told(plain)


def speak(desk, number):
    """Set and lift an override between two ticks, as a command does."""
    if number % 50 == 4:
        regime = "BEARISH" if number % 100 == 4 else "NONE"
        desk.note(RegimeOverridden(regime=regime, reason="test"))
    if number % 5 == 4:
        desk.watch_again()


def test_a_command_between_two_ticks_is_heard_in_the_step_it_would_have_been():
    plain, _ = run(walk(3), ahead=False, each=speak)
    early, looks = run(walk(3), ahead=True, each=speak)
    assert told(early) == told(plain)
    assert {one.regime.value for one in entered(early)} >= {"bearish"}
    assert looks.spared < 20


def started_again(desk, candles, settings):
    """Start a desk on what an older one left in its ledger and on its venue, as a live desk starts."""
    again = Desk(
        rules=desk.rules,
        sizing=desk.sizing,
        limits=desk.limits,
        venue=desk.venue,
        ledger=desk.ledger,
        clock=desk.clock,
    )
    sight = seat_replay(again, profile(**settings), candles, {"primary": SURE}.get)
    sight.seat.look(again, again.now)
    shape_replay(again, profile(**settings).settings)
    release_by(again, profile(**settings))
    return again, ahead_of(again, profile(**settings).settings)


def lives(candles, settings, *, ahead):
    """Run a desk that dies every 97 candles, after it looked ahead."""
    desk, looks = desk_on(candles, **settings)
    pending = 0
    for number in range(len(candles)):
        tick(desk)
        if ahead:
            looks(desk)
        if number % 97 == 4:
            pending += desk.outlook.passed is not None
            desk, looks = started_again(desk, candles, settings)
    return desk, pending


@pytest.mark.parametrize("settings", [{}, WAITING], ids=["cycling", "waiting"])
def test_a_desk_that_died_with_a_step_spared_goes_on_as_one_that_spares_none(settings):
    candles = walk(4)
    plain, _ = lives(candles, settings, ahead=False)
    early, pending = lives(candles, settings, ahead=True)
    assert told(early) == told(plain)
    assert pending


def at_rest(**settings):
    desk, looks = desk_on(walk(0, 400), **settings)
    while looks.spared < 3:
        tick(desk)
        looks(desk)
    while desk.outlook.passed is None:
        tick(desk)
        looks(desk)
    return desk, looks


def test_the_step_that_is_spared_is_the_close_and_the_reading_counts_right_after_it():
    desk, looks = at_rest()
    close, before = desk.watch.spared, desk.readings
    assert close % SIGNAL_CANDLE == 0
    desk.outlook.passed(close)
    assert (desk.readings, looks.spared) == (before, 3)
    tick(desk)
    looks(desk)
    assert desk.readings.at >= close


def test_the_next_step_after_a_spared_one_finds_the_new_reading():
    desk, looks = at_rest()
    close, steps = desk.watch.spared, desk.counters.steps
    tick(desk)
    if desk.outlook.passed is not None:
        assert desk.counters.steps == steps
        desk.outlook.passed(close + 1)
    assert desk.readings.at == close
    assert looks.spared == 4
    assert desk.outlook.passed is None


@pytest.mark.parametrize(
    ("stance", "found"),
    [
        (Stance(), True),
        (Stance(shadow=True), False),
        (Stance(momentum_shadow=True), False),
        (Stance(act=True), True),
        (Stance(act=True, override="BULLISH"), False),
    ],
)
def test_a_look_rests_only_where_it_would_note_nothing(stance, found):
    desk, _ = desk_on(walk(0, 20))
    policy = next(one for one in desk.policies if isinstance(one, RegimePolicy))
    policy.held.stance = stance
    policy._due, policy._taken = 0, policy._asked()
    rest = policy.rests(None, 10 * MINUTE)
    assert (rest is not None) is found


def test_a_look_that_is_not_due_yet_rests_as_it_stands():
    desk, _ = desk_on(walk(0, 20))
    policy = next(one for one in desk.policies if isinstance(one, RegimePolicy))
    policy._taken = policy._asked()
    policy.rest(Rest(7 * MINUTE, "hysteresis"))
    assert policy.rests(None, 7 * MINUTE - 1) == Rest(7 * MINUTE, "hysteresis")
    assert policy.due() == 7 * MINUTE
