"""Candle files: what is read, what is refused with file and row, and what a repair reports."""

import json
import os
import time
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from holdfast.domain.errors import DataError
from holdfast.domain.market import MINUTE
from holdfast.venue.files import load_candles

HEADER = "timestamp,open,high,low,close,volume"
START = 1_700_000_040  # a whole minute, in seconds
GOOD = [
    f"{START * 1000},0.0700,0.0710,0.0690,0.0705,1000",
    f"{START * 1000 + 60_000},0.0705,0.0720,0.0700,0.0710,2000.5",
    f"{START * 1000 + 120_000},0.0710,0.0715,0.0705,0.0706,0",
]
AT = [START * 1_000_000 + number * MINUTE for number in range(3)]


def csv_of(tmp_path, *rows, header=HEADER, name="candles.csv"):
    path = tmp_path / name
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def refusal(path, **options):
    with pytest.raises(DataError) as caught:
        load_candles(path, **options)
    text = str(caught.value)
    assert "\n" not in text
    assert "; do: " in text
    assert len(text) < 500
    return text


def closes(loaded):
    return [str(value) for value in loaded.candles.close]


def test_text_keeps_its_digits_and_zero_volume_is_fine(tmp_path):
    loaded = load_candles(csv_of(tmp_path, *GOOD))
    assert loaded.candles.at == AT
    assert closes(loaded) == ["0.0705", "0.0710", "0.0706"]
    assert loaded.candles.volume == [Decimal(1000), Decimal("2000.5"), Decimal(0)]
    assert loaded.report.seconds == 60


def test_values_are_snapped_to_tick_and_step_half_to_even(tmp_path):
    loaded = load_candles(csv_of(tmp_path, *GOOD), tick=Decimal("0.001"), step=Decimal(1))
    assert closes(loaded) == ["0.070", "0.071", "0.071"]
    assert loaded.candles.volume[1] == Decimal(2000)


@pytest.mark.parametrize(
    ("written", "way"),
    [
        (lambda second: second, "s"),
        (lambda second: f"{second}.0", "s"),
        (lambda second: second * 1000, "ms"),
        (lambda second: second * 1_000_000, "µs"),
        (lambda second: pd.Timestamp(second, unit="s").isoformat(), "without a zone"),
        (lambda second: pd.Timestamp(second, unit="s").isoformat() + "Z", "date and time"),
        (
            lambda second: pd.Timestamp(second, unit="s", tz="Europe/Vienna").isoformat(),
            "date and time",
        ),
    ],
)
def test_times_are_read_in_any_unit_and_the_report_says_which(tmp_path, written, way):
    rows = [f"{written(START + 60 * n)},1,1,1,1,1" for n in range(3)]
    loaded = load_candles(csv_of(tmp_path, *rows))
    assert loaded.candles.at == AT
    assert way in loaded.report.times
    assert any(way in line and "taken as UTC" in line for line in loaded.report.lines())


def test_columns_are_found_by_name_and_others_are_named_in_the_report(tmp_path):
    path = csv_of(
        tmp_path,
        f"9,1,{START},2,1,1,1",
        f"9,1,{START + 60},2,1,1,1",
        header="trades,Close,Date,HIGH,low,open,volume",
    )
    loaded = load_candles(path)
    assert loaded.candles.high == [Decimal(2)] * 2
    assert loaded.report.ignored_columns == ("trades",)
    assert "columns not used: trades" in loaded.report.lines()


def test_a_csv_without_a_header_is_in_the_order_of_ccxt(tmp_path):
    path = csv_of(tmp_path, *GOOD[1:], header=GOOD[0])
    assert closes(load_candles(path)) == ["0.0705", "0.0710", "0.0706"]


def test_json_of_ccxt_and_freqtrade_keeps_the_digits_of_its_numbers(tmp_path):
    path = tmp_path / "candles.json"
    path.write_text(f"[{','.join(f'[{row}]' for row in GOOD)}]")
    loaded = load_candles(path)
    assert loaded.candles.at == AT
    assert closes(loaded) == ["0.0705", "0.0710", "0.0706"]


def test_json_objects_and_numbers_as_text_are_read(tmp_path):
    path = tmp_path / "candles.json"
    names = HEADER.split(",")
    path.write_text(json.dumps([dict(zip(names, row.split(","), strict=True)) for row in GOOD]))
    assert closes(load_candles(path)) == ["0.0705", "0.0710", "0.0706"]


def test_feather_of_freqtrade_with_a_date_column_is_read(tmp_path):
    frame = pd.DataFrame(
        {
            "date": pd.to_datetime([START, START + 60, START + 120], unit="s", utc=True),
            "open": [0.07, 0.0705, 0.071],
            "high": [0.071, 0.072, 0.0715],
            "low": [0.069, 0.07, 0.0705],
            "close": [0.0705, 0.071, 0.0706],
            "volume": [1000.0, 2000.5, 0.0],
        }
    )
    path = tmp_path / "DOGE_USD-1m.feather"
    frame.to_feather(path)
    loaded = load_candles(path)
    assert loaded.candles.at == AT
    assert closes(loaded) == ["0.0705", "0.071", "0.0706"]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Tokyo"])
