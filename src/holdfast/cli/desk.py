"""Run a desk from the command line: `desk run`, and a single `tick`.

With an orchestrator the desk runs inside the module `flows.session`, as a process that takes this
one's place; without one it runs right here.
"""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from holdfast.desk.session import NoOrchestrator
from holdfast.wiring.live import DeskOptions, parse, run_desk

SESSION_MODULE = "flows.session"


def register(app: typer.Typer) -> None:
    """Add the group to an application."""
    group = typer.Typer(help="Run one desk.", no_args_is_help=True)
    group.command()(run)
    app.add_typer(group, name="desk")
    app.command()(tick)


def run(
    profile: Annotated[str, typer.Option("--profile", help="Profile to run.")] = "paper",
    profiles: Annotated[Path | None, typer.Option("--profiles", help="Folder of profiles.")] = None,
    slots: Annotated[int | None, typer.Option("--slots", min=1, help="How many slots.")] = None,
    speed: Annotated[
        str, typer.Option("--speed", help="Market seconds a second; 0 does not wait.")
    ] = "",
    candles: Annotated[
        int | None, typer.Option("--candles", min=1, help="Stop after so many candles.")
    ] = None,
    orchestrator: Annotated[
        bool,
        typer.Option("--orchestrator/--no-orchestrator", help="Record the session in Prefect."),
    ] = True,
) -> None:
    """Run a desk in the foreground until it is told to stop.

    Example: `holdfast desk run --no-orchestrator --speed 0 --candles 500`
    """
    asked = {
        "--profile": profile,
        "--profiles": str(profiles) if profiles else "",
        "--slots": "" if slots is None else str(slots),
        "--speed": speed,
        "--candles": "" if candles is None else str(candles),
    }
    argv = [part for name, value in asked.items() if value for part in (name, value)]
    if orchestrator:
        os.execv(sys.executable, [sys.executable, "-m", SESSION_MODULE, *argv])  # noqa: S606
    raise typer.Exit(run_desk(parse(argv), NoOrchestrator()))


def tick(
    profile: Annotated[str, typer.Option("--profile", help="Profile to run.")] = "paper",
    profiles: Annotated[Path | None, typer.Option("--profiles", help="Folder of profiles.")] = None,
) -> None:
    """Look at the market once and act on it; refused while a desk runs and ticks by itself.

    Example: `holdfast tick --profile paper`
    """
    once = DeskOptions(profile=profile, profiles=profiles, overrides={"speed": "0"}, candles=1)
    raise typer.Exit(run_desk(once, NoOrchestrator()))
