"""Ask a running desk to give a waiting exit up, or to say what each gate measures.

Exit codes: 0 begun, 2 refused or not understood, 5 no desk answers.
"""

from typing import Annotated, Any

import typer

from holdfast.cli.action import AsJson, Folder, Named, desk_of, faults, tell


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    app.command("release")(release)


def release(
    slot: Annotated[int, typer.Argument(metavar="SLOT", help="The slot's number.")],
    trade_id: Annotated[
        str | None, typer.Option("--trade-id", help="The leg whose exit is meant: A or B.")
    ] = None,
    exit_id: Annotated[
        int | None, typer.Option("--exit-id", help="The exit's number, `local_id` in the status.")
    ] = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what each gate measures.")
    ] = False,
    profile: Named = "paper",
    profiles: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Give one waiting exit of a slot up, if it passes every gate.

    Example: `holdfast release 12 --dry-run`
    """
    command: dict[str, Any] = {"action": "release_slot", "slot_id": slot, "dry_run": dry_run}
    if trade_id is not None:
        command["trade_id"] = trade_id
    if exit_id is not None:
        command["exit_id"] = exit_id
    with faults():
        answer = desk_of(profile, profiles).action(command)
    tell(answer, as_json=as_json)
