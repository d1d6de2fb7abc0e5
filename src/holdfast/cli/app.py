"""Join the families of commands, and turn what goes wrong into one line and an exit code.

Exit codes: 0 ok, 1 unexpected, 2 usage or configuration, 3 gate not passed, 4 drift or a person is
needed, 5 venue unavailable, 130 interrupted.
"""

import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import version
from types import MappingProxyType
from typing import Annotated

import typer

from holdfast.disk import words_of
from holdfast.domain.errors import (
    FileUnwritable,
    HoldfastError,
    InvariantBroken,
    LedgerConflict,
    LedgerCorrupt,
    OutcomeUnknown,
    UnknownOrder,
    VenueUnavailable,
)
from holdfast.redaction.records import clean_traceback
from holdfast.redaction.redactor import REDACTOR
from holdfast.telemetry import configure

FAMILIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "up": ("up",),
        "desk": ("desk", "tick"),
        "status": ("status", "why"),
        "action": ("action", "actions"),
        "release": ("release",),
        "replay": ("replay",),
        "profiles": ("lint", "explain", "profile"),
        "ledger": ("ledger", "migrate"),
        "data": ("data",),
        "venue": ("venue",),
        "secrets": ("secret",),
        "mode": ("mode", "resume"),
        "kill": ("kill",),
        "verify": ("verify",),
        "drill": ("drill",),
        "reconcile": ("reconcile",),
        "regime": ("regime",),
    }
)
HELP = "A trading desk that is rolled out in stages, verified, and can be rolled back."
UNEXPECTED, USAGE, PERSON, UNAVAILABLE, INTERRUPTED = 1, 2, 4, 5, 130


def application(command: str = "") -> typer.Typer:
    """Build the command line; with a command named, only the family it belongs to is loaded."""
    app = typer.Typer(
        name="holdfast",
        help=HELP,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    app.callback(help=HELP)(_whole)
    wanted = [family for family, commands in FAMILIES.items() if command in commands]
    for family in wanted or FAMILIES:
        import_module(f"holdfast.cli.{family}").register(app)
    return app


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(f"holdfast {version('holdfast')}")
        raise typer.Exit


def _whole(
    told: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_tell_version, is_eager=True),
    ] = False,
) -> None:
    """Keep a single command from becoming the whole line."""
    del told


def main() -> None:
    """Run one command."""
    configure()
    try:
        application(sys.argv[1] if len(sys.argv) > 1 else "")()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except HoldfastError as error:
        print(REDACTOR.text(f"holdfast: {error}"), file=sys.stderr)
        sys.exit(exit_code_of(error))
    except OSError as error:
        words = words_of(error)
        print(
            REDACTOR.text(f"holdfast: {words}") if words else clean_traceback(error),
            file=sys.stderr,
        )
        sys.exit(PERSON if words else UNEXPECTED)
    except Exception as error:  # noqa: BLE001 (told in full, without secrets)
        print(clean_traceback(error), file=sys.stderr, end="")
        sys.exit(UNEXPECTED)


def exit_code_of(error: HoldfastError) -> int:
    """Say which exit code an error has: 2 where asking otherwise helps, 1 where it does not."""
    for kinds, code in _CODES:
        if isinstance(error, kinds):
            return code
    return USAGE


_CODES: tuple[tuple[tuple[type[HoldfastError], ...], int], ...] = (
    ((VenueUnavailable,), UNAVAILABLE),
    ((FileUnwritable,), PERSON),
    ((LedgerCorrupt, LedgerConflict, InvariantBroken, UnknownOrder, OutcomeUnknown), UNEXPECTED),
)
