"""Kill a trading desk and its exchange again and again, and prove after each death that nothing is lost.

One life, one kill. Each life that follows gets a road without new faults until exchange and books agree to
the last unit, at most sixty seconds of market time after the kill; then the faults come back, it trades,
and it is killed in its turn. The plan of kills comes from the seed; only the machine's own speed does not.

What takes longest is an exit that waits for LIVE: a request on the wire at the kill is proven 20 to 25 s after
it left (its deadline, ten seconds, two empty looks), arming takes three reads in 10 s after that, and a start
soon after others waits for the exchange's call counter. Such agreements are told with what was apart meanwhile.

An anomaly is whatever the desk notes as out of the ordinary. Three kinds break the run, because each says
that a proof was none: an order that rests after its end was booked, a fill after it, an execution of an
order nobody knows. The others are counted and printed: `refused` is a cancel that the exchange turned
down for good, `unknown_intent` a request that two minutes did not prove. A cancel for which it had no time
(its rate limit, maintenance, a nonce) is asked for again and is none.
"""

import random
import time
from collections import Counter
from typing import NamedTuple

from crash.matrix import boundaries, plans, told
from crash.matrix.audit import audit
from crash.matrix.boundaries import AT_START, PLACES, Boundary
from crash.matrix.life import Life
from crash.matrix.site import SECOND

AGREE_WITHIN = 60 * SECOND
ARMED_WITHIN = 40  # polls
NAMED_WITHIN = 120  # polls a boundary may take to be crossed
AUDIT_EVERY = 25
SLOW = 30 * SECOND  # an agreement that takes longer is told with what was apart meanwhile
WEIGHT = 0.1  # of the newest in a running mean


class Kill(NamedTuple):
    """What is killed, and how: at a boundary, at random, in the middle of a start, or the exchange."""

    kind: str
    boundary: Boundary | None = None


class Broken(AssertionError):
    """What must hold does not."""


