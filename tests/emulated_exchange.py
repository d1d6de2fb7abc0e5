"""An exchange that speaks Kraken's protocol, served to ccxt over HTTP from a thread of the test.

Rules: the emulator is the real one, its clock in lock step; the desk's clock is the exchange's. A
market may be given as candles, walked from the first moment on; else it is the built-in one.
"""

import asyncio
import threading
from decimal import Decimal
from functools import cached_property
from typing import ClassVar

import msgspec
import uvicorn
from kraken_answers import Boundary

from holdfast.clock import FixedClock
from holdfast.domain.market import MINUTE, Candle, path
from holdfast.venue.ccxt_venue import Account, CcxtVenue
from holdfast.venue.emulator.clock import ClockSettings
from holdfast.venue.emulator.daily import Day
from holdfast.venue.emulator.keys import make_test_key
from holdfast.venue.emulator.opening import found
from holdfast.venue.emulator.paths import QUARTERS, MarketSettings
from holdfast.venue.emulator.process import AdminClient
from holdfast.venue.emulator.server import Address, application, listen
from holdfast.venue.emulator.session import Session
from holdfast.venue.emulator.store import Store
from holdfast.venue.emulator.transports import KnownProtocol
from holdfast.venue.port import Watch

QUARTER = MINUTE // 4
TOKEN = "a-token-of-a-test"  # noqa: S105 (no secret: it opens an exchange of this test)


class GivenPath:
    """A pair's prices from given candles; before the first and after the last nothing moves."""

    def __init__(self, rows, settings, participation):
        self._candles = [Candle(0, *map(Decimal, row)) for row in rows]
        self._first = (settings.origin - settings.first) // MINUTE
        self._participation = Decimal(participation)

    def candle(self, index):
        place = index - self._first
        if 0 <= place < len(self._candles):
            return self._candles[place]
        price = self._candles[0].open if place < 0 else self._candles[-1].close
        return Candle(0, price, price, price, price, Decimal(0))

    def price(self, step):
        index, quarter = divmod(step, QUARTERS)
        return path(self.candle(index))[quarter]

    def budget(self, index):
        return self.candle(index).volume * self._participation


class VirtualTime:
    """The exchange's clock as the desk's: waiting moves it."""

    def __init__(self, session):
        self._session = session

    def wall(self):
        return self._session.clock.now()

    def monotonic(self):
        return self.wall() / 1_000_000

    def sleep(self, seconds):
        self._session.move(self.wall() + round(seconds * 1_000_000))


class Front:
    """A server of this process; the exchange behind it changes from test to test."""

    idle: ClassVar[list["Front"]] = []

    def __init__(self):
        listener = listen(0)
        self.port = listener.getsockname()[1]
        self.exchange = None
        config = uvicorn.Config(
            self._answer,
            interface="asgi3",
            http=KnownProtocol,
            log_config=None,
            access_log=False,
            lifespan="off",
        )
        serving = uvicorn.Server(config).serve(sockets=[listener])
        threading.Thread(target=asyncio.run, args=(serving,), daemon=True).start()

    async def _answer(self, scope, receive, send):
        await self.exchange(scope, receive, send)


class EmulatedExchange:
    """One exchange, its administrator, and venues on it."""

    def __init__(
        self,
        folder,
        rows=(),
        *,
        usd="100",
        doge="1000",
        participation="1",
        tier="pro",
        origin=0,
        cap=None,
    ):
        self.folder = folder
        market = MarketSettings(seed=7, regime="mixed", origin=origin)
        clock = ClockSettings(origin=origin, started=origin, lock_step=True)
        balances = [f"USD={usd}", f"DOGE={doge}"]
        self.session = Session(
            Store(folder), found(market, clock, tier, balances), FixedClock(origin)
        )
        self.tier = tier
        if cap is not None:
            core = self.session.core
            core.tier = msgspec.structs.replace(core.tier, open_orders=cap)
        if rows:
            given, core = GivenPath(rows, market, participation), self.session.core
            core.paths["XDGUSD"], core.days["XDGUSD"] = given, Day(given, market)
        self.clock = VirtualTime(self.session)
        self.key = make_test_key()
        self.boundary = Boundary()
        self._venues = []
        self._serve()

    def _serve(self):
        self._front = Front.idle.pop() if Front.idle else Front()
        keys = {self.key.key: self.key}
        self._front.exchange = application(self.session, keys, TOKEN)
        self.url = f"http://127.0.0.1:{self._front.port}"
        self._address = Address(
            url=self.url,
            port=self._front.port,
            pid=0,
            started_at=0,
            token=TOKEN,
            lock_step=True,
            keys=tuple(keys),
        )

    @cached_property
    def admin(self):
        return AdminClient(self._address)

    def venue(self, **account):
        given = {"exchange": "kraken", "symbol": "DOGE/USD", "tier": self.tier} | account
        opened = CcxtVenue(
            Account(
                key=lambda: self.key.key,
                secret=lambda: self.key.secret,
                base_url=self.url,
                **given,
            ),
            self.boundary,
            self.clock,
        )
        self._venues.append(opened)
        return opened

    def pass_time(self, microseconds):
        self.session.move(self.session.clock.now() + microseconds)

    def faults(self, *rules):
        self.admin.faults(*rules)

    def calls(self):
        """Count the calls made since this was last asked, by endpoint."""
        now = dict(self.session.core.state.calls)
        before, self._before = getattr(self, "_before", {}), now
        made = {name: count - before.get(name, 0) for name, count in now.items()}
        return {name: count for name, count in made.items() if count and "/" not in name}

    def close(self):
        for venue in self._venues:
            venue.close()
        if "admin" in vars(self):
            self.admin.close()
        Front.idle.append(self._front)
        self.session.close()


class WalkedVenue:
    """A real venue whose poll is a candle: four looks, a quarter of it apart."""

    def __init__(self, world):
        self._world = world
        self._venue = world.venue()
        self._step = 0

    def __getattr__(self, name):
        return getattr(self._venue, name)

    def observe(self, watch):
        for _ in range(QUARTERS):
            self._world.session.move(self._step * QUARTER)
            self._step += 1
            yield from self._venue.observe(watch)

    def close(self):
        self._world.close()


def look(venue):
    """Poll once."""
    (seen,) = venue.observe(Watch())
    return seen
