"""Look at profiles from the command line: `lint`, `explain` and the group `profile`.

Rules: data goes to stdout, faults to stderr in one line each; a configuration that cannot be honoured
exits with 2; nothing here changes a file that exists.
"""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from holdfast.config.advise import hints
from holdfast.config.catalogue import CANONICAL, CATALOGUE, Knob, nearest
from holdfast.config.chain import SUFFIX, profile_paths, read_chain
from holdfast.config.described import LISTED, explained, layers, listed, notices, shown
from holdfast.config.errors import ConfigError, quoted
from holdfast.config.folders import PACKAGED, find_profiles
from holdfast.config.knob import spell
from holdfast.config.lint import check, track_paths
from holdfast.config.loader import load_profile
from holdfast.config.page import NAME
from holdfast.config.profile import Profile
from holdfast.config.schema import profile_schema
from holdfast.redaction.redactor import REDACTOR
from holdfast.rollout.runbook.load import check_runbooks

CONFIGURATION = 2
TEMPLATE = """# yaml-language-server: $schema=schema/profile.json
extends: {parent}
description: {name}, like {parent}

settings:
"""

Folder = Annotated[
    Path | None,
    typer.Option("--profiles", help="Folder of profiles; default HOLDFAST_PROFILES or ./profiles."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def register(app: typer.Typer) -> None:
    """Add the profile commands to an application."""
    app.command()(lint)
    app.command()(explain)
    group = typer.Typer(help="List, show and make profiles.", no_args_is_help=True)
    group.command("list")(list_profiles)
    group.command("show")(show)
    group.command("new")(new)
    group.command("schema")(schema)
    app.add_typer(group, name="profile")


def lint(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="PROFILE", help="Default: all, with tracks and runbooks."),
    ] = None,
    profiles: Folder = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Check profiles, tracks and runbooks, and print every fault.

    Example: `holdfast lint paper`
    """
    with _refusals():
        folder = find_profiles(os.environ, named=profiles)
        named = _named(names, folder)
        found = check(named) | ({} if names else check_runbooks(folder))
    faults = {label: error for label, error in found.items() if error is not None}
    if as_json:
        _print_json([{"file": label, "fault": str(error)} for label, error in faults.items()])
    for line in dict.fromkeys(str(error) for error in faults.values()):
        typer.echo(line, err=True)
    for path in named:
        for hint in hints(path):
            typer.echo(f"think twice: {hint}", err=True)
    if faults:
        raise typer.Exit(CONFIGURATION)
    if not as_json:
        count = "one file" if len(found) == 1 else f"{len(found)} files"
        typer.echo(f"{count}, no faults")


def explain(
    key: Annotated[str, typer.Argument(help="A setting, any of its names.")],
    profile: Annotated[str, typer.Option("--profile", help="Profile to look in.")] = "",
    profiles: Folder = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Say where a value comes from.

    Example: `holdfast explain order_size_usd --profile paper`
    """
    with _refusals():
        knob = _known(key)
        loaded = _load(profile, profiles) if profile else None
    if as_json:
        _print_json(explained(knob, loaded))
        return
    touched = layers(knob, loaded)
    typer.echo(f"{knob.name} = {touched[-1].value or 'none'}{f' {knob.unit}' * bool(knob.unit)}")
    typer.echo(f"{knob.meaning}. Allowed: {knob.allowed}. Takes effect: {knob.effect}.")
    if knob.since:
        typer.echo(f"Not built yet: waits for {knob.since}.")
    marks = [*("" for _ in touched[:-1]), "in force"]
    rows = [
        (origin.layer, origin.value or "none", origin.where, origin.name, mark)
        for origin, mark in zip(touched, marks, strict=True)
    ]
    _print_table(("layer", "value", "where", "by", ""), rows)
    for notice in notices(knob, loaded):
        typer.echo(f"warning: {notice}", err=True)


def list_profiles(profiles: Folder = None, *, as_json: AsJson = False) -> None:
    """List the profiles of the folder.

    Example: `holdfast profile list`
    """
    with _refusals():
        folder = find_profiles(os.environ, named=profiles)
    rows = [listed(path) for path in profile_paths(folder)]
    if as_json:
        _print_json(rows)
        return
    _print_table(LISTED, [[row[column] for column in LISTED] for row in rows])


def show(
    profile: Annotated[str, typer.Argument(help="Name or path of a profile.")],
    profiles: Folder = None,
    *,
    as_json: AsJson = False,
    origins: Annotated[
        bool, typer.Option("--origins", help="Show where values come from.")
    ] = False,
) -> None:
    """Show all settings of a profile.

    Example: `holdfast profile show paper --origins`
    """
    with _refusals():
        loaded = _load(profile, profiles)
    if as_json:
        _print_json(shown(loaded, origins=origins))
        return
    typer.echo(f"{loaded.name}: {loaded.symbol} on {loaded.venue} ({loaded.env})")
    typer.echo(f"runtime {loaded.runtime}, digest {loaded.digest[:16]}")
    stages = ", ".join(f"{track} {stage}" for track, stage in loaded.rollout.items())
    typer.echo(f"rollout: {stages or 'none'}")
    columns = ("setting", "value", "unit", *(("from",) if origins else ()))
    _print_table(columns, [_row(loaded, knob, origins=origins) for knob in CATALOGUE.values()])
    for notice in loaded.warnings:
        typer.echo(f"warning: {notice}", err=True)


def new(
    name: Annotated[str, typer.Argument(help="Name of the new profile.")],
    parent: Annotated[str, typer.Option("--from", help="Profile it builds on.")],
    profiles: Folder = None,
) -> None:
    """Make a profile that extends another.

    Example: `holdfast profile new mine --from paper`
    """
    with _refusals():
        folder = find_profiles(os.environ, named=profiles)
        path = _free(name, folder)
        _refuse_stranger(parent, folder)
        try:
            with path.open("x", encoding="utf-8") as stream:
                stream.write(TEMPLATE.format(name=name, parent=parent))
        except OSError as error:
            raise ConfigError(
                f"cannot be written: {error.strerror}", file=path.name, hint="check the folder"
            ) from None
    typer.echo(str(path))


def schema(profiles: Folder = None) -> None:
    """Print the JSON Schema of a profile.

    Example: `holdfast profile schema`
    """
    with _refusals():
        _print_json(profile_schema(find_profiles(os.environ, named=profiles)))


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except ConfigError as error:
        typer.echo(REDACTOR.text(str(error)), err=True)
        raise typer.Exit(CONFIGURATION) from None


def _load(profile: str, profiles: Path | None) -> Profile:
    folder = find_profiles(os.environ, named=profiles)
    return load_profile(profile, profiles=folder, environ=os.environ, overrides={})


def _known(key: str) -> Knob:
    found = CANONICAL.get(key.lower())
    if found is None:
        hint = nearest(key, CANONICAL) or "see docs/settings.md"
        raise ConfigError("is not a known setting", key=quoted(key).strip("'\""), hint=hint)
    return CATALOGUE[found]


def _named(names: Sequence[str] | None, folder: Path) -> list[Path]:
    if not names:
        return [*profile_paths(folder), *track_paths(folder)]
    return [_file(name, folder) for name in names]


def _file(name: str, folder: Path) -> Path:
    """Find the file a name or path given to `lint` means."""
    if "/" in name or name.endswith(SUFFIX):
        return Path(name).absolute()
    return folder / f"{name}{SUFFIX}"


def _free(name: str, folder: Path) -> Path:
    path = folder / f"{name}{SUFFIX}"
    if not NAME.fullmatch(name):
        allowed = "small letters, digits, - and _"
        raise ConfigError("does not fit", key=quoted(name), allowed=allowed, hint="rename it")
    if path.exists():
        raise ConfigError("exists and is left alone", file=path.name, hint="choose another name")
    if folder == PACKAGED:
        hint = "make a folder profiles/ first"
        raise ConfigError("the packaged profiles are not edited", file=path.name, hint=hint)
    return path


def _refuse_stranger(parent: str, folder: Path) -> None:
    if not NAME.fullmatch(parent):
        allowed = "the name of a profile in the same folder"
        raise ConfigError("does not fit", key=quoted(parent), allowed=allowed, hint="correct it")
    read_chain(parent, folder)


def _row(loaded: Profile, knob: Knob, *, origins: bool) -> list[str]:
    value = spell(getattr(loaded.settings, knob.name)) or "none"
    later = f" (waits for {knob.since})" if knob.since else ""
    where = [loaded.origins[knob.name][-1].where + later] if origins else []
    return [knob.name, value, knob.unit, *where]


def _print_json(data: object) -> None:
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False))


def _print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(box=None, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console().print(table, markup=False)
