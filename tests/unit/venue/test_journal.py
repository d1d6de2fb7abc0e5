"""The paper venue's journal: what survives, what is dropped, and what is refused."""

import os
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from holdfast.domain.errors import DataError, VenueError, VenueUnavailable
from holdfast.domain.intents import CancelOrder, PlaceOrder
from holdfast.domain.market import MINUTE
from holdfast.domain.money import Instrument
from holdfast.domain.slots import Role, Side
from holdfast.venue.candles import Candles, FileFeed
from holdfast.venue.journal import FILE_NAME, Journal
from holdfast.venue.market import GeneratedFeed
from holdfast.venue.matching import KEPT
from holdfast.venue.paper import PaperVenue
from holdfast.venue.port import Watch

TICK = Decimal("0.001")
DOGE = Instrument(
    symbol="DOGE/USD",
    base="DOGE",
    quote="USD",
    price_tick=TICK,
    size_step=Decimal(1),
    min_base=Decimal(5),
    maker_fee_pct=Decimal("0.25"),
    taker_fee_pct=Decimal("0.40"),
)
BALANCES = {"USD": Decimal(1000), "DOGE": Decimal(1000)}


def flat(count, price="0.1"):
    rows = [(number * MINUTE, *[Decimal(price)] * 4, Decimal(1000)) for number in range(count)]
    return Candles.from_rows(rows, seconds=60, tick=TICK, step=Decimal(1))


def opened(folder, feed=None, instrument=DOGE, lines=20_000):
    return PaperVenue(
        instrument,
        feed or FileFeed(flat(500)),
        balances=BALANCES,
        participation=Decimal(1),
        open_order_cap=None,
        journal=Journal(folder, lines=lines),
    )


def buy(name, price="0.09"):
    return PlaceOrder(
        client_order_id=name,
        side=Side.BUY,
        role=Role.ENTRY,
        price=Decimal(price),
        size=Decimal(10),
    )


def journal_of(tmp_path, orders=3):
    venue = opened(tmp_path)
    for number in range(orders):
        venue.place(buy(f"order-{number}"))
    venue.close()
    return tmp_path / FILE_NAME


def test_an_end_is_told_again_until_the_desk_has_come_back_for_the_next_step(tmp_path):
    venue = opened(tmp_path)
    venue.place(buy("a"))
    venue.cancel(CancelOrder(client_order_id="a", role=Role.ENTRY))
    walk = venue.observe(Watch())
    assert [end.client_order_id for end in next(walk).ends] == ["a"]
    again = opened(tmp_path)
    walk = again.observe(Watch())
    assert [end.client_order_id for end in next(walk).ends] == ["a"]
    assert next(walk).ends == ()
    walk = opened(tmp_path).observe(Watch())
    assert next(walk).ends == ()


