"""Tiers move at regular times, are noted, survive a death, and act only where a profile says so."""

import sys
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parent))

from small_desk import House

from holdfast.desk.regime.advisers import MomentumAdviser, SpacingAdviser, TierAdviser
from holdfast.desk.regime.policy import RegimePolicy
from holdfast.desk.regime.shadow import Shadow
from holdfast.desk.regime.stance import Held, Stance, hint_of, leaning
from holdfast.desk.turn import Turn
from holdfast.domain.bookkeeping import GateShadowed, RegimeHinted, RegimeOverridden, TierChanged
from holdfast.domain.market import SECOND, Regime
from holdfast.domain.slots import LEG_A, LEG_B, Block
from holdfast.domain.tiers import NO_TIER, TierState
from holdfast.engine.advice import NO_ADVICE
from holdfast.engine.readings import Band, Readings
from holdfast.ledger.snapshots import copy_of

BULL = Readings(
    at=0,
    regime=Regime.BULLISH,
    regime_ready=True,
    confidence=Decimal("0.7"),
    bias=Decimal("0.5"),
    momentum=1,
    momentum_ready=True,
    model=3,
)


def policy_on(desk, stance, **reading):
    desk.readings = replace(BULL, **reading)
    held = Held(stance)
    return RegimePolicy(desk, held, lambda _desk, _now: None), held


def decide(desk, policy, second):
    desk.now = second * SECOND
    turn = Turn(desk, desk.now, Decimal("0.1"))
    policy.decide(turn)
    return turn.notes


@pytest.fixture
def desk():
    return House(slots=2, candles=20).desk


@pytest.mark.plan("000-042", "001-102")
def test_a_tier_that_is_entered_is_noted_with_its_reason_and_the_model_that_spoke(desk):
    policy, _ = policy_on(desk, Stance(act=True))
    (note,) = decide(desk, policy, 1000)
    assert (note.before, note.state.tier, note.state.side) == (0, 2, LEG_A)
    assert (note.reason, note.acted, note.model) == ("confidence", True, 3)
    assert desk.books.tier == note.state
    assert decide(desk, policy, 1100) == []


def test_the_next_look_is_at_the_next_interval_and_when_the_grace_has_run(desk):
    policy, _ = policy_on(desk, Stance(act=True))
    decide(desk, policy, 1000)
    assert policy.due() == 1060 * SECOND
    decide(desk, policy, 1060)
    assert policy.due() == 1200 * SECOND


def test_while_a_change_waits_for_its_dwell_the_looks_come_faster(desk):
    policy, _ = policy_on(desk, Stance(act=True))
    decide(desk, policy, 1000)
    desk.readings = replace(BULL, confidence=Decimal("0.1"))
    decide(desk, policy, 1210)
    assert policy.reason == "dwell"
    assert policy.due() == 1260 * SECOND


def test_tiers_come_back_from_the_ledger_after_a_death(desk):
    policy, _ = policy_on(desk, Stance(act=True))
    desk.note(*decide(desk, policy, 1000))
    desk.note(RegimeOverridden(regime="BEARISH", reason="test"))
    restored = desk.ledger.restore()
    assert restored.tier == desk.books.tier
    assert restored.tier.tier == 2
    assert restored.regime_override == "BEARISH"
    assert copy_of(restored).tier == restored.tier
    assert copy_of(restored).regime_override == "BEARISH"


def test_what_is_only_watched_is_noted_beside_what_was_done_and_advises_nothing(desk):
    policy, held = policy_on(desk, Stance(shadow=True))
    (note,) = decide(desk, policy, 1000)
    assert isinstance(note, TierChanged)
    assert not note.acted
    slot = desk.books.slots[0]
    for kind in (TierAdviser, SpacingAdviser, MomentumAdviser):
        advice = kind(desk, held).advise(slot, 2000 * SECOND)
        assert advice.blocks == {}
        assert advice.rules is None


def test_switching_everything_off_takes_the_tier_back(desk):
    policy, held = policy_on(desk, Stance(act=True))
    decide(desk, policy, 1000)
    held.adopt(Stance())
    assert policy.due() == 0
    (note,) = decide(desk, policy, 1001)
    assert (note.reason, note.state) == ("switched off", NO_TIER)


def test_with_everything_off_nothing_is_noted_and_no_look_is_planned(desk):
    policy, _ = policy_on(desk, Stance())
    assert decide(desk, policy, 1000) == []
    assert policy.due() >= 10**18