def test_parquet_times_of_any_unit_and_zone_mean_the_same_instant(tmp_path, unit, zone):
    times = pa.array(AT, pa.timestamp("us")).cast(pa.timestamp(unit)).cast(pa.timestamp(unit, zone))
    column = pa.array([0.1] * 3)
    table = pa.table([times, *[column] * 5], names=HEADER.split(","))
    path = tmp_path / "candles.parquet"
    pa.parquet.write_table(table, path)
    assert load_candles(path).candles.at == AT


BAD_ROWS = [
    (f"{START * 1000 + 60_000},0.07,0.07,0.07,0.07,1", "line 4", "duplicate"),
    (f"{START * 1000 - 60_000},0.07,0.07,0.07,0.07,1", "line 4", "out of order"),
    (f"{START * 1000 + 120_000},nan,0.07,0.07,0.07,1", "line 4", "not finite"),
    (f"{START * 1000 + 120_000},0.07,inf,0.07,0.07,1", "line 4", "not finite"),
    (f"{START * 1000 + 120_000},0.07,0.07,0.07,,1", "line 4", "close '' is no number"),
    (f"{START * 1000 + 120_000},0.07,0.07,zero,0.07,1", "line 4", "low 'zero' is no number"),
    (f"{START * 1000 + 120_000},0.07,0.07,0,0.07,1", "line 4", "low is zero or less"),
    (f"{START * 1000 + 120_000},-0.07,0.07,0.07,0.07,1", "line 4", "open is zero or less"),
    (f"{START * 1000 + 120_000},0.07,0.06,0.06,0.06,1", "line 4", "high 0.06 is below"),
    (f"{START * 1000 + 120_000},0.07,0.08,0.075,0.08,1", "line 4", "low 0.075 is above"),
    (f"{START * 1000 + 120_000},0.07,0.07,0.07,0.07,-1", "line 4", "volume -1 is negative"),
    (f"{START * 1000 + 120_000},1e99,1e99,1e99,1e99,1", "line 4", "out of range"),
    ("yesterday,0.07,0.07,0.07,0.07,1", "line 4", "the time 'yesterday' is none"),
    (f"{START + 120},0.07,0.07,0.07,0.07,1", "line 4", "not written as ms"),
]


@pytest.mark.parametrize(("row", "place", "reason"), BAD_ROWS, ids=[b[2] for b in BAD_ROWS])
def test_a_bad_row_refuses_the_file_with_its_line_and_reason(tmp_path, row, place, reason):
    text = refusal(csv_of(tmp_path, *GOOD[:2], row))
    assert text.startswith(f"candles.csv: {place}: ")
    assert reason in text
    assert "--repair" in text


@pytest.mark.parametrize(("row", "place", "reason"), BAD_ROWS, ids=[b[2] for b in BAD_ROWS])
def test_a_repair_leaves_the_bad_row_out_or_sorts_it_and_counts_it(tmp_path, row, place, reason):
    good = f"{START * 1000 + 180_000},0.07,0.07,0.07,0.07,1"
    loaded = load_candles(csv_of(tmp_path, *GOOD[:2], row, good), repair=True)
    in_order = reason == "out of order"
    assert len(loaded.candles) == (4 if in_order else 3)
    assert loaded.candles.at == sorted(loaded.candles.at)
    assert sum(loaded.report.repaired.values()) == 1
    assert any(line.startswith("repaired: 1 ") for line in loaded.report.lines())


def test_a_row_that_vanishes_at_the_price_tick_is_refused(tmp_path):
    rows = [f"{START},5,5,5,5,1", f"{START + 60},5,5,0.3,5,1"]
    text = refusal(csv_of(tmp_path, *rows), tick=Decimal(1))
    assert "line 3: low 0.3 is nothing at a price tick of 1" in text


def test_overlapping_candles_are_refused_and_left_out_by_a_repair(tmp_path):
    rows = [f"{START + second},1,1,1,1,1" for second in (0, 60, 90, 120, 180, 240)]
    path = csv_of(tmp_path, *rows)
    assert "line 4" in refusal(path)
    assert "overlaps the candle of 60 s before it" in refusal(path)
    loaded = load_candles(path, repair=True)
    assert loaded.report.repaired == {"overlapping rows left out": 1}
    assert len(loaded.candles) == 5


def test_a_gap_stays_a_gap_and_is_reported(tmp_path):
    rows = [f"{START + 60 * number},1,1,1,1,1" for number in (0, 1, 2, 7, 8)]
    loaded = load_candles(csv_of(tmp_path, *rows))
    assert len(loaded.candles) == 5
    (gap,) = loaded.report.gaps
    assert (gap.before - gap.after, gap.missing) == (5 * MINUTE, 4)
    assert "gaps: 1, 4 candles missing; none is invented" in loaded.report.lines()


