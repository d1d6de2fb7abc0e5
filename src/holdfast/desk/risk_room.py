"""Keep the risk policy beside a desk: who judges its entries, and what puts up a hold for a loss.

It hears every commit, makes a gate for each step, and between ticks holds the losses beside their
limits. A desk on the paper venue has no such room.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

import msgspec

from holdfast.desk.desk import Desk
from holdfast.domain.bookkeeping import Note
from holdfast.domain.events import Event
from holdfast.domain.money import ZERO, Instrument
from holdfast.safety import triggers
from holdfast.safety.policies import OPERATOR, PolicyBook
from holdfast.safety.risk_facts import BookFacts, Moment
from holdfast.safety.risk_gate import RefusedLegs, RiskGate
from holdfast.safety.risk_memory import RiskMemory
from holdfast.safety.risk_policy import RiskPolicy
from holdfast.safety.risk_state import RiskState
from holdfast.safety.tightened import no_longer_fits, resting_entries
from holdfast.safety.triggers import Reading


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What the room asks of others: the mode orders leave in, the price's time, the other desks.

    A desk that only simulates gives LIVE as its mode, so that what is simulated is what would be done.
    """

    env: str
    instrument: Instrument
    mode: Callable[[], str]
    price_at: Callable[[], int]
    others: Callable[[], Decimal | None] = lambda: ZERO


class RiskRoom:
    """The policy in force, what is remembered for it, and the rows of principals."""

    def __init__(
        self,
        policy: RiskPolicy,
        stage: Mapping[str, str],
        memory: RiskMemory,
        book: PolicyBook,
        around: Surroundings,
    ) -> None:
        self.book = book
        self._desk_policy = policy
        self._stage = stage
        self._memory = memory
        self._around = around
        self._refused = RefusedLegs()

    def policy(self, principal: str = OPERATOR) -> RiskPolicy:
        """Say what holds for a principal: the stricter of desk, stage and its row."""
        return self.book.policy_for(principal, self._desk_policy, self._stage)

    def take(self, at: int, entries: Sequence[Event | Note]) -> None:
        """Hear what was committed."""
        for entry in entries:
            self._memory.apply(at, entry)
            if entry.stream == "ops/policy":
                self.book.apply(entry)  # type: ignore[arg-type]  # the stream says it is a note

    def gate(self, desk: Desk, principal: str = OPERATOR) -> RiskGate:
        """Make the gate of one step; what the desk's books take in meanwhile counts at once."""
        return RiskGate(self.policy(principal), self._facts(desk), self._refused)

    def state(self, desk: Desk) -> RiskState:
        """Say how the desk stands."""
        return self._facts(desk).state()

    def watch(self, desk: Desk) -> tuple[Reading, ...]:
        """Put up the holds that are due; return the losses that are near their limits."""
        if desk.mark <= ZERO:
            return ()  # nothing was seen yet, so nothing can be worth anything
        policy, state = self.policy(), self.state(desk)
        notes = triggers.due(policy, state, desk.books.holds)
        if notes:
            desk.note(*notes)
            desk.watch_again()
        return triggers.warnings(policy, state)

    def meet(self, desk: Desk, principal: str) -> None:
        """Give a principal nobody has met its row, in the ledger."""
        note = self.book.welcome(principal)
        if note is not None:
            desk.note(note)

    def keeps(self, desk: Desk, name: str) -> str:
        """Say why a hold for a loss must stand; empty where a resume may take it down."""
        return triggers.keeps(name, self.policy(), self.state(desk))

    def change(self, desk: Desk, policy: RiskPolicy, stage: Mapping[str, str]) -> tuple[str, ...]:
        """Take up another policy of the desk, with the holds it lifts; name the entries to cancel."""
        before, state = self.policy(), self.state(desk)
        self._desk_policy, self._stage = policy, stage
        lifted = triggers.lifted(before, self.policy(), state, desk.books.holds)
        if lifted:
            desk.note(*lifted)
            desk.watch_again()
        return no_longer_fits(self.policy(), state, resting_entries(desk.books))

    def _facts(self, desk: Desk) -> BookFacts:
        around = self._around
        moment = Moment(
            at=desk.now,
            mid=desk.mark,
            price_at=around.price_at(),
            mode=around.mode(),
            env=around.env,
            others=around.others(),
        )
        return BookFacts(desk.books, self._memory, around.instrument, moment)
