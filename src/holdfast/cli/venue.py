"""Commands about exchanges: the group `venue`."""

import typer

from holdfast.cli.venue_check import check


def register(app: typer.Typer) -> None:
    """Add the group `venue` to an application."""
    group = typer.Typer(help="Look at exchanges.", no_args_is_help=True)
    group.callback()(_nothing)
    group.command("check")(check)
    app.add_typer(group, name="venue")


def _nothing() -> None:
    """Keep a single command from becoming the whole group."""
