"""Look at the regime at regular times, move the tiers, and watch what is not acted upon yet.

Every change of the tiers is a note in the ledger, so that a desk that died goes on where they stood.
Advisers read the tiers off the books; nothing here touches a slot.
"""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from holdfast.desk.desk import Desk
from holdfast.desk.regime.shadow import Shadow
from holdfast.desk.regime.stance import (
    Held,
    Stance,
    hint_of,
    leaning,
    leaning_by,
    overridden,
)
from holdfast.desk.turn import Turn
from holdfast.domain.bookkeeping import RegimeHinted, TierChanged
from holdfast.domain.slots import LegName
from holdfast.domain.tiers import NO_TIER, TierState
from holdfast.engine.momentum import deferred
from holdfast.engine.readings import Readings
from holdfast.engine.regime import Assessed, Leaning, assess, suppressed, turning_points
from holdfast.engine.rules import NEVER

OFF = "switched off"
REMEMBERED = 20  # changes of the tier that status shows


class Rest(NamedTuple):
    """A look that changes nothing: when the next one is due, and why the tiers stand where they do."""

    due: int
    reason: str


class RegimePolicy:
    """The policy of tiers and of watched gates; `reason` is why the tiers stand where they do."""

    def __init__(self, desk: Desk, held: Held, look: Callable[[Desk, int], None]) -> None:
        self.held = held
        self._desk = desk
        self.reason = ""
        self.history: deque[tuple[int, TierChanged]] = deque(maxlen=REMEMBERED)  # newest first
        self.tier_shadow, self.momentum_shadow = Shadow("regime"), Shadow("momentum")
        self._look = look
        self._due = 0
        self._taken: tuple[int, str, RegimeHinted | None] = (-1, "", None)

    def due(self) -> int:
        """Return the time of the next look; at once when a person or a source has spoken."""
        return self._due if self._taken == self._asked() else 0

    def decide(self, turn: Turn) -> None:
        """Look, and note what changed."""
        desk, stance = turn.desk, self.held.stance
        self._taken = self._asked()
        self._look(desk, turn.at)
        due = NEVER
        if stance.act or stance.shadow:
            due = self._tiers(turn, stance)
        elif desk.books.tier != NO_TIER:
            self._change(turn, NO_TIER, Leaning(), OFF, acted=False)
        due = min(due, self._momentum(turn, stance))
        self._due = due

    def rests(self, seen: Readings | None, at: int) -> Rest | None:
        """Say how a look would end that finds all as it was; None for one that may have more to say."""
        stance, tier = self.held.stance, self._desk.books.tier
        if self.due() > at:
            return Rest(self._due, self.reason)
        if self._taken != self._asked() or _watches(stance) or self._taken[2] is not None:
            return None
        if not stance.act:
            return Rest(NEVER, self.reason) if tier == NO_TIER else None
        found = assess(tier, leaning_by(self._desk, stance, seen), stance.tiers, at)
        return Rest(_again(found, stance, at), found.reason) if found.state == tier else None

    def rest(self, found: Rest) -> None:
        """Take a look for done that found all as it was."""
        self._due, self.reason = found.due, found.reason

    def suppresses(self, now: int) -> tuple[int, LegName | None]:
        """Say which side of which stance is suppressed now: slots are told when it changes."""
        stance = self.held.stance
        side = suppressed(self._desk.books.tier, stance.tiers, now) if stance.act else None
        return self.held.changes, side

    def _asked(self) -> tuple[int, str, RegimeHinted | None]:
        desk, stance = self._desk, self.held.stance
        return self.held.changes, overridden(desk, stance), hint_of(desk, stance)

    def _tiers(self, turn: Turn, stance: Stance) -> int:
        desk, now = turn.desk, turn.at
        seen, before = leaning(desk, stance), desk.books.tier
        found = assess(before, seen, stance.tiers, now)
        self.reason = found.reason
        if found.state != before:
            self._change(turn, found.state, seen, found.reason, acted=stance.act)
        if stance.act:
            self.tier_shadow.forget()
        else:
            self.tier_shadow.look(turn, suppressed(found.state, stance.tiers, now))
        hint = hint_of(desk, stance)
        over = NEVER if hint is None else hint.until
        return min(over, _again(found, stance, now))

    def _change(
        self, turn: Turn, state: TierState, seen: Leaning, reason: str, *, acted: bool
    ) -> None:
        desk = turn.desk
        before = desk.books.tier
        desk.books.tier = state  # at once, as slots are; the note says the same after the commit
        note = TierChanged(
            before=before.tier,
            state=state,
            regime=seen.regime,
            confidence=seen.confidence,
            bias=seen.bias,
            reason=reason,
            dwell=0 if before.entered_at is None else turn.at - before.entered_at,
            acted=acted,
            model=0 if desk.readings is None else desk.readings.model,
        )
        turn.notes.append(note)
        self.history.appendleft((turn.at, note))

    def _momentum(self, turn: Turn, stance: Stance) -> int:
        if not stance.momentum_shadow or stance.momentum_act:
            self.momentum_shadow.forget()
            return NEVER
        seen = turn.desk.readings
        sign = seen.momentum if seen is not None and seen.momentum_ready else 0
        self.momentum_shadow.look(turn, deferred(sign))
        return _next(turn.at, stance.interval)


def _again(found: Assessed, stance: Stance, now: int) -> int:
    every = stance.fast if found.reason == "dwell" else stance.interval
    points = [at for at in turning_points(found.state, stance.tiers) if at > now]
    return min([_next(now, every), *points])


def _next(now: int, every: int) -> int:
    return now - now % every + every


def _watches(stance: Stance) -> bool:
    """Say whether gates are watched that are not acted upon: what they would have done is noted."""
    return (stance.shadow and not stance.act) or (
        stance.momentum_shadow and not stance.momentum_act
    )
