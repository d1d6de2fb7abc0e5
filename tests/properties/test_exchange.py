"""Laws of the emulated exchange: money is conserved, holds fit, looking changes nothing, memory is whole."""

import shutil
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from emulated import ORIGIN, SECOND, Caller, core, limit, rest, session, under
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from holdfast.venue.emulator.account import held_asset
from holdfast.venue.emulator.listing import BY_PAIR
from holdfast.venue.emulator.public import PUBLIC
from holdfast.venue.emulator.reading import READING
from holdfast.venue.emulator.refusals import Refused
from holdfast.venue.emulator.trading import TRADING

ZERO = Decimal(0)
SIDES = st.sampled_from(["buy", "sell"])
BITS = st.integers(-30, 30)  # hundredths of a percent from the last price
VOLUMES = st.decimals(13, 5_000, places=8)
MICROSECONDS = st.integers(0, 600 * SECOND)


def expected(state, opening, first):
    """Add up what the rows say: opening, flows, trades, fees."""
    totals = dict(opening)
    for row in state.ledger[first:]:
        if row.kind != "trade":
            totals[row.asset] = totals.get(row.asset, ZERO) + row.amount - row.fee
    for trade in state.trades:
        pair, sign = BY_PAIR[trade.pair], 1 if trade.side == "buy" else -1
        totals[pair.base] = totals.get(pair.base, ZERO) + sign * trade.vol
        totals[pair.quote] = totals.get(pair.quote, ZERO) - sign * trade.cost - trade.fee
    return totals


class ExchangeMachine(RuleBasedStateMachine):
    """A client that does anything, an administrator that moves money, deaths in between."""

    @initialize(participation=st.sampled_from(["1", "0.0005"]))
    def open(self, participation):
        self.folder = Path(tempfile.mkdtemp())
        self.asked = {"balances": ("USD=500", "DOGE=5000"), "participation": participation}
        self.session = session(self.folder, lines=9, **self.asked)
        self.caller = Caller(self.session)
        self.opening = dict(self.session.core.state.balances)
        self.first = len(self.session.core.state.ledger)

    def teardown(self):
        if hasattr(self, "session"):
            self.session._store.close()
            shutil.rmtree(self.folder)

    @rule(side=SIDES, bits=BITS, vol=VOLUMES, post=st.booleans())
    def place(self, side, bits, vol, post):
        price = under(self.session.core, Decimal(1) + Decimal(bits) / 10_000)
        flags = "post" if post else "fciq"
        self.caller.ask("AddOrder", **limit(side, price, vol, oflags=flags))

    @rule(side=SIDES, vol=VOLUMES)
    def take(self, side, vol):
        asked = {"pair": "XDGUSD", "type": side, "ordertype": "market", "volume": str(vol)}
        self.caller.ask("AddOrder", **asked)

    @rule(pick=st.integers(0, 100), bits=BITS, vol=VOLUMES, post=st.booleans())
    def amend(self, pick, bits, vol, post):
        txid = self.picked(pick)
        price = under(self.session.core, Decimal(1) + Decimal(bits) / 10_000)
        self.caller.ask(
            "AmendOrder", txid=txid, order_qty=str(vol), limit_price=f"{price:f}", post_only=post
        )

    @rule(pick=st.integers(0, 100))
    def cancel(self, pick):
        self.caller.ask("CancelOrder", txid=self.picked(pick))

    @rule(time=MICROSECONDS)
    def wait(self, time):
        self.session.move(self.session.clock.now() + time)

    @rule(
        kind=st.sampled_from(["deposit", "withdrawal", "earn", "unearn"]),
        asset=st.sampled_from(["USD", "DOGE"]),
        amount=st.decimals(1, 400, places=2),
    )
    def flow(self, kind, asset, amount):
        self.session.office("flow", {"kind": kind, "asset": asset, "amount": str(amount)})

    @rule()
    def die(self):
        before = self.session.core.state
        self.session._store.close()
        self.session = session(self.folder, lines=9, **self.asked)
        self.caller = Caller(self.session, nonce=self.caller.nonce)
        assert self.session.core.state == before

    @invariant()
    def totals_are_what_the_rows_say(self):
        if hasattr(self, "session"):
            state = self.session.core.state
            assert expected(state, self.opening, self.first) == state.balances
            last = {row.asset: row.balance for row in state.ledger}
            assert last == state.balances

    @invariant()
    def holds_fit(self):
        if hasattr(self, "session"):
            exchange = self.session.core
            sums = {}
            for order in exchange.book.everything():
                assert order.hold >= 0
                sums[held_asset(order)] = sums.get(held_asset(order), ZERO) + order.hold
            for asset in exchange.state.balances:
                held = exchange.account.held(asset)
                assert held == sums.get(asset, ZERO)
                assert 0 <= held <= exchange.account.total(asset)

    def picked(self, pick):
        known = list(self.session.core.state.orders) or ["OX"]
        return known[pick % len(known)]