def test_rows_of_json_and_parquet_are_counted_from_one(tmp_path):
    path = tmp_path / "candles.json"
    path.write_text(json.dumps([[START, 1, 1, 1, 1, 1], [START + 60, 1, 1, 1, None, 1]]))
    assert refusal(path).startswith("candles.json: row 2: close None is no number")
    table = pa.table(
        {name: pa.array([1.0, float("nan")]) for name in HEADER.split(",")[1:]}
    ).append_column("timestamp", pa.array([START, START + 60]))
    path = tmp_path / "candles.parquet"
    pa.parquet.write_table(table, path)
    assert refusal(path).startswith("candles.parquet: row 2: open is NaN, which is not finite")


GARBAGE = [
    ("candles.csv", b"", "is empty"),
    ("candles.csv", HEADER.encode(), "holds no candle"),
    ("candles.csv", b"timestamp,open\n" + bytes(range(256)), "line 2: is not text"),
    ("candles.csv", b"timestamp,open\n\0\0\0", "line 2: is not text"),
    ("candles.csv", b"\x89PNG\r\n\x1a\n", "line 1: is not text"),
    ("candles.csv", b"a,b\n1,2\n", "has no column timestamp (or date), open, high"),
    ("candles.csv", f"{HEADER},open\n".encode(), "has the column open twice"),
    ("candles.csv", f"{HEADER}\n1,2,3\n".encode(), "line 2: has 3 fields where the header has 6"),
    ("candles.csv", f'{HEADER}\n"1,2\n'.encode(), "is no CSV"),
    ("candles.csv", f"{HEADER}\n{'9' * 200_000},1,1,1,1,1".encode(), "line 2: is no CSV"),
    ("candles.csv", b"x" * 100_000, "has no column"),
    ("candles.csv", f"{HEADER}\n1700000040,1,1,1,1,1".encode(), "too few"),
    ("candles.json", b"", "is empty"),
    ("candles.json", b"[[1,2,3", "is no JSON"),
    ("candles.json", b"\xff\xfe", "is no JSON"),
    ("candles.json", b"[" * 100_000, "is no JSON"),
    ("candles.json", b'{"a": 1}', "is no list of candles"),
    ("candles.json", b"[]", "holds no candle"),
    ("candles.json", b"[[1,2,3]]", "row 1: is no candle of six numbers"),
    ("candles.json", b"[5]", "row 1: is no candle of six numbers"),
    ("candles.json", b'[{"open": 1}]', "has no column timestamp"),
    ("candles.json", b'[{"a": NaN}]', "is no JSON"),
    ("candles.parquet", b"PAR1 and no more", "is no Parquet"),
    ("candles.feather", b"no feather at all", "is no Feather file"),
    ("candles.feather", b"", "is empty"),
    ("candles.xlsx", b"x", ".xlsx is no candle format"),
    ("candles", b"x", "is no candle format"),
]


@pytest.mark.parametrize(("name", "content", "reason"), GARBAGE)
@pytest.mark.parametrize("repair", [False, True])
def test_garbage_is_refused_with_the_file_and_the_reason(tmp_path, name, content, reason, repair):
    path = tmp_path / name
    path.write_bytes(content)
    text = refusal(path, repair=repair)
    assert text.startswith(f"{name}: ")
    assert reason in text


def test_a_huge_file_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "candles.csv"
    path.touch()
    os.truncate(path, 10 << 30)
    started = time.perf_counter()
    assert "bytes, more than" in refusal(path)
    assert time.perf_counter() - started < 5, "ten gibibytes take longer"


@pytest.mark.parametrize("name", ["missing.csv", "n" * 5000 + ".csv", "nul\0l.csv"])
def test_a_name_that_cannot_be_opened_is_refused_in_one_short_line(tmp_path, name):
    assert "do: " in refusal(tmp_path / name)


def test_a_folder_is_no_candle_file(tmp_path):
    (tmp_path / "candles.csv").mkdir()
    assert "is no file" in refusal(tmp_path / "candles.csv")


def test_a_repair_that_leaves_too_little_is_refused(tmp_path):
    rows = [f"{START},nan,1,1,1,1", f"{START + 60},1,1,1,1,1"]
    assert "too few" in refusal(csv_of(tmp_path, *rows), repair=True)


SHARED = Path(os.environ.get("HOLDFAST_SHARED", Path(__file__).parents[4] / "shared"))


@pytest.mark.parametrize(
    ("name", "rows", "seconds", "missing"),
    [
        ("doge_usdt_1m_2023-03-16_2023-04-09.parquet", 34_585, 60, 80),
        ("doge_usdt_5m_2022-08-01_2023-02-28.parquet", 61_056, 300, 0),
    ],
)
def test_the_real_market_files_load(name, rows, seconds, missing):
    path = SHARED / "data" / name
    if not path.exists():
        reason = "the folder of reference texts (HOLDFAST_SHARED) is not there"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    loaded = load_candles(path, tick=Decimal("0.000001"), step=Decimal(1))
    assert len(loaded.candles) == rows
    assert loaded.report.seconds == seconds
    assert sum(gap.missing for gap in loaded.report.gaps) == missing
    assert loaded.report.repaired == {}
