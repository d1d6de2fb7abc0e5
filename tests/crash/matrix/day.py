"""Let a desk trade live through a day of market time, with or without the whole fault plan.

Nobody is killed here. Without faults nothing may be refused; with them every order must keep to the
table of states, looks may fail in one poll of two hundred beside the spells in which the exchange is
closed, and at the end, once the road is good again, exchange and books agree to the last unit.
"""

import time

from crash.matrix import told
from crash.matrix.audit import audit
from crash.matrix.kills import AGREE_WITHIN, Broken
from crash.matrix.life import Life
from crash.matrix.plans import a_whole_plan
from crash.matrix.site import SECOND

HOUR = 3600 * SECOND
LOOK_EVERY = 60  # polls between two looks from outside, on a road without faults
MOST_FAILED = 0.005  # of all polls, beside those while the exchange was closed
WAITS_AFTER = 60
SETTLE = 3 * AGREE_WITHIN  # a request may be unknown for a while when the faults end


class Day:
    """One long life on one site."""

    def __init__(self, site, hours, seed, say, *, faults):
        self.site, self.hours, self.seed, self._say = site, hours, seed, say
        self._faults = faults
        self.number = self.lives = self.polls = self.looks = self.apart = 0
        self._began = time.monotonic()
        self._audited = {}
        self.rejects = {}
        self.failed = self.closed = 0
        self._spells = ()

    def run(self):
        """Trade through it, then prove the whole."""
        site = self.site
        site.open()
        site.lend_live()
        if self._faults:
            plan = a_whole_plan(int(self.hours))
            began = int(site.admin.state(rows=False)["origin_us"])
            self._spells = closed_spells(plan, began)
            site.faults(plan, self.seed)
        life, self.lives = Life(site), 1
        try:
            self._trade(life)
            self.rejects = site.admin.state(rows=False)["rejects"]
            site.faults([], 0)
            self._settle(life)
        finally:
            life.kill()
        self._audited = audit(site)
        if self._audited["findings"]:
            raise Broken("; ".join(self._audited["findings"]))
        if self.rejects and not self._faults:
            raise Broken(f"refused: {self.rejects}")
        if self.failed > MOST_FAILED * self.polls:
            raise Broken(f"{self.failed} of {self.polls} polls failed on an open exchange")
        return self.report(time.monotonic() - self._began)

    def report(self, seconds):
        """Sum the run up."""
        counts = self._audited.get("counts", {})
        return {
            "seed": self.seed,
            "hours": self.hours,
            "faults": self._faults,
            "polls": self.polls,
            "looks_apart": f"{self.apart} of {self.looks}",
            "rejects": self.rejects,
            "polls_failed": self.failed,
            "polls_while_closed": self.closed,
            "wall_s": round(seconds, 1),
            "ms_a_poll": round(1000 * seconds / max(1, self.polls), 1),
            **counts,
        }

    def _trade(self, life):
        end = self.site.admin.now() + round(self.hours * HOUR)
        hour = self.site.admin.now() + HOUR
        books = self._rest(life)
        while books["now"] < end:
            life.wake()
            books = self._rest(life)
            self.polls += 1
            self._count(books)
            if self.polls % LOOK_EVERY == 0:
                self._look(books)
            if books["now"] >= hour:
                hour += HOUR
                self._say(
                    f"{self.polls} polls in {time.monotonic() - self._began:.0f} s: {books['mode']}"
                )

    def _count(self, books):
        now = books["now"]
        if any(begin <= now <= end for begin, end in self._spells):
            self.closed += 1
        elif books["errors"]:
            self.failed += 1

    def _look(self, books):
        self.site.lend_live()
        self.looks += 1
        self.apart += bool(told.differences(self.site.admin, books))

    def _settle(self, life):
        until = self.site.admin.now() + SETTLE
        while True:
            life.wake()
            books = self._rest(life)
            found = told.differences(self.site.admin, books)
            if not found and books["mode"] == "LIVE":
                return
            if books["now"] >= until:
                raise Broken(f"no agreement at the end of the day: {found}; {books}")

    @staticmethod
    def _rest(life):
        books = life.await_rest()
        if books is None:
            raise Broken(f"the desk ended by itself with {life.code}; see desk.log")
        return books


def closed_spells(plan, began):
    """Say when the exchange answers nobody, with the time a desk then waits before it asks again."""
    return tuple(
        (began + rule["from"] * SECOND, began + (rule["until"] + WAITS_AFTER) * SECOND)
        for rule in plan
        if rule["kind"] == "maintenance" and "mode" not in rule
    )
