"""Make, check and import candle files from the command line: the group `data`.

Rules: reports go to stdout; a file that is refused gives one line on stderr and exit code 2, and then
nothing was written. No file that exists is written over.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from itertools import islice
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from holdfast.domain.errors import DataError
from holdfast.redaction.redactor import REDACTOR
from holdfast.venue.candles import Candles
from holdfast.venue.files import Report, load_candles
from holdfast.venue.market import GeneratedFeed, Regime
from holdfast.venue.writing import check_target, write_candles

REFUSED = 2
START_AT = 1_767_225_600_000_000  # 2026-01-01 UTC

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Source = Annotated[Path, typer.Argument(metavar="FILE", help="Parquet, Feather, CSV or JSON.")]
Target = Annotated[Path, typer.Option("--to", help="New file: .csv, .parquet or .feather.")]


def register(app: typer.Typer) -> None:
    """Add the group `data` to an application."""
    group = typer.Typer(help="Make, check and import candle files.", no_args_is_help=True)
    group.command("synth")(synth)
    group.command("check")(check)
    group.command("import")(import_file)
    app.add_typer(group, name="data")


def synth(
    to: Target,
    candles: Annotated[int, typer.Option(min=2, max=10_000_000, help="How many.")] = 1440,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same market.")] = 7,
    regime: Annotated[Regime, typer.Option(help="What the market plays.")] = "mixed",
    seconds: Annotated[int, typer.Option(min=1, max=86_400, help="Length of a candle.")] = 60,
    price: Annotated[str, typer.Option(help="First price.")] = "0.10",
    tick: Annotated[str, typer.Option(help="Smallest step of a price.")] = "0.000001",
) -> None:
    """Write candles of the built-in market.

    Example: `holdfast data synth --to day.csv --candles 1440 --seed 7 --regime mixed`
    """
    with _refusals():
        check_target(to)
        first, smallest = _amount("--price", price), _amount("--tick", tick)
        if first < smallest:
            raise DataError(f"--price {first} is below --tick {smallest}; do: raise the price")
        feed = GeneratedFeed(seed, regime, first, START_AT, seconds, smallest)
        rows = [
            (one.at, one.open, one.high, one.low, one.close, one.volume)
            for one in islice(iter(feed.next, None), candles)
        ]
        made = Candles.from_rows(rows, seconds=seconds, tick=smallest, step=Decimal(1))
        write_candles(to, made)
    typer.echo(f"{to.name}: {candles:,} candles of {seconds} s, regime {regime}, seed {seed}")


def check(
    file: Source,
    *,
    as_json: AsJson = False,
) -> None:
    """Say what is in a candle file; refuse one that cannot be trusted.

    Example: `holdfast data check day.csv`
    """
    with _refusals():
        report = load_candles(file).report
    _print(report, as_json=as_json)


def import_file(
    file: Source,
    to: Target,
    *,
    repair: Annotated[bool, typer.Option("--repair", help="Sort; leave bad rows out.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check a candle file and write it in our own shape.

    Example: `holdfast data import download.json --to doge.parquet --repair`
    """
    with _refusals():
        check_target(to)
        loaded = load_candles(file, repair=repair)
        write_candles(to, loaded.candles)
    _print(loaded.report, as_json=as_json)


def _print(report: Report, *, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode(report).decode())
        return
    for line in report.lines():
        typer.echo(line)


def _amount(name: str, text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(0)
    if not amount.is_finite() or amount <= 0:
        raise DataError(f"{name} {text[:40]!r} is no amount above zero; do: write it like 0.10")
    return amount


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except DataError as error:
        typer.echo(REDACTOR.text(str(error)), err=True)
        raise typer.Exit(REFUSED) from error
