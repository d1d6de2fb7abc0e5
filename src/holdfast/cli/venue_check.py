"""Say what an exchange offers a desk: `venue check NAME`.

Exit codes: 0 safe for live use, 2 no such exchange, 3 something makes live use unsafe.
"""

from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from holdfast.venue.ccxt_venue import offer

UNSAFE = 3

Name = Annotated[str, typer.Argument(metavar="NAME", help="An exchange, by its id in ccxt.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def check(name: Name, *, as_json: AsJson = False) -> None:
    """Say what an exchange has of what live trading needs, and what is missing; needs no network.

    Example: `holdfast venue check kraken`
    """
    found = offer(name)
    if as_json:
        document = {"exchange": name, "safe": found.safe, "capabilities": found.capabilities}
        typer.echo(msgspec.json.encode(document).decode())
    else:
        table = Table("what a desk needs", "state", "meaning", box=None)
        for one in found.capabilities:
            table.add_row(one.name, one.state, one.why)
        Console().print(table)
        verdict = "live trading is allowed" if found.safe else "looking and DRY only"
        typer.echo(f"{name}: {verdict}")
    if not found.safe:
        raise typer.Exit(UNSAFE)
