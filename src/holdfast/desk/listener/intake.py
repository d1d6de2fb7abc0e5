"""Take signals in once, and bring each to its end.

`receive` journals a new signal before it returns, so an answer of 200 outlives the process. `work` runs
between ticks and brings what is pending further; what a signal caused and the note that it was done are
one transaction, so it may be run again from any state a crash left and acts on none twice.
Both run in the desk's thread.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal

import msgspec

from holdfast.clock import Clock
from holdfast.desk.desk import Desk
from holdfast.desk.listener.actions import Outcome, SignalActions
from holdfast.desk.listener.book import (
    DONE,
    EVALUATED,
    INTENT_CREATED,
    RECEIVED,
    REJECTED,
    Known,
    SignalBook,
)
from holdfast.desk.listener.signals import KINDS, Signal, asked_text
from holdfast.desk.together import together
from holdfast.domain.bookkeeping import SignalNoted
from holdfast.domain.errors import CommandRefused, HoldfastError, VenueUnavailable
from holdfast.telemetry import log

LONGEST_DETAIL = 240


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a signal that came in; `state` is how far the one we know is."""

    status: Literal["received", "duplicate", "signal_conflict"]
    state: str


class Intake:
    """The one way in for signals; `counts` are of this process, by source and result.

    `meet` is told of the principal of every new signal, so that none is without its limits.
    """

    def __init__(
        self,
        book: SignalBook,
        actions: SignalActions,
        clock: Clock,
        *,
        symbol: str,
        may_open: Callable[[], bool],
        meet: Callable[[Desk, str], None] | None = None,
    ) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        self._book = book
        self._actions = actions
        self._clock = clock
        self._symbol = symbol
        self._may_open = may_open
        self._meet = meet

    def receive(self, desk: Desk, signal: Signal) -> Taken:
        """Journal a signal that is new; say what is known of one that is not."""
        known = self._book.known((signal.source, signal.signal_id))
        if known is None:
            if self._meet is not None:
                self._meet(desk, signal.principal)
            self._note(desk, (_noted(signal, RECEIVED, asked_text(signal)),))
            taken = Taken(status="received", state=RECEIVED)
        elif known.payload_sha == signal.payload_sha:
            taken = Taken(status="duplicate", state=known.state)
        else:
            taken = Taken(status="signal_conflict", state=known.state)
        self.counts[signal.source, taken.status] += 1
        return taken

    def work(self, desk: Desk) -> None:
        """Bring every pending signal as far as it gets now."""
        for known in self._book.pending():
            signal = known.signal
            if signal is not None:
                with together(desk):
                    self._advance(desk, known, signal)

    def _advance(self, desk: Desk, known: Known, signal: Signal) -> None:
        if known.state == INTENT_CREATED:
            if self._actions.settled(desk, signal):
                self._note(desk, (_noted(signal, DONE, ""),))
            return
        refusal = self._refusal(signal)
        begun = () if known.state == EVALUATED else (_noted(signal, EVALUATED, ""),)
        if refusal:
            self._end(desk, signal, begun, refusal)
            return
        self._note(desk, begun)
        self._act(desk, signal)

    def _act(self, desk: Desk, signal: Signal) -> None:
        try:
            outcome = self._perform(desk, signal)
        except VenueUnavailable as silence:
            log.warning(f"signal {signal.key} waits: {silence}")
        except CommandRefused as refusal:
            self._end(desk, signal, (), str(refusal))
        except HoldfastError:
            raise
        except Exception:  # noqa: BLE001 (it would come again at every start and stop the desk)
            log.exception(f"signal {signal.key} could not be done")
            self._end(desk, signal, (), "it could not be done; see the log")
        else:
            made = _noted(signal, INTENT_CREATED, outcome.message)
            over = () if outcome.waits else (_noted(signal, DONE, outcome.message),)
            self._note(desk, (made, *over))

    def _perform(self, desk: Desk, signal: Signal) -> Outcome:
        actions = self._actions
        do: Mapping[str, Callable[[Desk, Signal], Outcome]] = MappingProxyType(
            {
                "pause": actions.pause,
                "resume": actions.resume,
                "release": actions.release,
                "regime_hint": actions.hint,
                "open": actions.open,
                "close": actions.close,
            }
        )
        return do[signal.kind](desk, signal)

    def _refusal(self, signal: Signal) -> str:
        if KINDS[signal.kind].expires and self._clock.wall() > signal.expires_at:
            return "signal_expired"
        if signal.kind == "open" and not self._may_open():
            return "signals may not open a position here (signals_may_open is off)"
        if signal.arguments.get("leverage", 0) > 1:
            return "leverage_not_supported"
        symbol = signal.arguments.get("symbol", self._symbol)
        return "" if symbol == self._symbol else f"this desk trades {self._symbol}"

    def _end(self, desk: Desk, signal: Signal, begun: tuple[SignalNoted, ...], reason: str) -> None:
        self.counts[signal.source, REJECTED] += 1
        self._note(desk, (*begun, _noted(signal, REJECTED, reason)))

    def _note(self, desk: Desk, notes: tuple[SignalNoted, ...]) -> None:
        if notes:
            desk.note(*notes)
            for note in notes:
                self._book.apply(note)


def _noted(signal: Signal, state: str, detail: str) -> SignalNoted:
    return SignalNoted(
        source=signal.source,
        signal_id=signal.signal_id,
        payload_sha=signal.payload_sha,
        kind=signal.kind,
        state=state,
        detail=detail if state == RECEIVED else detail[:LONGEST_DETAIL],
    )
