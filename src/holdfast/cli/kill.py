"""Stop a desk by its kill file: the command that needs nothing else to work.

Rules: little is imported and nothing is asked, so that it is quick. Exit codes: 0 stopped, 1 the file
cannot be made, 2 no such desk.
"""

from pathlib import Path
from typing import Annotated

import typer

from holdfast.safety.kill import StopFiles
from holdfast.wiring.stopping import place_to_stop

UNEXPECTED = 1


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    app.command("kill")(kill)


def kill(
    reason: Annotated[str, typer.Option("--reason", help="Why, kept in the file.")] = "operator",
    profile: Annotated[
        str, typer.Option("--profile", help="The profile whose desk is meant.")
    ] = "paper",
    profiles: Annotated[Path | None, typer.Option("--profiles", help="Folder of profiles.")] = None,
) -> None:
    """Stop the desk of a profile by a file, at once; nothing else has to work.

    Example: `holdfast kill --profile canary --reason "odd fills"`
    """
    files = StopFiles(place_to_stop(profile, profiles).folder)
    try:
        files.kill(reason)
    except OSError as fault:
        typer.echo(f"the kill file cannot be made: {fault}", err=True)
        raise typer.Exit(UNEXPECTED) from None
    typer.echo(f"stopped by {files.kill_path.name}; `mode clear` and `resume` take it back")