@pytest.mark.parametrize(
    ("said", "knob", "side"),
    [("BEARISH", "NONE", LEG_B), ("BEARISH", "BULLISH", LEG_B), ("NONE", "BULLISH", LEG_A)],
)
def test_a_person_speaks_before_the_profile_and_the_profile_before_the_detector(
    desk, said, knob, side
):
    policy, _ = policy_on(desk, Stance(act=True, override=knob), regime_ready=False)
    desk.note(RegimeOverridden(regime=said, reason="test"))
    (note,) = decide(desk, policy, 1000)
    assert (note.state.side, note.confidence, abs(note.bias)) == (side, Decimal("0.75"), 1)


def hinted(desk, regime=Regime.BEARISH, *, seconds=600, sure="0.75"):
    desk.now = 1000 * SECOND
    until = desk.now + seconds * SECOND
    note = RegimeHinted(regime=regime, confidence=Decimal(sure), until=until, principal="chat:42")
    desk.note(note)
    return note


def test_a_hint_stands_before_the_detector_and_counts_for_no_more_than_it_says(desk):
    policy, _ = policy_on(desk, Stance(act=True, hints=True))
    hinted(desk, sure="0.6")
    (note,) = decide(desk, policy, 1000)
    assert (note.state.side, str(note.confidence), str(note.bias)) == (LEG_B, "0.6", "-0.6")


def test_a_hint_is_never_surer_than_an_operator(desk):
    stance = Stance(act=True, hints=True, override_confidence=Decimal("0.3"))
    hinted(desk, sure="0.9")
    assert leaning(desk, stance).confidence == Decimal("0.3")


def test_a_hint_that_it_is_ranging_leans_nowhere(desk):
    hinted(desk, Regime.RANGING)
    seen = leaning(desk, Stance(act=True, hints=True))
    assert (seen.regime, seen.bias, seen.ready) == (Regime.RANGING, 0, True)


@pytest.mark.parametrize("said", ["verb", "profile"])
def test_a_person_stands_over_a_hint(desk, said):
    stance = Stance(act=True, hints=True, override="BULLISH" if said == "profile" else "NONE")
    policy, _ = policy_on(desk, stance)
    hinted(desk)
    if said == "verb":
        desk.note(RegimeOverridden(regime="BULLISH", reason="test"))
    (note,) = decide(desk, policy, 1000)
    assert note.state.side is LEG_A


def test_a_hint_counts_nothing_where_the_profile_takes_none(desk):
    policy, held = policy_on(desk, Stance(act=True, hints=True))
    hinted(desk)
    held.adopt(Stance(act=True))
    (note,) = decide(desk, policy, 1000)
    assert note.state.side is LEG_A


@pytest.mark.parametrize(("offset", "counts"), [(-1, True), (0, False), (1, False)])
def test_a_hint_is_over_at_the_end_of_its_time_and_looked_at_then(desk, offset, counts):
    policy, held = policy_on(desk, Stance(act=True, hints=True, interval=10**15))
    note = hinted(desk, seconds=30)
    decide(desk, policy, 1000)
    desk.now = note.until + offset
    assert (hint_of(desk, held.stance) is note) is counts
    assert (policy.due() <= desk.now) is not counts


def test_a_word_of_a_person_is_looked_at_in_the_next_step(desk):
    policy, _ = policy_on(desk, Stance(act=True))
    decide(desk, policy, 1000)
    desk.note(RegimeOverridden(regime="BEARISH", reason="test"))
    assert policy.due() == 0


def test_the_suppressed_side_is_kept_from_entering_and_the_other_is_not(desk):
    held = Held(Stance(act=True))
    desk.books.tier = TierState(tier=2, entered_at=0, side=LEG_A, grace_at=0)
    adviser = TierAdviser(desk, held)
    slot = desk.books.slots[0]
    assert adviser.advise(slot, 59 * SECOND) is NO_ADVICE
    assert adviser.advise(slot, 60 * SECOND).blocks == {LEG_A: Block.REGIME}


@pytest.mark.plan("000-028", "000-029")
def test_in_the_cooldown_only_legs_that_wait_for_the_regime_or_their_first_entry_are_kept(desk):
    held = Held(Stance(act=True))
    desk.books.tier = TierState(tier=0, entered_at=0, left_at=0, left_side=LEG_A)
    adviser, slot = TierAdviser(desk, held), desk.books.slots[0]
    waiting = replace(slot, a=replace(slot.a, order=None, block=Block.REGIME))
    cycling = replace(slot, a=replace(slot.a, block=Block.NONE))
    assert adviser.advise(waiting, 599 * SECOND).blocks == {LEG_A: Block.REGIME}
    assert adviser.advise(waiting, 600 * SECOND) is NO_ADVICE
    assert adviser.advise(cycling, 599 * SECOND) is NO_ADVICE


