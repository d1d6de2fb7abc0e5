"""Kill a life at a named boundary, by wrapping what it crosses there in its own memory.

Product code knows nothing of this. A boundary counts only while it is armed; `nth` says at which
crossing it kills. What is left of the process is what `kill -9` leaves.
"""

import http.client
import os
import signal
from typing import NamedTuple

from holdfast.desk.exchange import agree, look
from holdfast.domain.bookkeeping import IntentResolved, ReceiptsNoted, SubmissionNoted
from holdfast.domain.events import OrderFilled, OrderPlaced
from holdfast.ledger import generation, store, writer
from holdfast.ledger.store import DuckDbLedger
from holdfast.venue.ccxt_venue import CcxtVenue


class Boundary(NamedTuple):
    """Where a life ends: the name of the place, and at which crossing of it."""

    name: str
    nth: int


class Fuse:
    """Counts the crossings of one boundary, and kills at the last."""

    def __init__(self, boundary, is_armed):
        self.name, self._left = boundary
        self._is_armed = is_armed

    def cross(self, name):
        """Cross a place; the one that is meant may be the last."""
        if name == self.name and self._is_armed():
            self._left -= 1
            if self._left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


def wire(boundary, is_armed):
    """Let this process die at a boundary."""
    fuse = Fuse(boundary, is_armed)
    _commits(fuse)
    _requests(fuse)
    _writing(fuse)
    _agreement(fuse)
    _publishing(fuse)


KINDS = {
    "intent commit": OrderPlaced,
    "submission commit": SubmissionNoted,
    "receipt commit": ReceiptsNoted,
    "fill commit": OrderFilled,
    "proof commit": IntentResolved,
}


def _commits(fuse):
    commit = DuckDbLedger.commit

    def wrapped(self, at, entries):
        kinds = [name for name, kind in KINDS.items() if any(isinstance(e, kind) for e in entries)]
        for name in kinds:
            fuse.cross(f"before {name}")
        self.kinds = kinds
        done = commit(self, at, entries)
        self.kinds = []
        for name in kinds:
            fuse.cross(f"after {name}")
        return done

    DuckDbLedger.commit = wrapped


def _writing(fuse):
    """Between the statements of one transaction, and between events and tables."""
    candles, rows, write = store.write_candles, writer.write, DuckDbLedger._write

    def write_candles(*given):
        candles(*given)
        fuse.cross("inside a transaction")
        if writing and "fill commit" in writing[-1]:
            fuse.cross("inside fill booking")

    def write_rows(*given):
        done = rows(*given)
        fuse.cross("inside projection")
        return done

    writing = []

    def write_all(self, given):
        writing.append(getattr(self, "kinds", []))
        try:
            write(self, given)
        finally:
            writing.pop()

    store.write_candles, writer.write, DuckDbLedger._write = write_candles, write_rows, write_all


def _requests(fuse):
    """Around a write: sent and not answered, answered and not booked."""
    in_hand = []
    answer, send = http.client.HTTPConnection.getresponse, http.client.HTTPConnection.endheaders

    def getresponse(self, *given, **named):
        if in_hand:
            fuse.cross("request sent")
            fuse.cross(f"{in_hand[-1]} sent")
        return answer(self, *given, **named)

    def endheaders(self, *given, **named):
        if in_hand:
            fuse.cross("before request")
        return send(self, *given, **named)

    http.client.HTTPConnection.getresponse = getresponse
    http.client.HTTPConnection.endheaders = endheaders
    for verb in ("submit", "amend", "cancel"):
        setattr(CcxtVenue, verb, _watched(fuse, in_hand, verb, getattr(CcxtVenue, verb)))


def _watched(fuse, in_hand, verb, act):
    def wrapped(*given, **named):
        in_hand.append(verb)
        try:
            done = act(*given, **named)
        finally:
            in_hand.pop()
        fuse.cross("answer read")
        return done

    return wrapped


def _agreement(fuse):
    take_in, read = agree.Agreement._take_in, look.Look.__call__

    def wrapped_read(self, since):
        seen = read(self, since)
        fuse.cross("agreement read")
        return seen

    def wrapped(self, seen, done):
        take_in(self, seen, done)
        fuse.cross("agreement taken in")

    look.Look.__call__, agree.Agreement._take_in = wrapped_read, wrapped


def _publishing(fuse):
    private = generation.write_private

    def wrapped(*given, **named):
        fuse.cross("before manifest")
        private(*given, **named)
        fuse.cross("after manifest")

    generation.write_private = wrapped


# The share of named kills each place gets, and how many crossings it may wait for.
PLACES = {
    "before intent commit": (2, 2),
    "after intent commit": (3, 2),
    "after submission commit": (3, 2),
    "before request": (1, 2),
    "submit sent": (4, 2),
    "amend sent": (2, 1),
    "cancel sent": (1, 1),
    "answer read": (3, 2),
    "before receipt commit": (2, 2),
    "after receipt commit": (2, 2),
    "before fill commit": (1, 1),
    "inside fill booking": (2, 1),
    "after fill commit": (2, 1),
    "inside a transaction": (2, 6),
    "inside projection": (1, 3),
    "after proof commit": (1, 1),
    "agreement read": (2, 1),
    "agreement taken in": (2, 1),
    "before manifest": (1, 2),
    "after manifest": (1, 2),
}
AT_START = frozenset({"agreement read", "agreement taken in"})
