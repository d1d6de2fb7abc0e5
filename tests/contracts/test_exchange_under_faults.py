"""A small desk on a bad road: whatever happens, each execution is told once and no order is doubled.

Rules: the desk below keeps books as a ledger would (orders, fills, ends), sends an id once, looks up
what it does not know, and dies at times; the exchange is the emulator with faults on every endpoint.
"""

import random
from contextlib import suppress
from decimal import Decimal

import pytest
from emulated_exchange import EmulatedExchange
from kraken_answers import buy, sell

from holdfast.domain.errors import VenueUnavailable
from holdfast.domain.intents import CancelOrder, RepriceOrder
from holdfast.domain.market import SECOND
from holdfast.domain.slots import Role
from holdfast.venue.port import Resumed, Watch

TICK = Decimal("0.0000001")
FAULTS = [
    {"kind": "drop_request", "p": "0.04"},
    {"kind": "drop_answer", "p": "0.04"},
    {"kind": "http_5xx", "p": "0.03"},
    {"kind": "http_5xx", "p": "0.03", "when": "after"},
    {"kind": "rate_limit", "p": "0.02"},
    {"kind": "invalid_nonce", "p": "0.02"},
    {"kind": "partial_fill", "p": "0.1", "fraction": "0.4"},
    {"kind": "cancel_race", "p": "0.2"},
]


class SmallDesk:
    def __init__(self, world, seed):
        self.world, self.dice = world, random.Random(seed)  # noqa: S311 (a run that can be repeated)
        self.orders, self.filled, self.fills, self.over = {}, {}, [], {}
        self.names, self.unknown = {}, set()
        self.heard = world.clock.wall()
        self.founded = self.heard
        self.mark = Decimal("0.1")
        self.venue = world.venue()

    def live(self):
        return [name for name in self.orders if name not in self.over]

    def look(self):
        for seen in self.venue.observe(Watch()):
            self.mark = seen.mark
            if self.dice.random() < 0.05:
                return  # it dies before the books are written, or so it looks to the venue
            for one in seen.executions:
                assert one.fill_id not in self.fills
                assert one.client_order_id not in self.over
                self.fills.append(one.fill_id)
                filled = self.filled.get(one.client_order_id, Decimal(0)) + one.size
                self.filled[one.client_order_id] = filled
                self.heard = seen.at
                if filled == self.orders[one.client_order_id].size:
                    self.over[one.client_order_id] = "filled"
            for end in seen.ends:
                assert end.client_order_id not in self.over
                self.over[end.client_order_id] = end.status
            self.heard = seen.at

    def place(self):
        orders = []
        for _ in range(self.dice.randint(1, 4)):
            name, buys = f"n{len(self.orders)}", self.dice.random() < 0.5
            away = 1 + Decimal(self.dice.randint(1, 40)) / 10_000 * (-1 if buys else 1)
            price = (self.mark * away).quantize(TICK)
            orders.append((buy if buys else sell)(name, str(price), "100"))
            self.orders[name] = orders[-1]
        for receipt in self.venue.submit(orders, self.venue.wall() + 10 * SECOND):
            self.take(receipt)

    def take(self, receipt):
        name = receipt.client_order_id
        if receipt.outcome == "refused":
            self.over[name] = receipt.reason
        elif receipt.outcome == "unknown":
            self.unknown.add(name)
        else:
            self.names[name] = receipt.venue_order_id

    def cancel(self):
        if self.live():
            name = self.dice.choice(self.live())
            self.venue.cancel(CancelOrder(client_order_id=name, role=Role.ENTRY))

    def move(self):
        if self.live():
            order = self.orders[self.dice.choice(self.live())]
            change = RepriceOrder(
                client_order_id=order.client_order_id,
                revision=self.dice.randint(1, 10**6),
                price=order.price - TICK if order.side == "buy" else order.price + TICK,
                size=order.size,
            )
            self.venue.reprice(change)

    def find(self):
        found = self.venue.find(sorted(self.unknown), self.founded)
        for name, order in found.items():
            self.names[name] = order.venue_order_id
        self.unknown -= set(found)

    def die(self):
        self.venue.close()
        self.venue = self.world.venue()
        self.venue.resume(
            self.founded if not self.fills else self.heard,
            self.fills,
            [
                Resumed(name, self.names.get(name, ""), self.filled.get(name, Decimal(0)))
                for name in self.live()
            ],
        )
        self.unknown |= {name for name in self.live() if name not in self.names}

    def step(self):
        do = self.dice.choices(
            [self.look, self.place, self.cancel, self.move, self.find, self.die],
            [10, 4, 2, 2, 2, 0.5],
        )[0]
        with suppress(VenueUnavailable):  # nothing was told; the next look tells it
            do()
        self.world.pass_time(self.dice.randint(1, 20) * SECOND)


@pytest.mark.plan("004-010", "004-027")
@pytest.mark.parametrize("seed", range(2))
def test_books_and_exchange_agree_after_a_run_on_a_bad_road(tmp_path, seed):
    world = EmulatedExchange(tmp_path / "x", usd="1000000", doge="10000000")
    try:
        desk = SmallDesk(world, seed)
        world.admin.faults(*FAULTS, seed=seed)
        for _ in range(100):
            desk.step()
        world.faults()
        world.pass_time(60 * SECOND)
        desk.find()
        for _ in range(4):
            desk.look()
        agree(desk, world.session.core.state, world.admin.audit())
    finally:
        world.close()


def agree(desk, state, audit):
    assert audit["repeated"] == {}
    assert set(desk.fills) == {one.txid for one in state.trades}
    assert len(desk.fills) > 10
    theirs = {one.cl_ord_id: one for one in state.orders.values()}
    for name in desk.orders:
        if name in theirs:
            assert desk.filled.get(name, 0) == theirs[name].executed
            status = {"closed": "filled"}.get(theirs[name].status, theirs[name].status)
            assert desk.over.get(name, "open") == status
        else:
            assert name in desk.unknown or name in desk.over
