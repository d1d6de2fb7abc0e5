"""Run one exchange over its memory: take a request, apply it, write it down, then answer.

Rules: the state is what the founding and the requests after it give, applied in their order; a start
applies them again and checks that trades and numbers come out as they did; a write is durable before
it is answered; where a request breaks off in the middle, memory is ahead of the file and nothing more
is answered: the process ends at the next request and starts from its file.
"""

from collections.abc import Callable
from functools import partial

import msgspec

from holdfast.clock import Clock
from holdfast.domain.errors import VenueError
from holdfast.venue.emulator import faults, refusals
from holdfast.venue.emulator.clock import VirtualClock
from holdfast.venue.emulator.core import Core
from holdfast.venue.emulator.faults import Met
from holdfast.venue.emulator.limits import TIERS, rest_cost, settle, spend
from holdfast.venue.emulator.offices import OFFICES
from holdfast.venue.emulator.params import Given, Params
from holdfast.venue.emulator.public import PUBLIC
from holdfast.venue.emulator.reading import READING
from holdfast.venue.emulator.refusals import Refused
from holdfast.venue.emulator.state import ZERO, Counter, Rule
from holdfast.venue.emulator.store import Call, Founding, Store
from holdfast.venue.emulator.trading import TRADING, Ask

Result = dict[str, object]
Run = Callable[[], Result]
CLOCK = "emulator/clock"
KEY_INFO = "GetApiKeyInfo"
TURNED_AWAY = "emulator/refused"


class Answer(msgspec.Struct, frozen=True):
    """What is said back: a result, or the words of a refusal."""

    result: Result | None
    error: str = ""

    def wire(self) -> bytes:
        """Write it as the exchange does."""
        if self.error:
            return msgspec.json.encode({"error": [self.error]})
        return msgspec.json.encode({"error": [], "result": self.result})


