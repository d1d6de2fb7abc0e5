"""Double entry: the quick fields and the written rows say the same, and every asset sums to zero."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from strategies import amounts, marks, sizes

from holdfast.domain.events import (
    BalanceOpened,
    InventoryMoved,
    LotDusted,
    OrderEnded,
    OrderFilled,
    OrderPlaced,
    OrderRepriced,
)
from holdfast.domain.slots import LegName, Role, Side, entry_side
from holdfast.engine.accounts import Accounts, movements, net

slots = st.integers(0, 2)
legs = st.sampled_from(LegName)
FIXED = {"mark": st.just(Decimal(1)), "rules": st.just("r")}
NAMED = {"slot": slots, "leg": legs, "client_order_id": st.just("o")}
events = st.one_of(
    st.builds(BalanceOpened, asset=st.sampled_from(["DOGE", "USD"]), amount=amounts, reason=st.just("")),
    st.builds(OrderPlaced, **NAMED, **FIXED, role=st.sampled_from(Role), side=st.sampled_from(Side),
              local_id=st.just(1), cycle=st.just(1), attempt=st.just(1), price=marks, size=sizes,
              hold=amounts, reason=st.just(""), recovery_id=st.just(0)),
    st.builds(OrderRepriced, **NAMED, **FIXED, local_id=st.just(1), revision=st.just(1), price=marks,
              size=sizes, hold=amounts, released=amounts, reason=st.just(""), refreshes=st.just(0),
              direction=st.just("up")),
    st.builds(OrderEnded, **NAMED, role=st.sampled_from(Role), side=st.sampled_from(Side),
              status=st.just("canceled"), reason=st.just(""), filled=sizes, released=amounts,
              recovery_id=st.just(0)),
    st.builds(OrderFilled, **NAMED, mark=st.just(Decimal(1)), role=st.sampled_from(Role),
              side=st.sampled_from(Side), fill_id=st.just("f"), cycle=st.just(1), price=marks,
              size=sizes, cost=amounts, fee=amounts, liquidity=st.just("maker"), released=amounts,
              complete=st.booleans(), recovery_id=st.just(0), regime=st.none()),
    st.builds(LotDusted, slot=slots, leg=legs, cycle=st.just(1), size=sizes, cost=amounts,
              next_cycle=st.just(2)),
    st.builds(InventoryMoved, slot=slots, source=st.sampled_from(["slot:0", "slot:1"]),
              target=st.sampled_from(["dust", "unallocated"]), base=sizes, quote=amounts,
              reason=st.just(""), mark=st.just(Decimal(1))),
)  # fmt: skip


@given(story=st.lists(events, max_size=30))
def test_fields_and_rows_say_the_same_and_sum_to_nothing(story):
    accounts, rows = Accounts("DOGE", "USD"), {}
    for event in story:
        accounts.apply(event)
        moved = movements(event, "DOGE", "USD")
        assert set(net(moved).values()) <= {Decimal(0)}
        for account, asset, amount in moved:
            rows[account, asset] = rows.get((account, asset), Decimal(0)) + amount
    known = {key: amount for key, amount in accounts.balances.items() if amount}
    assert known == {key: amount for key, amount in rows.items() if amount}
    assert set(accounts.sums().values()) == {Decimal(0)}


@given(story=st.lists(events, max_size=20))
def test_balances_can_be_put_back(story):
    accounts, copy = Accounts("DOGE", "USD"), Accounts("DOGE", "USD")
    for event in story:
        accounts.apply(event)
    copy.balances = accounts.balances
    kept = {key: amount for key, amount in copy.balances.items() if amount}
    assert kept == {key: amount for key, amount in accounts.balances.items() if amount}
    for asset in ("DOGE", "USD"):
        assert copy.free(asset) == accounts.free(asset)
        assert copy.held(asset) == accounts.held(asset)
        assert copy.total(asset) == accounts.free(asset) + accounts.held(asset)


@given(leg=legs, hold=amounts, released=amounts)
def test_a_move_changes_only_what_its_entry_holds(leg, hold, released):
    event = OrderRepriced(slot=0, leg=leg, client_order_id="o", local_id=1, revision=1,
                          price=Decimal(1), size=Decimal(1), hold=hold, released=released,
                          reason="", refreshes=0, direction="up", mark=Decimal(1), rules="r")  # fmt: skip
    asset = "USD" if entry_side(leg) is Side.BUY else "DOGE"
    change = hold - released
    assert movements(event, "DOGE", "USD") == (
        ("venue:free", asset, -change),
        ("venue:held", asset, change),
    )
