"""What an exchange writes is what we read: no digit is lost on the way through ccxt."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.errors import VenueUnavailable
from holdfast.venue.ccxt_reading import amount, read_quotation, read_trade
from holdfast.venue.ccxt_wire import _Wire

amounts = st.decimals(0, 10**12, places=8, allow_nan=False)
WIRE = _Wire()


@given(amounts, st.booleans())
def test_an_amount_comes_through_whole_as_text_or_as_a_number(sent, quoted):
    literal = f'"{sent:f}"' if quoted else f"{sent:f}"
    read = WIRE.on_json_response(f'{{"amount": {literal}}}')["amount"]
    assert amount(read, "amount") == sent


@given(st.integers(0, 4 * 10**15), amounts, amounts, amounts)
def test_a_trade_keeps_its_microsecond_and_every_amount(at, price, size, fee):
    seconds, rest = divmod(at, 1_000_000)
    info = WIRE.on_json_response(f'{{"time": {seconds}.{rest:06d}9, "cost": "{price * size:f}"}}')
    trade = {
        "id": "T",
        "order": "O",
        "symbol": "DOGE/USD",
        "info": info,
        "takerOrMaker": "maker",
        "price": f"{price:f}",
        "amount": f"{size:f}",
        "fee": {"cost": f"{fee:f}"},
    }
    row = read_trade(trade)
    assert row.at == at
    assert (row.price, row.size, row.fee, row.cost) == (price, size, fee, price * size)


@given(st.floats(allow_nan=True))
def test_a_float_is_refused_wherever_it_comes_from(value):
    with pytest.raises(VenueUnavailable):
        amount(value, "amount")


@given(st.one_of(st.text(), st.none(), st.booleans(), st.lists(st.integers())))
def test_what_is_no_amount_is_refused(value):
    try:
        read = amount(value, "amount")
    except VenueUnavailable:
        return
    assert read.is_finite()
    assert isinstance(value, str)


@given(amounts, amounts)
def test_the_mark_is_the_exact_middle_of_bid_and_ask(bid, spread):
    ask = bid + spread
    quoted = {"bid": f"{bid:f}", "ask": f"{ask:f}", "last": "1"}
    expected = (bid + ask) / 2 if bid else Decimal(1)
    assert read_quotation(json.loads(json.dumps(quoted))).mark == expected
