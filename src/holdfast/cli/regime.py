"""Train the regime detector from the command line: the group `regime`.

Rules: what came of each candle length goes to stdout. Exit codes: 0 trained, 2 there were too few
candles, or the profile or the data cannot be honoured; then no version was kept.
"""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from holdfast.wiring.training import TrainOptions, train_regime


def register(app: typer.Typer) -> None:
    """Add the group `regime` to an application."""
    group = typer.Typer(help="Train the regime detector.", no_args_is_help=True)
    group.callback()(_nothing)
    group.command("train")(train)
    app.add_typer(group, name="regime")


def train(
    profile: Annotated[
        str, typer.Option("--profile", help="The profile whose detector is meant.")
    ] = "paper",
    profiles: Annotated[Path | None, typer.Option("--profiles", help="Folder of profiles.")] = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="Candle file; without one the desk's ledger.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the training.")] = 42,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Train a new version of each model the profile reads, and keep it beside the older ones.

    Example: `holdfast regime train --profile paper`
    """
    done = train_regime(TrainOptions(profile=profile, profiles=profiles, data=data, seed=seed))
    if as_json:
        typer.echo(msgspec.json.encode(done).decode())
        return
    for one in done:
        typer.echo(one.line())


def _nothing() -> None:
    """Keep a single command from becoming the whole group."""
