"""Look at a ledger, prove it, and bring it up to date: the group `ledger`, and `migrate`.

Rules: with a desk running its API and its published files are asked, else the runtime's lock is
taken; the caller never chooses. Data goes to stdout, the rest to stderr. Exit codes: 0 ok,
1 corrupt, 2 usage, 4 a person must decide.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import duckdb
import msgspec
import typer
from rich.console import Console
from rich.progress import Progress

from holdfast.cli.answers import print_answer
from holdfast.cli.ledger_import import Planned, State, import_state
from holdfast.clock import SystemClock
from holdfast.domain.errors import HoldfastError, LedgerCorrupt, LedgerLocked
from holdfast.ledger import export as exporting
from holdfast.ledger import migrate as migrating
from holdfast.ledger import query as asking
from holdfast.ledger import rebuild as rebuilding
from holdfast.ledger import remote, schema
from holdfast.ledger import verify as verifying
from holdfast.ledger.connect import connect
from holdfast.ledger.paths import Runtime
from holdfast.ledger.published import open_published
from holdfast.ledger.standing import standing
from holdfast.redaction.redactor import REDACTOR
from holdfast.wiring.place import place_of

CORRUPT, USAGE, PERSON = 1, 2, 4

Named = Annotated[str, typer.Option("--profile", help="The profile whose ledger is meant.")]
Folder = Annotated[Path | None, typer.Option("--profiles", help="Folder of profiles.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def register(app: typer.Typer) -> None:
    """Add the group `ledger` and the command `migrate` to an application."""
    group = typer.Typer(
        help="Prove, ask, export, rebuild and import a ledger.", no_args_is_help=True
    )
    for name, command in _COMMANDS.items():
        group.command(name)(command)
    app.add_typer(group, name="ledger")
    app.command("migrate")(migrate)


def verify(profile: Named = "paper", profiles: Folder = None, *, as_json: AsJson = False) -> None:
    """Check chain, payloads, fold, projections and sums; write nothing.

    Example: `holdfast ledger verify --profile paper`
    """
    with _faults(), standing(place_of(profile, profiles)) as desk:
        if desk is not None:
            report = remote.verify(desk)
        else:
            with _progress("verify") as tell:
                report = verifying.verify(place_of(profile, profiles).ledger, tell)
    if as_json:
        _print_json(report)
    else:
        typer.echo(f"{report.events} events, event hash {report.event_hash}")
        for finding in report.findings:
            typer.echo(str(finding))
        typer.echo("sound" if report.sound else f"not sound: {len(report.findings)} findings")
    if not report.sound:
        raise typer.Exit(CORRUPT)


def rebuild(profile: Named = "paper", profiles: Folder = None, *, as_json: AsJson = False) -> None:
    """Fold all tables again from the events; the events stay as they are.

    Example: `holdfast ledger rebuild --profile paper`
    """
    with _offline(profile, profiles, "rebuild") as (connection, _), _progress("rebuild") as tell:
        events = rebuilding.rebuild(connection, tell)
        connection.execute("checkpoint")
    if as_json:
        _print_json({"events": events})
    else:
        typer.echo(f"folded {events} events again")


def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", help="One SELECT or EXPLAIN.")],
    profile: Named = "paper",
    profiles: Folder = None,
    *,
    live: Annotated[bool, typer.Option("--live", help="Ask the running desk itself.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask one SELECT; with a desk running, of the published tables.

    Example: `holdfast ledger query "select * from daily"`
    """
    with _faults():
        asking.check(sql)
        place = place_of(profile, profiles)
        with standing(place) as desk:
            if desk is None:
                answer = _ask_file(place, sql)
            elif live:
                answer = remote.query(desk, sql)
            else:
                answer = open_published(place.published).query(sql)
    _print_answer(answer, as_json=as_json)