ExchangeMachine.TestCase.settings = settings(max_examples=20, stateful_step_count=25)
TestExchange = ExchangeMachine.TestCase


@given(looks=st.lists(st.integers(0, 7200 * SECOND), max_size=20), share=st.integers(1, 20))
@settings(max_examples=15)
def test_when_somebody_looks_changes_nothing(looks, share):
    ends = []
    for times in ([], sorted(looks)):
        exchange = core(participation=f"0.00{share:02}")
        for bits in range(1, 8):
            rest(exchange, "buy", under(exchange, Decimal(1) - Decimal(bits) / 5000), 700)
            rest(exchange, "sell", under(exchange, Decimal(1) + Decimal(bits) / 5000), 700)
        for time in times:
            exchange.advance(ORIGIN + time)
        exchange.advance(ORIGIN + 7200 * SECOND)
        ends.append(exchange.state)
    assert ends[0] == ends[1]
    assert ends[0].trades


def test_another_seed_is_another_market():
    prices = {core(seed=seed).last(BY_PAIR["XDGUSD"]) for seed in range(5)}
    assert len(prices) == 5


@given(bits=st.integers(-100, 100), vol=st.decimals(1, 20, places=8))
@settings(max_examples=15)
def test_a_refused_order_leaves_no_trace(bits, vol):
    exchange = core(balances=("USD=1", "DOGE=12"))
    price = under(exchange, Decimal(1) + Decimal(bits) / 1000)
    before = {**exchange.state.balances}
    with pytest.raises(Refused):
        rest(exchange, "sell" if bits > 0 else "buy", price, vol)
    assert not exchange.state.orders
    assert exchange.state.balances == before
    assert exchange.account.held("ZUSD") == exchange.account.held("XXDG") == 0


WORDS = st.one_of(
    st.sampled_from(
        ["", "0", "-1", "1e30", "1e-30", "nan", "inf", "true", "True", "None", "XDGUSD", "XBTUSD",
         "buy", "sell", "limit", "market", "post", "viqc", "IOC", "OX", "2026-01-01T00:00:30Z",
         "0001-01-01T00:00:00+23:59", "9" * 70, "100", "0.05", "20", "DOGE", "USD", "deposit"]
    ),
    st.text(max_size=20),
    st.integers(-(10**30), 10**30).map(str),
)  # fmt: skip
NAMES = st.sampled_from(
    ["pair", "type", "ordertype", "price", "volume", "oflags", "cl_ord_id", "userref", "deadline",
     "validate", "timeinforce", "expiretm", "txid", "order_qty", "limit_price", "post_only",
     "timeout", "orders", "cl_ord_ids", "start", "end", "ofs", "asset", "id", "closetime",
     "trades", "leverage", "kind", "amount", "fee", "vol", "interval", "since", "count"]
)  # fmt: skip
GROUPS = st.dictionaries(NAMES, WORDS, max_size=6)
BODIES = st.dictionaries(
    NAMES, st.one_of(WORDS, st.lists(st.one_of(WORDS, GROUPS), max_size=3), GROUPS), max_size=8
)
SOUND = {"pair": "XDGUSD", "type": "buy", "ordertype": "limit", "price": "0.05", "volume": "20"}


@given(requests=st.lists(st.tuples(st.booleans(), BODIES), min_size=1, max_size=4))
@settings(max_examples=12)
def test_whatever_is_asked_is_answered_and_comes_out_the_same_after_a_death(requests):
    with tempfile.TemporaryDirectory() as name:
        _ask_and_die(Path(name), requests)


def _ask_and_die(folder, requests):
    opened = session(folder)
    caller = Caller(opened)
    for sound, body in requests:
        given = {**SOUND, **body} if sound else body
        for endpoint in TRADING:
            result, error = caller.ask(endpoint, **given)
            assert error or result is not None
        for endpoint in PUBLIC:
            assert opened.public(endpoint, {k: v for k, v in given.items() if isinstance(v, str)})
        opened.move(opened.clock.now() + 30 * SECOND)
        for endpoint in READING:
            result, error = caller.ask(endpoint, **given)
            assert error or result is not None
        for verb in ("order", "fill", "cancel", "flow"):
            assert opened.office(verb, given).wire()
    opened._store.close()
    again = session(folder)
    assert again.core.state == opened.core.state
    again._store.close()
