"""The ladder of resting orders against a plain sorted list."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from holdfast.venue.book import NEVER_DOWN, NEVER_UP, Ladder, Resting

TICK = Decimal("0.01")
moves = st.lists(st.tuples(st.integers(1, 9), st.booleans(), st.integers(0, 99)), max_size=60)


def resting(rank, price, *, buys):
    size = Decimal(1)
    return Resting(f"o{rank}", buys, price, size, size, size, rank)


@given(buys=st.booleans(), moves=moves)
def test_a_ladder_is_a_list_sorted_by_price_and_then_by_rank(buys, moves):
    ladder = Ladder(buys=buys)
    plain: list[Resting] = []
    for rank, (price, removes, choice) in enumerate(moves, 1):
        if removes and plain:
            ladder.remove(plain.pop(choice % len(plain)))
        else:
            order = resting(rank, price * TICK, buys=buys)
            ladder.add(order)
            plain.append(order)
        plain.sort(key=lambda order: (-order.price if buys else order.price, order.rank))
        assert len(ladder) == len(plain)
        if plain:
            assert ladder.next() is plain[0]
            assert ladder.best == plain[0].price


def test_an_empty_ladder_is_out_of_reach_of_every_price():
    assert Ladder(buys=True).best == NEVER_DOWN < Decimal("1E-30")
    assert Ladder(buys=False).best == NEVER_UP > Decimal("1E+30")