@pytest.mark.parametrize(
    ("band", "pct"), [(Band.CHOPPY, "0.25"), (Band.NORMAL, "0.35"), (Band.TRENDING, "0.50")]
)
def test_the_band_of_the_trend_sets_the_entry_distance_where_it_may(desk, band, pct):
    desk.readings = replace(BULL, band=band)
    slot = desk.books.slots[0]
    advice = SpacingAdviser(desk, Held(Stance(bands=True))).advise(slot, 0)
    assert advice.rules.entry_pct == Decimal(pct)
    assert advice.rules.digest == desk.rules.digest
    assert SpacingAdviser(desk, Held(Stance())).advise(slot, 0).rules is None


def test_an_unknown_band_leaves_the_entry_distance_alone(desk):
    desk.readings = replace(BULL, band=Band.UNKNOWN)
    advice = SpacingAdviser(desk, Held(Stance(bands=True))).advise(desk.books.slots[0], 0)
    assert advice.rules is None
    assert advice.regime is Regime.BULLISH


def test_from_tier_1_on_entries_move_apart_and_say_the_regime(desk):
    held = Held(Stance(act=True))
    desk.readings = replace(BULL, confidence=Decimal("0.3"), bias=Decimal("0.4"))
    desk.books.tier = TierState(tier=1, entered_at=0)
    advice = SpacingAdviser(desk, held).advise(desk.books.slots[0], 0)
    assert advice.rules.entry_pct_a == desk.rules.entry_pct * Decimal("1.2")
    assert advice.rules.entry_pct_b == desk.rules.entry_pct * Decimal("0.88")
    assert advice.regime is Regime.BULLISH


@pytest.mark.plan("001-103")
@pytest.mark.parametrize(("momentum", "kept"), [(1, {LEG_A}), (-1, {LEG_B}), (0, set())])
def test_momentum_keeps_the_entry_against_the_move_where_it_may(desk, momentum, kept):
    desk.readings = replace(BULL, momentum=momentum)
    slot = desk.books.slots[0]
    assert (
        set(MomentumAdviser(desk, Held(Stance(momentum_act=True))).advise(slot, 0).blocks) == kept
    )
    assert MomentumAdviser(desk, Held(Stance(momentum_shadow=True))).advise(slot, 0) is NO_ADVICE


@pytest.mark.plan("001-103")
def test_momentum_keeps_nothing_while_bars_are_missing_or_the_market_is_choppy(desk):
    slot, acts = desk.books.slots[0], Held(Stance(momentum_act=True, bands=True))
    desk.readings = replace(BULL, momentum_ready=False)
    assert MomentumAdviser(desk, acts).advise(slot, 0) is NO_ADVICE
    desk.readings = replace(BULL, band=Band.CHOPPY)
    assert MomentumAdviser(desk, acts).advise(slot, 0) is NO_ADVICE
    desk.readings = replace(BULL, band=Band.NORMAL)
    assert MomentumAdviser(desk, acts).advise(slot, 0) is not NO_ADVICE


def test_entries_that_a_watched_gate_would_have_kept_are_recorded(desk):
    shadow, turn = Shadow("momentum"), Turn(desk, 0, Decimal("0.1"))
    shadow.look(turn, LEG_B)
    slot = desk.books.slots[1]
    desk.books.slots[1] = replace(slot, b=replace(slot.b, attempts=slot.b.attempts + 1))
    shadow.look(turn, None)
    assert turn.notes == [GateShadowed(gate="momentum", leg=LEG_B, slots=(1,))]
    assert shadow.entries == 1
    shadow.look(turn, LEG_B)
    assert len(turn.notes) == 1


def test_a_desk_of_the_regime_enters_only_the_favoured_side():
    house = House(
        slots=3,
        candles=30,
        regime_directional_enabled="true",
        regime_manual_override="BULLISH",
        regime_suppression_grace_sec="0",
    )
    house.ticks(10)
    slots = house.desk.books.slots.values()
    assert all(slot.b.order is not None or slot.b.lot is not None for slot in slots)
    assert all(slot.a.order is None and slot.a.block is Block.REGIME for slot in slots)


def test_a_desk_with_everything_watched_trades_as_one_with_everything_off():
    plain = House(slots=4, candles=300).ticks(300)
    watched = House(
        slots=4,
        candles=300,
        regime_shadow_enabled="true",
        momentum_shadow_enabled="true",
        regime_manual_override="BULLISH",
    ).ticks(300)
    assert plain.desk.ledger.event_hash() == watched.desk.ledger.event_hash()
    noted = [entry for _, entry in watched.ledger.rows if isinstance(entry, GateShadowed)]
    assert "regime" in {one.gate for one in noted}
