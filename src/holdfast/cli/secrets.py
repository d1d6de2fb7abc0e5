"""Look at the secrets of a profile without seeing them: the group `secret`.

Rules: only names, sources and fingerprints are printed; what cannot be read is told at the line of the
profile that refers to it, and the command exits with 2.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from holdfast.cli.profiles import CONFIGURATION, AsJson, Folder
from holdfast.clock import SystemClock
from holdfast.config.errors import ConfigError
from holdfast.config.folders import find_profiles, home
from holdfast.config.loader import load_profile
from holdfast.config.profile import Profile
from holdfast.config.secrets.reference import Place, Reference, parse_reference
from holdfast.config.secrets.resolve import resolve
from holdfast.config.secrets.sources import Sources
from holdfast.redaction.redactor import REDACTOR

KEY_NAMES = frozenset({"api_key", "next_api_key"})
COLUMNS = ("name", "source", "fingerprint", "verdict")
READY = "ready"


def register(app: typer.Typer) -> None:
    """Add the secret commands to an application."""
    group = typer.Typer(help="Look at secrets without seeing them.", no_args_is_help=True)
    group.command("check")(check)
    group.command("fingerprint")(fingerprint)
    app.add_typer(group, name="secret")


def check(
    profile: Annotated[str, typer.Argument(help="Name or path of a profile.")],
    profiles: Folder = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Read every secret of a profile and say which are there.

    Example: `holdfast secret check paper`
    """
    with _refusals():
        folder = find_profiles(os.environ, named=profiles)
        loaded = load_profile(profile, profiles=folder, environ=os.environ, overrides={})
        sources = _sources(profiles, loaded)
    rows = [_row(loaded, name, reference, sources) for name, reference in loaded.secrets.items()]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
    else:
        _print(rows)
    if any(row["verdict"] != READY for row in rows):
        raise typer.Exit(CONFIGURATION)


def fingerprint(
    reference: Annotated[str, typer.Argument(help="secret://file/…, secret://env/… or prefect.")],
    profiles: Folder = None,
) -> None:
    """Print the fingerprint of a key, for `allowed_accounts`.

    Example: `holdfast secret fingerprint secret://file/secrets/kraken.key`
    """
    with _refusals():
        found = parse_reference(reference, Place(file="command line", key="reference"))
        typer.echo(resolve(found, _sources(profiles, None)).fingerprint)


def _sources(profiles: Path | None, loaded: Profile | None) -> Sources:
    return Sources(
        home=home(os.environ, named=profiles),
        environ=os.environ,
        clock=SystemClock(),
        commands=loaded.secret_commands if loaded else {},
        server_seconds=1.0,
    )


def _row(loaded: Profile, name: str, reference: Reference, sources: Sources) -> dict[str, str]:
    row = {"name": name, "source": str(reference), "fingerprint": "", "verdict": READY}
    try:
        row["fingerprint"] = resolve(reference, sources).fingerprint
    except ConfigError as error:
        return row | {"verdict": REDACTOR.text(str(error))}
    allowed = loaded.allowed_accounts
    if name in KEY_NAMES and allowed and row["fingerprint"] not in allowed:
        row["verdict"] = "is not in allowed_accounts"
    return row


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except ConfigError as error:
        typer.echo(REDACTOR.text(str(error)), err=True)
        raise typer.Exit(CONFIGURATION) from None


def _print(rows: list[dict[str, str]]) -> None:
    if not rows:
        typer.echo("the profile refers to no secret")
        return
    table = Table(box=None, header_style="bold")
    for column in COLUMNS:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(row[column] for column in COLUMNS))
    Console().print(table, markup=False)