def test_a_death_between_two_steps_goes_on_with_the_next_step_of_that_candle(tmp_path):
    steps = []
    for _ in range(6):
        seen = next(opened(tmp_path).observe(Watch()))
        steps.append(seen.at)
    assert steps == [number * MINUTE // 4 for number in range(6)]


def test_a_candle_that_was_cut_short_is_news_again_after_a_death(tmp_path):
    next(opened(tmp_path).observe(Watch()))
    again = opened(tmp_path)
    assert again.candle() is None
    assert list(again.observe(_never())) == []
    assert again.candle().at == 0


def test_executions_matched_and_never_seen_are_listed_after_a_death(tmp_path):
    rows = [(0, *[Decimal("0.1")] * 4, 1), (MINUTE, *[Decimal("0.08")] * 4, 1)]
    candles = Candles.from_rows(rows, seconds=60, tick=TICK, step=Decimal(1))
    venue = opened(tmp_path, FileFeed(candles))
    list(venue.observe(Watch()))
    venue.place(buy("a"))
    next(venue.observe(Watch()))
    again = opened(tmp_path, FileFeed(candles))
    ((at, execution),) = again.executions(0)
    assert (at, execution.client_order_id, execution.fill_id) == (MINUTE, "a", "p1")
    assert next(iter(again.observe(Watch()))).executions == ()


def test_a_generated_market_goes_on_with_its_next_candle(tmp_path):
    def feed():
        return GeneratedFeed(7, "mixed", Decimal("0.1"), 0, 60, TICK)

    straight = PaperVenue(
        DOGE, feed(), balances=BALANCES, participation=Decimal(1), open_order_cap=None, journal=None
    )
    for _ in range(800):
        list(straight.observe(Watch()))
    for _ in range(8):
        venue = opened(tmp_path, feed())
        for _ in range(100):
            list(venue.observe(_never()))
        venue.close()
    assert venue.candle() == straight.candle()
    assert opened(tmp_path, feed()).snapshot() == straight.snapshot()


def _never():
    watch = Watch()
    watch.always, watch.due = False, 10**18
    return watch


def test_opening_balances_count_once(tmp_path):
    journal_of(tmp_path)
    again = opened(tmp_path)
    assert again.balances()["DOGE"].free == Decimal(1000)
    assert again.balances()["USD"].held > 0


def test_a_torn_last_line_is_dropped(tmp_path):
    path = journal_of(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-3])
    assert len(opened(tmp_path).open_orders()) == 2
    assert path.read_bytes() == b"".join(whole.splitlines(keepends=True)[:-1])


def test_a_file_that_was_torn_at_its_birth_is_begun_again(tmp_path):
    (tmp_path / FILE_NAME).write_bytes(b'["0000')
    assert opened(tmp_path).open_orders() == []


@pytest.mark.parametrize("line", [1, 2, 3, 4])
def test_a_changed_line_is_refused_with_its_number(tmp_path, line):
    path = journal_of(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[line - 1] = lines[line - 1].replace(b"0", b"1", 1)[:-2] + b"]\n"
    path.write_bytes(b"".join(lines))
    with pytest.raises(VenueError, match=rf"{FILE_NAME}:{line}: .*do: restore"):
        opened(tmp_path)
    assert path.read_bytes() == b"".join(lines)


def test_a_lost_line_is_noticed(tmp_path):
    path = journal_of(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], lines[2], lines[3]]))
    with pytest.raises(VenueError, match=rf"{FILE_NAME}:2: the checksum does not fit"):
        opened(tmp_path)


def test_another_market_in_the_same_folder_is_refused(tmp_path):
    journal_of(tmp_path)
    coarser = Instrument(
        symbol="DOGE/USD",
        base="DOGE",
        quote="USD",
        price_tick=Decimal("0.01"),
        size_step=Decimal(1),
        min_base=Decimal(5),
        maker_fee_pct=Decimal("0.25"),
        taker_fee_pct=Decimal("0.40"),
    )
    with pytest.raises(VenueError, match=r"tick 0\.001 .* not of DOGE/USD tick 0\.01"):
        opened(tmp_path, instrument=coarser)


def test_other_candles_than_those_it_ran_on_are_refused(tmp_path):
    venue = opened(tmp_path)
    list(venue.observe(Watch()))
    list(venue.observe(Watch()))
    venue.close()
    rows = [(number * MINUTE * 5, *[Decimal("0.1")] * 4, 1) for number in range(5)]
    other = Candles.from_rows(rows, seconds=60, tick=TICK, step=Decimal(1))
    with pytest.raises(DataError, match="do not go on where the venue stopped"):
        opened(tmp_path, FileFeed(other))


def test_another_generated_market_is_refused(tmp_path):
    opened(tmp_path, GeneratedFeed(7, "mixed", Decimal("0.1"), 0, 60, TICK)).close()
    with pytest.raises(DataError, match="another generated market"):
        opened(tmp_path, GeneratedFeed(8, "mixed", Decimal("0.1"), 0, 60, TICK))


