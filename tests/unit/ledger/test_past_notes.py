"""What a start reads again: the newest notes of one type, and the newest candles."""

from decimal import Decimal

import duckdb

from holdfast.domain.bookkeeping import TierChanged
from holdfast.domain.market import Candle
from holdfast.ledger.candles import newest_candles, write_candles
from holdfast.ledger.past_notes import newest_notes


def test_the_changes_of_the_tier_come_back_as_they_were_written(written):
    connection = duckdb.connect(str(written), read_only=True)
    ((at, note),) = newest_notes(connection, "TierChanged", 20)
    connection.close()
    assert isinstance(note, TierChanged)
    assert at > 0
    assert (note.before, note.state.tier, note.acted) == (0, 2, True)


def test_the_newest_candles_come_back_oldest_first(written):
    connection = duckdb.connect(str(written))
    price = Decimal("0.1")
    write_candles(connection, [Candle(at, price, price, price, price, price) for at in (7, 8, 9)])
    assert [one.at for one in newest_candles(connection, 2)] == [8, 9]
    connection.close()
