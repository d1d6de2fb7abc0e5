"""Ask a running desk to do something: `action VERB key=value …`, and `actions` to list the verbs.

Exit codes: 0 done, 2 refused or not understood, 5 no desk answers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from holdfast.desk.control.client import Answer, ControlClient, DeskAbsent
from holdfast.desk.control.verb_hidden import LEGACY, is_hidden
from holdfast.domain.errors import HoldfastError
from holdfast.wiring.place import place_of

USAGE, ABSENT = 2, 5

Named = Annotated[str, typer.Option("--profile", help="The profile whose desk is meant.")]
Folder = Annotated[Path | None, typer.Option("--profiles", help="Folder of profiles.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def register(app: typer.Typer) -> None:
    """Add the commands to an application."""
    app.command("action")(action)
    app.command("actions")(actions)


def action(
    verb: Annotated[str, typer.Argument(metavar="VERB", help="What to do; see `actions`.")],
    given: Annotated[
        list[str] | None, typer.Argument(metavar="KEY=VALUE", help="What the verb takes.")
    ] = None,
    profile: Named = "paper",
    profiles: Folder = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Ask the running desk to do one thing, and say what came of it.

    Example: `holdfast action set_entry_pct value=0.25`
    """
    with faults():
        command = {"action": verb, **arguments(given or [])}
        answer = desk_of(profile, profiles).action(command)
    tell(answer, as_json=as_json)


def actions(profile: Named = "paper", profiles: Folder = None, *, as_json: AsJson = False) -> None:
    """List what the running desk can be asked to do; as JSON, what it would refuse now, too.

    Example: `holdfast actions`
    """
    with faults():
        desk = desk_of(profile, profiles)
        answer = asked(desk, "/api/verbs")
        verbs = [] if as_json else _useful(desk, answer.body.get("verbs", []))
    if as_json:
        typer.echo(answer.content.decode())
        return
    table = Table("verb", "takes", "does", box=None)
    for verb in verbs:
        takes = [one["name"] + ("" if one["required"] else "?") for one in verb["parameters"]]
        table.add_row(verb["action"], " ".join(takes), verb["help"])
    Console().print(table)


def _useful(desk: ControlClient, verbs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    answer = desk.get("/api/status") if any(verb["action"] in LEGACY for verb in verbs) else None
    if answer is None or not answer.ok:  # a desk that just begins has no status yet
        return verbs
    legacy = answer.body.get("legacy", {})
    return [verb for verb in verbs if not is_hidden(verb["action"], legacy)]


def tell(answer: Answer, *, as_json: bool) -> None:
    """Print what the desk answered; what it refused ends with an exit code."""
    if as_json:
        typer.echo(answer.content.decode())
    elif answer.ok:
        typer.echo(answer.message)
    else:
        typer.echo(answer.message, err=True)
    if not answer.ok:
        raise typer.Exit(USAGE if answer.code < 500 else ABSENT)  # noqa: PLR2004 (HTTP)


def arguments(given: list[str]) -> dict[str, Any]:
    """Read `key=value` words; true, false and whole numbers are what they look like."""
    found: dict[str, Any] = {}
    for word in given:
        name, sign, text = word.partition("=")
        if not sign or not name or name == "action" or name in found:
            raise HoldfastError(f"{word} is not a new key=value")
        found[name] = _value(text)
    return found


def desk_of(profile: str, profiles: Path | None) -> ControlClient:
    """Find the running desk of a profile."""
    return ControlClient(place_of(profile, profiles).control)


def asked(desk: ControlClient, path: str) -> Answer:
    """Get something that should be there; what the desk refuses is a fault."""
    answer = desk.get(path)
    if answer.ok:
        return answer
    if answer.code == 503:  # noqa: PLR2004 (HTTP)
        raise DeskAbsent(answer.message)
    raise HoldfastError(answer.message)


@contextmanager
def faults() -> Iterator[None]:
    """Turn faults into one line on stderr and an exit code."""
    try:
        yield
    except DeskAbsent as absent:
        typer.echo(str(absent), err=True)
        raise typer.Exit(ABSENT) from None
    except HoldfastError as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(USAGE) from None


def _value(text: str) -> bool | int | str:
    if text.lower() in {"true", "false"}:
        return text.lower() == "true"
    try:
        return int(text)
    except ValueError:
        return text
