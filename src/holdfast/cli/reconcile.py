"""Compare books and exchange from the command line: `reconcile --plan|--apply`.

Exit codes: 0 they agree, 2 usage, 4 they differ, 5 the exchange or the desk did not answer.
"""

from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from holdfast.cli.action import AsJson, Folder, Named
from holdfast.desk.exchange.compare import Comparison
from holdfast.domain.errors import CommandRefused
from holdfast.wiring.reconciling import reconcile as run

CODES = {"agreed": 0, "differs": 4, "unavailable": 5}


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    app.command("reconcile")(reconcile)


def reconcile(
    profile: Named = "paper",
    profiles: Folder = None,
    *,
    plan: Annotated[bool, typer.Option("--plan", help="Look, and change nothing.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Mend what differs.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compare a desk's books with its exchange, order by order and asset by asset.

    A running desk is asked; without one the comparison is made in its place, under its locks.

    Example: `holdfast reconcile --plan --profile kraken-staging`
    """
    if plan is apply:
        raise CommandRefused("say what to do: --plan looks, --apply mends")
    found = run(profile, profiles, apply=apply)
    if as_json:
        typer.echo(msgspec.json.encode(found).decode())
    else:
        page(found)
    raise typer.Exit(CODES[found.result])


def page(found: Comparison) -> None:
    """Print it for people: what is apart, each asset, and one sentence."""
    console = Console()
    apart = [one for one in found.orders if one.verdict != "agreed"]
    if apart:
        orders = Table("order", "slot", "verdict", "books", "exchange", box=None)
        for one in apart:
            orders.add_row(
                one.client_order_id,
                str(one.slot_id),
                one.verdict,
                one.books,
                one.venue or "nothing",
            )
        console.print(orders)
    if found.assets:
        assets = Table("asset", "exchange", "books", "drift", "%", box=None)
        for asset in found.assets:
            figures = (asset.venue, asset.books, asset.drift, asset.drift_pct)
            assets.add_row(asset.asset, *(f"{figure:f}" for figure in figures))
        console.print(assets)
    for name in found.forgotten:
        console.print(Text(f"of a lost time, adopted by --apply: {name}"))
    for name in found.foreign:
        console.print(Text(f"foreign: {name}"))
    if found.mended is not None:
        note = found.mended
        console.print(
            f"mended: {note.filled} fills, {note.ended} ends, {note.adopted} answers,"
            f" {note.resent} to be sent again, {note.unresolved} unknown"
        )
    console.print(Text(f"{found.sentence}; {found.calls} calls"))
