"""Bring a whole desk up from the command line: `up`.

Rules: a fault in what was asked is one line on stderr and exit code 2, with nothing started; the
command stays in the foreground until Ctrl-C (130) or SIGTERM (0).
"""

import os
from pathlib import Path
from typing import Annotated

import typer

from holdfast.domain.errors import HoldfastError
from holdfast.redaction.redactor import REDACTOR
from holdfast.supervise.front import Wish, bring_up

CONFIGURATION = 2


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    app.command()(up)


def up(
    profile: Annotated[str, typer.Option("--profile", help="Profile to run.")] = "paper",
    profiles: Annotated[
        Path | None,
        typer.Option(
            "--profiles", help="Folder of profiles; default HOLDFAST_PROFILES or ./profiles."
        ),
    ] = None,
    prefect_url: Annotated[
        str, typer.Option("--prefect-url", help="Use this Prefect server; default: start our own.")
    ] = "",
    slots: Annotated[int | None, typer.Option("--slots", min=1, help="How many slots.")] = None,
    speed: Annotated[
        str, typer.Option("--speed", help="Market seconds a second; 0 does not wait.")
    ] = "",
) -> None:
    """Start Prefect server, desk, dashboard and worker, watch over them, and stop them on Ctrl-C.

    Where the profile asks for them, an emulated exchange and a Redis for the execution mode come with it.

    Example: `holdfast up --profile paper --slots 8`
    """
    asked = {"slots": "" if slots is None else str(slots), "speed": speed}
    overrides = {name: value for name, value in asked.items() if value}
    wish = Wish(
        profile=profile,
        profiles=profiles,
        prefect_url=prefect_url,
        overrides=overrides,
        desk_options=tuple(p for name, value in overrides.items() for p in (f"--{name}", value)),
    )
    try:
        code = bring_up(wish, os.environ)
    except (HoldfastError, OSError) as fault:
        typer.echo(REDACTOR.text(f"holdfast up: {fault}"), err=True)
        raise typer.Exit(CONFIGURATION) from None
    raise typer.Exit(code)