def export(
    what: Annotated[str, typer.Argument(metavar="WHAT", help="events, fills, candles, …")],
    to: Annotated[Path, typer.Option("--to", help="New file: .csv, .parquet or .json.")],
    profile: Named = "paper",
    profiles: Folder = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Write a table to a file; candles in the columns a replay reads.

    Example: `holdfast ledger export candles --to candles.csv`
    """
    with _faults():
        exporting.plan(what, to)
        place = place_of(profile, profiles)
        with standing(place) as desk:
            if desk is None:
                with _opened(place) as connection:
                    rows = exporting.export(connection, what, to)
            else:
                rows = _export_published(place, what, to)
    if as_json:
        _print_json({"file": str(to), "rows": rows, "whole": desk is None})
    else:
        typer.echo(f"{to.name}: {rows} rows of {what}")


def migrate(
    profile: Named = "paper",
    profiles: Folder = None,
    *,
    plan: Annotated[bool, typer.Option("--plan", help="Say what would be done.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Copy the file, then do it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring a ledger to the schema of this build.

    Example: `holdfast migrate --plan --profile paper`
    """
    if plan == apply:
        typer.echo("holdfast: say --plan or --apply, one of them", err=True)
        raise typer.Exit(USAGE)
    with _faults(), standing(place_of(profile, profiles)) as desk:
        path = place_of(profile, profiles).ledger
        if desk is not None and apply:
            raise LedgerLocked("a desk is running on this ledger; stop it, then migrate")
        done = migrating.apply(path, SystemClock()) if apply else None
        # A desk only runs on the newest schema, so there is nothing to plan beside a running one.
        steps = done.steps if done else () if desk is not None else tuple(migrating.plan(path))
    if as_json:
        _print_json({"steps": steps, "applied": apply, "backup": done.backup if done else None})
        return
    for step in steps:
        typer.echo(f"{step.version:04d} {step.name}: {step.purpose}")
    backup = f"; copied to backups/{done.backup} before" if done and done.backup else ""
    verb = "applied" if apply else "to apply"
    typer.echo(f"{len(steps)} steps {verb}{backup}")


def import_(
    state: State,
    profile: Named = "paper",
    profiles: Folder = None,
    *,
    plan: Planned = False,
    as_json: AsJson = False,
) -> None:
    """Bring the saved state of the earlier bot into a paper ledger (desk stopped).

    Example: `holdfast ledger import state.json --profile paper --plan`
    """
    with _faults():
        import_state(state, profile, profiles, plan=plan, as_json=as_json)


@contextmanager
def _offline(
    profile: str, profiles: Path | None, what: str
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Runtime]]:
    with _faults():
        place = place_of(profile, profiles)
        with standing(place) as desk:
            if desk is not None:
                raise LedgerLocked(f"a desk is running on this ledger; stop it, then {what}")
            with _opened(place) as connection:
                yield connection, place


@contextmanager
def _opened(place: Runtime) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = connect(place.ledger)
    try:
        if schema.pending(connection):
            raise schema.SchemaRefused("the ledger needs migrations; see `holdfast migrate --plan`")
        yield connection
    finally:
        connection.close()


def _ask_file(place: Runtime, sql: str) -> asking.Answer:
    with _opened(place) as connection:
        return asking.ask(connection.cursor(), sql)


def _export_published(place: Runtime, what: str, to: Path) -> int:
    connection = open_published(place.published).connect()
    try:
        typer.echo(
            "a desk is running: this is what it published; growing tables hold their newest rows",
            err=True,
        )
        return exporting.export(connection, what, to)
    finally:
        connection.close()


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except schema.SchemaRefused as error:
        _fail(error, PERSON)
    except LedgerCorrupt as error:
        _fail(error, CORRUPT)
    except HoldfastError as error:
        _fail(error, USAGE)


def _fail(error: HoldfastError, code: int) -> None:
    typer.echo(REDACTOR.text(f"holdfast: {error}"), err=True)
    raise typer.Exit(code) from error


@contextmanager
def _progress(title: str) -> Iterator[Callable[[int, int], None]]:
    with Progress(console=Console(stderr=True), transient=True, disable=not _is_tty()) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _is_tty() -> bool:
    return sys.stderr.isatty()


def _print_json(value: Any) -> None:  # noqa: ANN401 (anything msgspec can write)
    typer.echo(msgspec.json.encode(value).decode())


def _print_answer(answer: asking.Answer, *, as_json: bool) -> None:
    if as_json:
        _print_json(answer)
        return
    print_answer(answer, Console())
    if answer.more:
        typer.echo(f"only the first {len(answer.rows)} rows are shown", err=True)


_COMMANDS: dict[str, Callable[..., None]] = {
    "verify": verify,
    "rebuild": rebuild,
    "query": query,
    "export": export,
    "import": import_,
}
