"""A desk that can die anywhere: real parts on disk, and a fuse that blows between two of its acts.

The venue keeps its own journal, the ledger its own file (or a list that outlives the desk). The
fuse is crossed before and after every call of the desk to either, and at every step of the market.
"""

import shutil
import tempfile
import weakref
from decimal import Decimal
from pathlib import Path

from strategies import DOGE, STEP, TICK, TWO_USD, rules_with

from holdfast.clock import FixedClock
from holdfast.desk.desk import Desk
from holdfast.desk.holds import put_up, take_down
from holdfast.desk.limits import Limits
from holdfast.desk.reconcile import reconcile
from holdfast.desk.startup import StartPlan, add_slots, drain_slot, retire_flat, start
from holdfast.desk.tick import close_tick, tick
from holdfast.domain.bookkeeping import LedgerFounded
from holdfast.domain.market import MINUTE
from holdfast.ledger.codec import decode
from holdfast.ledger.memory import MemoryLedger
from holdfast.ledger.restore import stored
from holdfast.ledger.store import DuckDbLedger
from holdfast.venue.candles import Candles, FileFeed
from holdfast.venue.journal import Journal
from holdfast.venue.paper import PaperVenue

FOUNDED = LedgerFounded(
    genesis="paper", env="paper", venue="paper", account="paper", symbol="DOGE/USD"
)
MEMORY_DISK = Path("/dev/shm")  # noqa: S108 (syncing to it costs nothing; the kill is not the machine's)
START = 1_000 * MINUTE


class Crash(BaseException):
    """The process is gone; nothing may catch this."""


class Fuse:
    """Counts the boundaries the desk crosses, and blows at the one asked for."""

    def __init__(self):
        self.crossed = 0
        self.left = None

    def set(self, boundaries):
        self.left = boundaries

    def cross(self):
        self.crossed += 1
        if self.left is None:
            return
        self.left -= 1
        if self.left <= 0:
            self.left = None
            raise Crash


class FusedVenue:
    """A paper venue the desk may die before or after every call to."""

    def __init__(self, inner, fuse):
        self.inner, self.fuse, self.instrument = inner, fuse, inner.instrument

    def observe(self, watch):
        for seen in self.inner.observe(watch):
            self.fuse.cross()
            yield seen
            self.fuse.cross()

    def _call(self, verb, request):
        self.fuse.cross()
        receipt = getattr(self.inner, verb)(request)
        self.fuse.cross()
        return receipt

    def place(self, order):
        return self._call("place", order)

    def reprice(self, change):
        return self._call("reprice", change)

    def cancel(self, order):
        return self._call("cancel", order)

    def __getattr__(self, name):
        return getattr(self.inner, name)


class FusedLedger:
    """A ledger the desk may die before or after every commit to."""

    def __init__(self, inner, fuse):
        self.inner, self.fuse = inner, fuse

    def commit(self, at, entries):
        self.fuse.cross()
        sequence = self.inner.commit(at, entries)
        self.fuse.cross()
        return sequence

    def __getattr__(self, name):
        return getattr(self.inner, name)