def test_the_journal_is_rewritten_as_one_snapshot_and_nothing_is_forgotten(tmp_path):
    venue = opened(tmp_path, lines=50)
    path = tmp_path / FILE_NAME
    most = 0
    for number in range(200):
        venue.place(buy(f"order-{number}"))
        venue.cancel(CancelOrder(client_order_id=f"order-{number}", role=Role.ENTRY))
        list(venue.observe(Watch()))
        most = max(most, len(path.read_bytes().splitlines()))
    assert most < 70
    again = opened(tmp_path, lines=50)
    assert again.snapshot() == venue.snapshot()
    assert again.order("order-0").status == "canceled"
    assert not path.with_suffix(".new").exists()


def test_closed_orders_are_kept_for_a_window_only():
    venue = PaperVenue(
        DOGE,
        FileFeed(flat(2)),
        balances=BALANCES,
        participation=Decimal(1),
        open_order_cap=None,
        journal=None,
    )
    for number in range(2 * KEPT + 1):
        venue.place(buy(f"order-{number}"))
        venue.cancel(CancelOrder(client_order_id=f"order-{number}", role=Role.ENTRY))
    assert venue.order("order-0") is None
    assert venue.order(f"order-{2 * KEPT}").status == "canceled"


def test_asking_for_executions_that_are_no_longer_kept_is_refused_not_shortened():
    low, high = [Decimal("0.09")] * 4, [Decimal("0.1")] * 4
    count = 2 * KEPT // 500 + 2
    rows = [(n * MINUTE, *(low if n % 2 else high), 1) for n in range(2 * count)]
    candles = Candles.from_rows(rows, seconds=60, tick=TICK, step=Decimal(1))
    venue = PaperVenue(
        DOGE,
        FileFeed(candles),
        balances={"USD": Decimal(10**9), "DOGE": Decimal(0)},
        participation=Decimal(1),
        open_order_cap=None,
        journal=None,
    )
    for batch in range(count):
        list(venue.observe(Watch()))
        for number in range(500):
            venue.place(buy(f"order-{batch}-{number}"))
        list(venue.observe(Watch()))
    with pytest.raises(VenueUnavailable, match="no longer kept"):
        venue.executions(0)
    assert len(venue.executions((2 * count - 1) * MINUTE)) == 500


def test_a_write_that_cannot_be_made_durable_is_unknown_and_nothing_follows_it(tmp_path):
    venue = opened(tmp_path)
    list(venue.observe(Watch()))
    os.close(venue._journal._file)
    receipt = venue.place(buy("a"))
    assert receipt.outcome == "unknown"
    assert "cannot be written" in receipt.reason
    assert venue.place(buy("b")).outcome == "unknown"
    with pytest.raises(VenueUnavailable, match="restart the desk"):
        list(venue.observe(Watch()))
    venue._journal._file = -1
    assert opened(tmp_path).open_orders() == []


def test_folder_and_file_are_for_their_owner_only(tmp_path):
    folder = tmp_path / "venue"
    opened(folder).close()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / FILE_NAME).stat().st_mode & 0o777 == 0o600


PLACING = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_journal import buy, opened
venue = opened(Path(sys.argv[1]))
for number in range(100_000):
    venue.place(buy(f"order-{number}", "0.001"))
    print(number, flush=True)
"""


@pytest.mark.crash
def test_every_order_answered_before_kill_nine_is_there_after_it(tmp_path):
    here = str(Path(__file__).parent)
    process = subprocess.Popen(
        [sys.executable, "-c", PLACING, str(tmp_path), here], stdout=subprocess.PIPE, text=True
    )
    answered = [int(process.stdout.readline()) for _ in range(40)]
    process.send_signal(signal.SIGKILL)
    answered += [int(line) for line in process.stdout if line.endswith("\n")]
    process.wait()
    process.stdout.close()
    names = {order.client_order_id for order in opened(tmp_path).open_orders()}
    assert {f"order-{number}" for number in answered} <= names
    assert len(names) <= len(answered) + 1
