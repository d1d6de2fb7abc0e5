"""Replay candles from the command line: `replay`.

Rules: figures go to stdout, the bar and the log to stderr. Exit codes: 0 ok, 1 the books are broken or
something unexpected happened, 2 the options, the profile or the data cannot be honoured; then nothing
was written.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from holdfast.cli.app import exit_code_of
from holdfast.config.errors import ConfigError, quoted
from holdfast.domain.errors import HoldfastError
from holdfast.redaction.redactor import REDACTOR
from holdfast.wiring.replaying import Progress as Tell
from holdfast.wiring.replaying import Replayed, ReplayOptions
from holdfast.wiring.replaying import replay as run


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    app.command("replay")(replay)


def replay(
    profile: Annotated[str, typer.Option("--profile", help="Profile to replay with.")] = "paper",
    profiles: Annotated[Path | None, typer.Option("--profiles", help="Folder of profiles.")] = None,
    data: Annotated[
        Path | None,
        typer.Option("--data", help="Candle file; without one the profile's own market."),
    ] = None,
    slots: Annotated[int | None, typer.Option("--slots", min=1, help="How many slots.")] = None,
    start: Annotated[str, typer.Option("--from", help="First date or time, UTC, included.")] = "",
    end: Annotated[str, typer.Option("--to", help="Last date or time, UTC, excluded.")] = "",
    candles: Annotated[
        int, typer.Option("--candles", min=1, max=10_000_000, help="How many, without --data.")
    ] = 5_000,
    assigned: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Set one setting; may be repeated."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="New folder for ledger and report.")
    ] = None,
    *,
    repair: Annotated[bool, typer.Option("--repair", help="Sort; leave bad rows out.")] = False,
    save: Annotated[bool, typer.Option("--save/--no-save", help="Keep ledger and report.")] = True,
    verify: Annotated[
        bool, typer.Option("--verify/--no-verify", help="Prove the ledger that was written.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Drive the desk over candles, and report what it would have done.

    Example: `holdfast replay --profile bench --data day.parquet --slots 80`
    """
    with _faults():
        options = ReplayOptions(
            profile=profile,
            profiles=profiles,
            data=data,
            candles=candles,
            slots=slots,
            start=start,
            end=end,
            repair=repair,
            out=out,
            save=save,
            verify=verify,
            overrides=_overrides(assigned or (), slots),
        )
        with _bar() as tell:
            done = run(options, tell)
    if as_json:
        typer.echo(msgspec.json.encode(done.result).decode())
    else:
        _print(done)


def _overrides(assigned: Sequence[str], slots: int | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in assigned:
        key, sign, value = one.partition("=")
        name = key.strip().lower()
        if not sign or not name:
            raise _misused(quoted(one), "is no assignment", "write --set KEY=VALUE")
        if name in found or (name == "slots" and slots is not None):
            raise _misused(name, "stands twice", "keep one of them")
        found[name] = value.strip()
    return found


def _misused(key: str, problem: str, hint: str) -> ConfigError:
    return ConfigError(problem, file="command line", key=key, hint=hint)


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except HoldfastError as error:
        typer.echo(REDACTOR.text(f"holdfast: {error}"), err=True)
        raise typer.Exit(exit_code_of(error)) from error


@contextmanager
def _bar() -> Iterator[Tell]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not sys.stderr.isatty()
    ) as bar:
        task = bar.add_task("load", total=None)
        yield lambda stage, done, total: bar.update(
            task, description=stage, completed=done, total=total
        )


def _print(done: Replayed) -> None:
    report, result = done.report, done.result
    table = Table(title=f"replay of {report.profile}, {report.symbol}", show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    sums = ", ".join(f"{total} {asset}" for asset, total in result["accounts_sum"].items())
    quote, equity = report.quote, report.equity
    rows = (
        ("candles", f"{report.candles:,}, {report.first} to {report.last}"),
        ("candles a second", f"{result['candles_per_second']:,} in {result['seconds']:.2f} s"),
        ("order events, fills", f"{result['order_events']:,}, {result['fills']:,}"),
        ("cycles, open exits", f"{result['cycles']:,}, {result['open_exits']:,}"),
        ("net profit, fees", f"{result['net_profit']} {quote}, {result['fees']} {quote}"),
        ("equity", f"{equity.closing:,.4f} {quote}, {equity.change_pct:+.2f} %"),
        ("hold", f"{equity.hold_closing:,.4f} {quote}, {equity.hold_change_pct:+.2f} %"),
        ("drawdown", f"{equity.drawdown_pct:.2f} %"),
        ("sum of all accounts", sums),
        ("invariant breaches", f"{result['invariant_breaches']}"),
        ("event hash", result["event_hash"]),
        ("peak memory", f"{result['peak_rss_mb']:,} MiB"),
        *((f"time, {name}", f"{spent:.2f} s") for name, spent in report.timings_seconds.items()),
        ("kept in", str(done.folder) if done.folder else "nothing kept"),
    )
    for row in rows:
        table.add_row(*row)
    Console().print(table)