class World:
    """One market, one account, one desk that dies and comes back."""

    def __init__(
        self,
        candles,
        *,
        slots=2,
        sticky=True,
        limits=None,
        participation=Decimal(1),
        cap=None,
        opening=Decimal(1000),
        sizing=TWO_USD,
        on_disk=False,
        **rules,
    ):
        self.folder = Path(tempfile.mkdtemp(dir=MEMORY_DISK if MEMORY_DISK.is_dir() else None))
        self._gone = weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        self.candles = candles
        self.slots, self.sticky = slots, sticky
        self.rules, self.sizing = rules_with(**rules), sizing
        self.limits = limits or Limits()
        self.participation, self.cap, self.opening = participation, cap, opening
        self.on_disk = on_disk
        self.clock = FixedClock(START)
        self.fuse = Fuse()
        self.memory = MemoryLedger(DOGE.base, DOGE.quote)
        self.desk = self.venue = self.ledger = None
        self.crashes = 0
        self.live = False  # started, and the last tick was walked to its end

    def open(self):
        """Bring venue, ledger and desk up from what is on disk, as a start of the program does."""
        self.live = False
        venue = PaperVenue(
            DOGE,
            FileFeed(self.candles),
            balances={"DOGE": self.opening * 10, "USD": self.opening},
            participation=self.participation,
            open_order_cap=self.cap,
            journal=Journal(self.folder / "venue", lines=200),
        )
        self.venue = FusedVenue(venue, self.fuse)
        self.ledger = FusedLedger(self._ledger(), self.fuse)
        self.desk = Desk(
            rules=self.rules,
            sizing=self.sizing,
            limits=self.limits,
            venue=self.venue,
            ledger=self.ledger,
            clock=self.clock,
        )
        if self.desk.books.rules_digest:
            reconcile(self.desk)
        window = venue._position.feed.window()
        at = window.candles.at[window.start] if window.start < window.stop else 0
        plan = StartPlan(at=at, slots=self.slots, sticky=self.sticky, profile="t", pid=1, build="t")
        start(self.desk, plan)

    def _ledger(self):
        if not self.on_disk:
            return self.memory
        path = self.folder / "ledger.duckdb"
        return DuckDbLedger.open(path, clock=self.clock, base="DOGE", quote="USD", found=FOUNDED)

    def die(self):
        """Let go of everything the way a killed process does: nothing is finished."""
        self.crashes += 1
        self.fuse.set(None)
        self.live = False
        if self.venue is not None:
            self.venue.inner.close()
        if self.on_disk and self.ledger is not None:
            self.ledger.inner._connection.close()
        self.venue = self.ledger = self.desk = None

    def tick(self, commands=None):
        """Run one tick to its end; say whether there was a candle."""
        self.live = False
        summary = tick(self.desk, commands)
        close_tick(self.desk, summary, orchestrated=False, task_run="")
        retire_flat(self.desk)
        self.live = True
        return not summary.over

    def survive(self, act, boundary=None, again=None):
        """Do something with the fuse set; come back from disk when it blows."""
        self.fuse.set(boundary)
        try:
            act()
        except Crash:
            self.die()
            self.come_back(again)
        self.fuse.set(None)

    def come_back(self, again=None):
        """Start from disk; die once more on the way where asked."""
        self.fuse.set(again)
        try:
            self.open()
        except Crash:
            self.die()
            self.open()
        self.fuse.set(None)

    def add(self, count=1):
        add_slots(self.desk, count, sticky=self.sticky)
        self.slots += count

    def drain(self, slot_id):
        self.slots -= 1
        drain_slot(self.desk, slot_id, "operator")

    def hold(self):
        put_up(self.desk, "operator", "test")

    def clear(self):
        take_down(self.desk, "operator", "test")

    def close(self):
        if self.desk is not None:
            self.die()
        self._gone()  # else it goes with the world itself: a test that fails closes nothing

    def rows(self):
        """List every event of the ledger, oldest first."""
        return [entry for _, entry in self.timed_rows()]

    def timed_rows(self):
        if not self.on_disk:
            return self.memory.rows
        return decoded(self.ledger.inner)


def decoded(ledger):
    """Read all rows of a ledger file back."""
    return [
        (row[1], decode(row[4], row[5], row[6]))
        for row in stored(ledger._connection, 0, ledger.sequence)
    ]


def walk(moves, *, start=Decimal("0.1"), volume=Decimal(100_000)):
    """Make candles from moves in steps of ten ticks: low, high, close, volume, and a gap before."""
    rows, price = [], start
    for number, (down, up, close, share, *gap) in enumerate(moves):
        price += sum(gap) * TICK * 10
        low, high = price - down * TICK * 10, price + up * TICK * 10
        end = min(max(price + close * TICK * 10, low), high)
        rows.append((START + number * MINUTE, price, high, low, end, volume * share))
        price = end
    return Candles.from_rows(rows, seconds=60, tick=TICK, step=STEP)
