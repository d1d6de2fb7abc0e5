"""A change of keys goes on only by proof, never backwards after the lease has moved."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.ids import client_order_id
from holdfast.safety.key_lease import KeyHeld, KeyLease
from holdfast.safety.key_scopes import DAY, KeyInfo, judge_key
from holdfast.safety.rotation import (
    LONGEST_OVERLAP_SECONDS,
    LeaseSeen,
    ModeSeen,
    NextJudged,
    OldTried,
    Reconciled,
    Rotation,
    Step,
    advance,
    give_up,
    may_give_up,
)

OLD, NEW = "1a2b3c4d", "5e6f7a8b"
START = Rotation(current=OLD, next=NEW)
GOOD = (
    NextJudged(fingerprint=NEW, standing="live", account="acc", account_of_current="acc"),
    ModeSeen(mode="DRY", unknown=0),
    LeaseSeen(fingerprint=NEW, mode="DRY"),
    Reconciled(fingerprint=NEW, agreed=True),
    OldTried(fingerprint=OLD, refused=True),
)
BAD = (
    (Step.JUDGE_NEXT, NextJudged(fingerprint=OLD, standing="live"), "was judged, not"),
    (Step.JUDGE_NEXT, NextJudged(fingerprint=NEW, standing="dry"), "no farther than dry"),
    (Step.JUDGE_NEXT, NextJudged(fingerprint=NEW, standing="refused"), "no farther than refused"),
    (
        Step.JUDGE_NEXT,
        NextJudged(fingerprint=NEW, standing="live", account="a", account_of_current="b"),
        "another account",
    ),
    (Step.GO_DRY, ModeSeen(mode="LIVE", unknown=0), "the mode is LIVE"),
    (Step.GO_DRY, ModeSeen(mode="CANARY_LIVE", unknown=0), "the mode is CANARY_LIVE"),
    (Step.GO_DRY, ModeSeen(mode="DRY", unknown=1), "1 orders have an outcome nobody knows"),
    (Step.MOVE_LEASE, LeaseSeen(fingerprint=OLD, mode="DRY"), f"that of {OLD}"),
    (Step.MOVE_LEASE, LeaseSeen(fingerprint=NEW, mode="LIVE"), "the mode is LIVE"),
    (Step.RECONCILE, Reconciled(fingerprint=OLD, agreed=True), "that looked"),
    (Step.RECONCILE, Reconciled(fingerprint=NEW, agreed=False), "do not agree"),
    (Step.RECONCILE, Reconciled(fingerprint=NEW, agreed=True, lost=("x",)), "not found"),
    (Step.REVOKE_OLD, OldTried(fingerprint=NEW, refused=True), "was tried, not"),
    (Step.REVOKE_OLD, OldTried(fingerprint=OLD, refused=False), "still takes the old key"),
)


def at(step, now=0.0):
    """Walk to a step by proof."""
    rotation = START
    for seen in GOOD:
        if rotation.step == step:
            return rotation
        rotation = advance(rotation, seen, now).rotation
    return rotation


def test_proof_after_proof_ends_the_change():
    steps = [START.step]
    rotation = START
    for seen in GOOD:
        moved = advance(rotation, seen, 100.0)
        assert moved.reasons == ()
        rotation = moved.rotation
        steps.append(rotation.step)
    assert steps == [step for step in Step if step != Step.GIVEN_UP]
    assert rotation.since == 100.0


@pytest.mark.parametrize(("step", "seen", "why"), BAD)
def test_what_does_not_prove_a_step_changes_nothing_and_says_why(step, seen, why):
    rotation = at(step)
    moved = advance(rotation, seen, 0.0)
    assert moved.rotation == rotation
    assert any(why in reason for reason in moved.reasons)


@pytest.mark.parametrize(
    ("number", "seen"),
    [(number, seen) for number, seen in itertools.product(range(5), GOOD) if GOOD[number] != seen],
)
def test_what_another_step_waits_for_changes_nothing(number, seen):
    rotation = at(list(Step)[number])
    moved = advance(rotation, seen, 0.0)
    assert moved.rotation == rotation
    assert "waits for" in moved.reasons[0]


def test_the_new_key_is_not_the_old_one():
    same = Rotation(current=OLD, next=OLD)
    seen = NextJudged(fingerprint=OLD, standing="live")
    assert advance(same, seen, 0.0).reasons == ("the new key is the old one",)


@pytest.mark.parametrize("end", [at(Step.DONE), give_up(START).rotation])
def test_an_ended_change_stays_ended(end):
    for seen in GOOD:
        moved = advance(end, seen, 0.0)
        assert moved.rotation == end
        assert "is over" in moved.reasons[0]


@pytest.mark.parametrize(
    ("after", "overdue"),
    [
        (LONGEST_OVERLAP_SECONDS - 1, False),
        (LONGEST_OVERLAP_SECONDS, False),
        (LONGEST_OVERLAP_SECONDS + 1, True),
    ],
)
def test_both_keys_are_good_for_an_hour_at_most(after, overdue):
    for step in (Step.GO_DRY, Step.MOVE_LEASE, Step.RECONCILE, Step.REVOKE_OLD):
        rotation = at(step, now=50.0)
        assert rotation.overlap(50.0 + after) == after
        assert rotation.overdue(50.0 + after) is overdue
    assert not START.overdue(10**9)
    assert not at(Step.DONE).overdue(10**9)


def test_after_the_hour_the_lease_does_not_move_and_the_change_can_be_given_up():
    late = LONGEST_OVERLAP_SECONDS + 1.0
    rotation = at(Step.MOVE_LEASE)
    moved = advance(rotation, GOOD[2], late)
    assert moved.rotation == rotation
    assert "give the change up" in moved.reasons[0]
    assert give_up(rotation).rotation.step == Step.GIVEN_UP


def test_after_the_hour_the_old_key_can_still_be_revoked():
    late = LONGEST_OVERLAP_SECONDS + 1.0
    rotation = at(Step.RECONCILE)
    assert rotation.overdue(late)
    rotation = advance(rotation, GOOD[3], late).rotation
    assert advance(rotation, GOOD[4], late).rotation.step == Step.DONE


@pytest.mark.parametrize("step", [Step.RECONCILE, Step.REVOKE_OLD, Step.DONE])
def test_once_the_lease_has_moved_there_is_no_way_back(step):
    rotation = at(step)
    assert not may_give_up(rotation)
    moved = give_up(rotation)
    assert moved.rotation == rotation
    assert moved.reasons


SEEN = st.one_of(
    st.builds(
        NextJudged,
        fingerprint=st.sampled_from([OLD, NEW]),
        standing=st.sampled_from(["refused", "dry", "live"]),
    ),
    st.builds(ModeSeen, mode=st.sampled_from(["DRY", "LIVE"]), unknown=st.integers(0, 1)),
    st.builds(
        LeaseSeen,
        fingerprint=st.sampled_from([OLD, NEW]),
        mode=st.sampled_from(["DRY", "LIVE"]),
    ),
    st.builds(Reconciled, fingerprint=st.sampled_from([OLD, NEW]), agreed=st.booleans()),
    st.builds(OldTried, fingerprint=st.sampled_from([OLD, NEW]), refused=st.booleans()),
)


@given(st.lists(st.tuples(SEEN, st.floats(0, 4000)), max_size=40))
def test_whatever_is_seen_each_step_was_proven_in_its_turn(told):
    rotation, now, proofs = START, 0.0, []
    for seen, later in told:
        now += later
        moved = advance(rotation, seen, now)
        assert (moved.rotation == rotation) is bool(moved.reasons)
        if moved.rotation != rotation:
            proofs.append(type(seen))
        rotation = moved.rotation
    assert proofs == [type(seen) for seen in GOOD[: len(proofs)]]
    assert rotation.step == list(Step)[len(proofs)]


def test_each_step_is_noted_by_fingerprint():
    note = at(Step.RECONCILE).noted("lease moved")
    assert (note.fingerprint, note.purpose, note.result) == (NEW, "rotation", "reconcile")


def test_a_drill_orders_stay_findable_and_the_lease_is_never_nobodys(tmp_path):
    """Drive the procedure with the real lease and judge, while orders of the old key rest."""
    resting = {
        client_order_id("g1", "DOGE/USD", slot, "B", 1, "exit", 1): slot for slot in range(3)
    }
    info = KeyInfo(
        permissions=(
            "query-funds",
            "query-open-trades",
            "query-closed-trades",
            "modify-trades",
            "close-trades",
            "query-ledger",
        ),
        ip_allowlist=("192.0.2.7",),
        valid_until=0,
        nonce_window=0,
        created=DAY,
        account="acc",
    )
    verdict = judge_key(info, purpose="trade", production=True, now=2 * DAY)
    with KeyLease(tmp_path, OLD, "desk") as lease:
        judged = NextJudged(
            fingerprint=NEW,
            standing=verdict.standing,
            account=info.account,
            account_of_current="acc",
        )
        rotation = advance(START, judged, 0.0).rotation
        rotation = advance(rotation, ModeSeen(mode="DRY", unknown=0), 10.0).rotation
        lease.move(rotation.next)
        with pytest.raises(KeyHeld):
            KeyLease(tmp_path, NEW, "thief")
        seen = LeaseSeen(fingerprint=lease.fingerprint, mode="DRY")
        rotation = advance(rotation, seen, 20.0).rotation
        again = {
            client_order_id("g1", "DOGE/USD", slot, "B", 1, "exit", 1): slot for slot in range(3)
        }
        lost = tuple(sorted(resting.keys() - again.keys()))
        found = Reconciled(fingerprint=NEW, agreed=True, lost=lost)
        rotation = advance(rotation, found, 30.0).rotation
        rotation = advance(rotation, OldTried(fingerprint=OLD, refused=True), 40.0).rotation
    assert again == resting
    assert rotation.step == Step.DONE
    assert rotation.overlap(40.0) == 40.0