def plan_of(kills: int, exchange_kills: int, chance: random.Random) -> list[Kill]:
    """Decide all kills: half of the desk's at named boundaries, half at random."""
    weights = [weight for weight, _ in PLACES.values()]
    names = list(PLACES)[: kills // 2] if kills >= 2 * len(PLACES) else []
    names += chance.choices(list(PLACES), weights, k=kills // 2 - len(names))
    plan = [Kill("named", Boundary(name, chance.randint(1, PLACES[name][1]))) for name in names]
    plan += [
        Kill("start" if chance.random() < 0.25 else "random") for _ in range(kills - kills // 2)
    ]
    plan += [Kill("exchange")] * exchange_kills
    chance.shuffle(plan)
    return plan


class Matrix:
    """One run of kills on one site."""

    def __init__(self, site, kills, exchange_kills, seed, say, most=None):
        self.site, self.seed, self._say = site, seed, say
        self._chance = random.Random(seed)  # noqa: S311 (a plan, no secret)
        self._plan = plan_of(kills, exchange_kills, self._chance)[:most]
        self.kinds, self.places = Counter(), Counter()
        self.lives = self.number = 0
        self.worst = self.at_work = 0
        self.start, self.busy = 0.6, 0.05  # seconds a start and a poll take; measured as it goes
        self.seconds = []
        self.counts, self.anomalies = {}, []
        self._killed_by = "the opening"
        self._died_at = None

    def run(self):
        """Do all kills, then prove the whole."""
        began = time.monotonic()
        self.site.open()
        self._died_at = self.site.admin.now()
        for kill in self._plan:
            self.number += 1
            self._one(kill)
            if self.number % AUDIT_EVERY == 0:
                self._rest_and_audit()
                self._say(self._line(time.monotonic() - began))
        self._rest_and_audit()
        return self.report(time.monotonic() - began)

    def report(self, seconds):
        """Sum the run up."""
        return {
            "seed": self.seed,
            "kills": dict(self.kinds),
            "places": dict(sorted(self.places.items())),
            "desk_kills": sum(
                n for kind, n in self.kinds.items() if kind not in {"exchange", "quiet"}
            ),
            "exchange_kills": self.kinds["exchange"],
            "lives": self.lives,
            "agreed_within_s": self.worst,
            "mean_agreement_s": round(sum(self.seconds) / max(1, len(self.seconds)), 1),
            "random_at_work": self.at_work,
            "start_s": round(self.start, 3),
            "poll_s": round(self.busy, 3),
            "seconds_a_kill": round(seconds / max(1, self.number), 2),
            "wall_s": round(seconds, 1),
            **self.counts,
        }

    def _line(self, seconds):
        return (
            f"{self.number}/{len(self._plan)} kills in {seconds:.0f} s; agreed within {self.worst:.0f} s "
            f"of market time; {self.counts}"
        )

    def _one(self, kill):
        life = self._begin(kill)
        if kill.kind == "start" or (kill.boundary is not None and kill.boundary.name in AT_START):
            if self._dies_at_start(life, kill):
                return
            kill = Kill("random")
        self._agree(life)
        if kill.kind == "exchange":
            self._kill_exchange(life)
        else:
            self._kill_desk(life, kill)

    def _begin(self, kill):
        self.site.await_nobody()
        self.site.faults([], 0)
        self.site.lend_live()
        self.lives += 1
        return Life(self.site, kill.boundary)

    def _dies_at_start(self, life, kill):
        if kill.kind == "start":
            self._must(self._lets_start(life, self._chance.uniform(0, self.start)), life)
            life.kill()
            self._killed(life, "start")
            return True
        life.arm()
        if life.await_rest() is None:
            self._killed(life, "named", kill.boundary.name)
            return True
        return False

    def _lets_start(self, life, seconds):
        """Serve the clock of a start for a while; a start may wait in the middle."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if life.is_over():
                return False
            clock = self.site.admin.await_parked(1, min(0.05, seconds))
            waiting = [one["until_us"] for one in clock["parked"]]
            if waiting and life.told() is None:
                self.site.admin.move(waiting[0])
        return True

    def _agree(self, life):
        """Let market time pass until exchange and books agree."""
        story = []
        if life.said is None:
            life.await_rest()
            self.start += WEIGHT * (time.monotonic() - life.born - self.start)
            story = [f"{(until - self._died_at) / SECOND:.1f} s start" for until in life.waited]
        while True:
            self._must(life.code is None, life)
            now = self.site.admin.now()
            found = told.differences(self.site.admin, life.said)
            if not found:
                break
            story.append(f"{(now - self._died_at) / SECOND:.1f} s {life.said['mode']} {found}")
            if now - self._died_at >= AGREE_WITHIN:
                self._slow(story)
                raise Broken(f"no agreement after 60 s of market time: {found}; {life.said}")
            self._poll(life)
        took = (now - self._died_at) / SECOND
        if took > AGREE_WITHIN / SECOND:
            raise Broken(f"agreement took {took} s of market time")
        self.seconds.append(took)
        self.worst = max(self.worst, took)
        if took > SLOW / SECOND:
            self._slow([*story, f"{took:.1f} s agreed"])

    def _slow(self, story):
        self._say(f"slow after kill {self.number} ({self._killed_by}): " + "; ".join(story))

    def _poll(self, life):
        """Let it do one poll; return its books, None where it ended."""
        began = time.monotonic()
        life.wake()
        books = life.await_rest()
        self.busy += WEIGHT * (time.monotonic() - began - self.busy)
        return books

    def _strike(self, life):
        """Wake it, and let it work for a moment that chance chooses."""
        self._stir()
        life.wake()
        time.sleep(self._chance.uniform(0, self.busy))

    def _trade(self, life):
        """Bring faults back and wait until the desk is armed; say no where a boundary killed it."""
        self.site.faults(plans.a_bad_road(), self.seed * 1000 + self.number)
        life.arm()
        for _ in range(ARMED_WITHIN):
            books = self._poll(life)
            if books is None:
                return False
            if books["mode"] == "LIVE":
                return True
        raise Broken(f"not armed after {ARMED_WITHIN} polls: {books}")

    def _kill_desk(self, life, kill):
        named = kill.boundary if kill.kind == "named" else None
        polls = NAMED_WITHIN if named else self._chance.randint(1, 12)
        alive = self._trade(life)
        for left in range(polls, 0, -1):
            if not alive:
                break
            if left == 1:
                self._strike(life)
                life.kill()
                self.at_work += not life.is_resting()
                self._killed(life, "random" if named is None else "random, place not reached")
                return
            self._stir(often=named is not None)
            alive = self._poll(life) is not None
        self._killed(life, "named", named.name if named else "")

    def _kill_exchange(self, life):
        alive = self._trade(life)
        self._must(alive, life)
        for _ in range(self._chance.randint(1, 6)):
            self._stir()
            self._must(self._poll(life) is not None, life)
        self._strike(life)
        self.site.exchange.kill()
        self.site.revive()
        self.kinds["exchange"] += 1
        self.site.faults([], 0)
        self._died_at, self._killed_by = self.site.admin.now(), "the exchange"
        if life.await_rest() is None:
            self.kinds["desk ended with its exchange"] += 1
            return
        self._agree(life)
        life.kill()
        self._killed(life, "quiet")

    def _stir(self, *, often=False):
        """Let somebody trade against an order of ours, or end one by hand."""
        draw = self._chance.random()
        if draw > (0.5 if often else 0.25):
            return
        rows = self.site.admin.state(rows=False)["open"]
        if not rows:
            return
        row = self._chance.choice(sorted(rows, key=lambda one: one["txid"]))
        if draw < 0.03:
            self.site.admin.cancel(txid=row["txid"])
        else:
            share = self._chance.choice(["0.1", "0.5", "1", "1"])
            self.site.admin.fill(txid=row["txid"], vol=told.part_of(row, share))

    def _killed(self, life, kind, place=""):
        self._must(life.was_killed(), life)
        self.kinds[kind] += 1
        if place:
            self.places[place] += 1
        self._died_at, self._killed_by = self.site.admin.now(), f"{kind} {place}".strip()

    def _rest_and_audit(self):
        """Kill a life while it waits and agrees, and hold its ledger against the exchange."""
        life = self._begin(Kill("quiet"))
        self._agree(life)
        life.kill()
        self._killed(life, "quiet")
        report = audit(self.site)
        self.counts = report["counts"]
        for kind, detail in report["anomalies"][len(self.anomalies) :]:
            self._say(f"anomaly: {kind}: {detail}")
        self.anomalies = report["anomalies"]
        if report["findings"]:
            raise Broken("; ".join(report["findings"]))

    @staticmethod
    def _must(holds, life):
        if not holds:
            raise Broken(f"life {life.pid} ended by itself with {life.code}; see desk.log")


assert set(boundaries.AT_START) <= set(PLACES)