class Session:
    """An exchange that is open."""

    def __init__(self, store: Store, founding: Founding, machine: Clock) -> None:
        records = store.read()
        if not records:
            store.found(founding)
            records = [founding]
        first = records[0]
        if not isinstance(first, Founding):
            raise VenueError("the exchange's memory has no founding; do: name another --state")
        self.founding = first
        self._store = store
        self._whole = True
        self.core = Core(first.market, first.state, TIERS[first.tier])
        for record in records[1:]:
            self._again(record)
        self.clock = VirtualClock(first.clock, machine, self.core.state.now)

    def meet(self, endpoint: str, given: Given) -> list[Rule]:
        """Say which rules of the fault plan act on a request, and remember that it met them."""
        rules = self.core.state.faults
        if not rules:
            return []
        found = faults.meet(rules, endpoint, client_ids(given), self.clock.now())
        if not found.met:
            return []
        faults.count(rules, found)
        self._store.append(found, durable=False)
        return faults.acted(rules, found)

    def public(self, endpoint: str, given: Given) -> Answer:
        """Answer a public request; it leaves no trace."""
        self._must_be_whole()
        self.core.advance(self.clock.now())
        try:
            return Answer(PUBLIC[endpoint](self.core, Params(given)))
        except Refused as error:
            return Answer(None, error.text)

    def private(
        self, endpoint: str, given: Given, *, key: str, nonce: int, tier: str, acting: list[Rule]
    ) -> Answer:
        """Answer a private request whose key, signature, permission and nonce are proven."""
        writes = endpoint in TRADING
        call = Call(
            at=self.clock.now(),
            endpoint=endpoint,
            params=given if writes else {},
            key=key,
            nonce=nonce,
            tier=tier,
            part=faults.part_of(acting) if writes else ZERO,
            race=writes and faults.races(acting),
        )
        return self._taken(call, given, durable=writes)

    def office(self, verb: str, given: Given) -> Answer:
        """Do what the administrator asks."""
        call = Call(at=self.clock.now(), endpoint=f"emulator/{verb}", params=given)
        return self._taken(call, given, durable=True)

    def move(self, to: int) -> None:
        """Put a lock-step clock forward, durably."""
        self._taken(Call(at=to, endpoint=CLOCK), {}, durable=True)
        self.clock.move(to)

    def turn_away(self, text: str) -> Answer:
        """Refuse a request before it reaches the exchange proper; only the count remembers it."""
        call = Call(at=self.clock.now(), endpoint=TURNED_AWAY, params={"text": text})
        return self._taken(call, call.params, durable=False)

    def close(self) -> None:
        """Write the state whole, and let go."""
        if self._whole:
            self.core.advance(self.clock.now())
            self._store.found(self._founding())
        self._store.close()

    def _must_be_whole(self) -> None:
        if not self._whole:
            raise SystemExit(
                "a request ended in the middle; the exchange starts again from its memory"
            )

    def _taken(self, call: Call, given: Given, *, durable: bool) -> Answer:
        self._must_be_whole()
        self._whole = False
        answer = self._apply(call, partial(self._run, call, given))
        state = self.core.state
        told = msgspec.structs.replace(
            call, trades=len(state.trades), serial=state.serial, refused=answer.error
        )
        self._store.append(told, durable=durable)
        self._whole = True
        if self._store.has_grown():
            self._store.found(self._founding())
        return answer

    def _apply(self, call: Call, run: Run) -> Answer:
        self.core.advance(call.at)
        state = self.core.state
        state.calls[call.endpoint] = state.calls.get(call.endpoint, 0) + 1
        if call.key:
            state.nonces[call.key] = max(call.nonce, state.nonces.get(call.key, 0))
            state.used[call.key] = call.at
            if not self._within_rate(call):
                return self._refused(refusals.REST_RATE)
        return self._answered(run)

    def _run(self, call: Call, given: Given) -> Result:
        params = Params(given)
        if call.endpoint in TRADING:
            effects = faults.effects_of(self.core.state.faults, call.part, call.race, call.at)
            if effects.mode == "maintenance":
                raise Refused(refusals.UNAVAILABLE)
            return TRADING[call.endpoint](self.core, Ask(params, effects))
        if call.endpoint in READING:
            return READING[call.endpoint](self.core, params)
        if call.endpoint == TURNED_AWAY:
            raise Refused(params.text("text"))
        if call.endpoint in OFFICES:
            return OFFICES[call.endpoint](self.core, params)
        return {}

    def _within_rate(self, call: Call) -> bool:
        tier, cost = TIERS[call.tier or self.founding.tier], rest_cost(call.endpoint)
        counter = self.core.state.rest.setdefault(call.key, Counter(at=call.at))
        if not cost:
            settle(counter, tier.rest_decay, call.at)
            return True
        return spend(counter, cost, tier.rest_limit, tier.rest_decay, call.at)

    def _again(self, record: object) -> None:
        if isinstance(record, Met):
            faults.count(self.core.state.faults, record)
        elif isinstance(record, Call):
            reads = record.endpoint in READING or record.endpoint == KEY_INFO
            again = _read(record) if reads else partial(self._run, record, record.params)
            self._check(record, self._apply(record, again))

    def _check(self, call: Call, answer: Answer) -> None:
        state = self.core.state
        told = call.trades, call.serial, call.refused
        if told != (len(state.trades), state.serial, answer.error):
            raise VenueError(
                f"the exchange's memory comes out differently at {call.endpoint} ({call.at}); "
                f"do: run the build that wrote it, or name another --state"
            )

    def _answered(self, run: Run) -> Answer:
        try:
            return Answer(run())
        except Refused as error:
            return self._refused(error.text)

    def _refused(self, text: str) -> Answer:
        rejects = self.core.state.rejects
        rejects[text] = rejects.get(text, 0) + 1
        return Answer(None, text)

    def _founding(self) -> Founding:
        return msgspec.structs.replace(self.founding, state=self.core.state)


def client_ids(given: Given) -> list[str]:
    """List the clients' ids a request names."""
    rows = given.get("orders")
    groups = [given, *(rows if isinstance(rows, list) else [])]
    return [str(one["cl_ord_id"]) for one in groups if isinstance(one, dict) and "cl_ord_id" in one]


def _read(call: Call) -> Run:
    def again() -> Result:
        if call.refused:
            raise Refused(call.refused)
        return {}

    return again
