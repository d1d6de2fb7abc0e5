"""Change the key a desk trades with, step by step, each proven before the next.

Rules: the table is the procedure. Each step waits for one thing to be seen, and what does not prove
it changes nothing and says why. Two keys are good at once for at most an hour; until the lease has
moved the change can be given up, after that the only way is forward: the old key is revoked, late or
not. Orders outlive their key, since no id is derived from one.
"""

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType

import msgspec

from holdfast.domain.bookkeeping import KeyNoted
from holdfast.safety.key_scopes import Standing

LONGEST_OVERLAP_SECONDS = 3600
QUIET = ("DRY", "HALT")


class Step(StrEnum):
    """What is to be done next."""

    JUDGE_NEXT = "judge_next"
    GO_DRY = "go_dry"
    MOVE_LEASE = "move_lease"
    RECONCILE = "reconcile"
    REVOKE_OLD = "revoke_old"
    DONE = "done"
    GIVEN_UP = "given_up"


class Rotation(msgspec.Struct, frozen=True, kw_only=True):
    """One change of keys: two fingerprints, the step it is at, and since when both keys are good.

    `since` is in seconds of one clock, the one that `advance` is asked with.
    """

    current: str
    next: str
    step: Step = Step.JUDGE_NEXT
    since: float | None = None

    def overlap(self, now: float) -> float:
        """Say how long both keys have been good."""
        return 0.0 if self.since is None else now - self.since

    def overdue(self, now: float) -> bool:
        """Say whether both have been good for too long."""
        return self.overlap(now) > LONGEST_OVERLAP_SECONDS and self.step not in _ENDS

    def noted(self, detail: str) -> KeyNoted:
        """Make the note of where the change stands."""
        return KeyNoted(
            fingerprint=self.next, purpose="rotation", result=self.step.value, detail=detail
        )


class NextJudged(msgspec.Struct, frozen=True, kw_only=True):
    """The new key was looked at (`key_scopes.judge_key`)."""

    fingerprint: str
    standing: Standing
    account: str = ""
    account_of_current: str = ""


class ModeSeen(msgspec.Struct, frozen=True, kw_only=True):
    """The effective mode, and how many orders have an outcome nobody knows."""

    mode: str
    unknown: int


class LeaseSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Whose lease the desk holds now (`KeyLease.fingerprint`)."""

    fingerprint: str
    mode: str


class Reconciled(msgspec.Struct, frozen=True, kw_only=True):
    """Books and venue were compared through a key; `lost` are orders of ours it did not find."""

    fingerprint: str
    agreed: bool
    lost: tuple[str, ...] = ()


class OldTried(msgspec.Struct, frozen=True, kw_only=True):
    """The old key was tried with a read; `refused` means the exchange no longer knows it."""

    fingerprint: str
    refused: bool


Seen = NextJudged | ModeSeen | LeaseSeen | Reconciled | OldTried


class Advance(msgspec.Struct, frozen=True):
    """Where a change stands after something was seen; without reasons it went on."""

    rotation: Rotation
    reasons: tuple[str, ...] = ()


def advance(rotation: Rotation, seen: Seen, now: float) -> Advance:
    """Take one thing seen: go to the next step, or stay and say why."""
    expected, following, judge = _PROCEDURE.get(rotation.step, (None, rotation.step, None))
    if expected is None or judge is None:
        return Advance(rotation, (f"the change of keys is over: {rotation.step.value}",))
    if not isinstance(seen, expected):
        wanted = f"{rotation.step.value} waits for {expected.__name__}"
        return Advance(rotation, (f"{wanted}, not for {type(seen).__name__}",))
    if rotation.overdue(now) and may_give_up(rotation):
        why = "both keys were good for over an hour; give the change up and revoke the new key"
        return Advance(rotation, (why,))
    reasons = tuple(judge(rotation, seen))
    if reasons:
        return Advance(rotation, reasons)
    since = now if rotation.since is None else rotation.since
    return Advance(msgspec.structs.replace(rotation, step=following, since=since))


def may_give_up(rotation: Rotation) -> bool:
    """Say whether the old key is still the one the desk trades with."""
    return rotation.step in _BEFORE_THE_MOVE


def give_up(rotation: Rotation) -> Advance:
    """Stay with the old key; the new one is to be revoked."""
    if may_give_up(rotation):
        return Advance(msgspec.structs.replace(rotation, step=Step.GIVEN_UP))
    return Advance(rotation, ("the lease has moved: go on, and revoke the old key",))


def _judge_next(rotation: Rotation, seen: NextJudged) -> Iterator[str]:
    if rotation.next == rotation.current:
        yield "the new key is the old one"
    if seen.fingerprint != rotation.next:
        yield f"the key {seen.fingerprint} was judged, not {rotation.next}"
    if seen.standing != "live":
        yield f"the new key may go no farther than {seen.standing}"
    if seen.account != seen.account_of_current:
        yield "the new key belongs to another account"


def _is_quiet(_: Rotation, seen: ModeSeen) -> Iterator[str]:
    if seen.mode not in QUIET:
        yield f"the mode is {seen.mode}, not DRY"
    if seen.unknown:
        yield f"{seen.unknown} orders have an outcome nobody knows"


def _has_moved(rotation: Rotation, seen: LeaseSeen) -> Iterator[str]:
    if seen.fingerprint != rotation.next:
        yield f"the lease is that of {seen.fingerprint}, not of {rotation.next}"
    if seen.mode not in QUIET:
        yield f"the mode is {seen.mode}, not DRY"


def _agrees(rotation: Rotation, seen: Reconciled) -> Iterator[str]:
    if seen.fingerprint != rotation.next:
        yield f"it was the key {seen.fingerprint} that looked, not {rotation.next}"
    if seen.lost:
        yield f"orders are not found with the new key: {', '.join(seen.lost)}"
    if not seen.agreed:
        yield "books and venue do not agree"


def _is_gone(rotation: Rotation, seen: OldTried) -> Iterator[str]:
    if seen.fingerprint != rotation.current:
        yield f"the key {seen.fingerprint} was tried, not {rotation.current}"
    if not seen.refused:
        yield "the exchange still takes the old key: revoke it there"


_Judge = Callable[..., Iterator[str]]
_PROCEDURE: Mapping[Step, tuple[type[Seen], Step, _Judge]] = MappingProxyType(
    {
        Step.JUDGE_NEXT: (NextJudged, Step.GO_DRY, _judge_next),
        Step.GO_DRY: (ModeSeen, Step.MOVE_LEASE, _is_quiet),
        Step.MOVE_LEASE: (LeaseSeen, Step.RECONCILE, _has_moved),
        Step.RECONCILE: (Reconciled, Step.REVOKE_OLD, _agrees),
        Step.REVOKE_OLD: (OldTried, Step.DONE, _is_gone),
    }
)
_BEFORE_THE_MOVE = frozenset({Step.JUDGE_NEXT, Step.GO_DRY, Step.MOVE_LEASE})
_ENDS = frozenset({Step.DONE, Step.GIVEN_UP})
